"""FlushStageAuthorizersCache: the emulator keeps verdicts as API Gateway does, and cannot forget them."""

import re
from typing import Any

_CACHE = re.compile(r"/restapis/([^/]+)/stages/([^/]+)/cache/authorizers/?")


def repair() -> None:
    from ministack.services import apigateway_v1 as gateway

    handle = gateway.handle_request

    async def handle_flush(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        asked = _CACHE.fullmatch(path)
        if asked is None or method != "DELETE":
            return await handle(method, path, headers, body, query)
        api, stage = asked.groups()
        if stage not in gateway._stages_v1.get(api, {}):
            return gateway._v1_error("NotFoundException", "Invalid stage identifier specified", 404)
        _flush(gateway._authorizer_cache, api, stage)
        return 202, {}, b""

    gateway.handle_request = handle_flush


def _flush(verdicts: dict[tuple[Any, ...], Any], api: str, stage: str) -> None:
    """A verdict's key is account, Region, API, authorizer, stage, and the values of the identity sources."""
    for key in [key for key in verdicts if (key[2], key[4]) == (api, stage)]:
        del verdicts[key]
