"""Compress answers from the API's minimum size on, and open compressed bodies; the emulator does neither.

`Accept-Encoding` has to name the coding: `*` and none at all leave an answer as it is, as API Gateway says.
"""

import gzip
import zlib
from collections.abc import Mapping
from typing import Any

LARGEST = 10_485_760  # API Gateway takes no larger body
CODINGS = {"gzip": 31, "deflate": 15}  # with what zlib is told to read them by


def repair() -> None:
    from ministack.services import apigateway_v1 as gateway

    handle = gateway._handle_execute_in_scope

    async def handle_compressed(
        api: str, stage: str, method: str, path: str, headers: Any, body: bytes, *rest: Any
    ) -> Any:
        coding = _header(headers, "content-encoding").strip().lower()
        if coding not in ("", "identity"):
            headers = {name: value for name, value in headers.items() if name.lower() != "content-encoding"}
            opened = _opened(body, coding)
            if opened is None:
                return _refusal(gateway, api, stage, headers)
            body = opened
        status, answered, content = await handle(api, stage, method, path, headers, body, *rest)
        smallest = (gateway._rest_apis.get(api) or {}).get("minimumCompressionSize")
        wanted = _wanted(_header(headers, "accept-encoding"))
        if smallest is None or wanted is None or len(content or b"") < int(smallest):
            return status, answered, content
        return status, {**answered, "Content-Encoding": wanted}, _compressed(content, wanted)

    gateway._handle_execute_in_scope = handle_compressed


def _wanted(accepted: str) -> str | None:
    """The first coding that the client names and this knows; not one that it weighs with nothing."""
    for each in accepted.lower().split(","):
        name, _, weight = each.partition(";")
        if name.strip() in CODINGS and weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            return name.strip()
    return None


def _compressed(content: bytes, coding: str) -> bytes:
    return gzip.compress(content, mtime=0) if coding == "gzip" else zlib.compress(content)


def _opened(body: bytes, coding: str) -> bytes | None:
    """None for another coding, for what is not in it, and for more than the gateway takes."""
    if coding not in CODINGS:
        return None
    reader = zlib.decompressobj(CODINGS[coding])
    try:
        opened = reader.decompress(body or b"", LARGEST)
    except zlib.error:
        return None
    return opened if reader.eof and not reader.unconsumed_tail and not reader.unused_data else None


def _refusal(gateway: Any, api: str, stage: str, headers: Any) -> Any:
    from ministack.core.responses import new_uuid

    found = gateway._stages_v1.get(api, {}).get(stage)
    if found is None:
        return 403, {"Content-Type": "application/json"}, b'{"message":"Forbidden"}'
    request = {
        "api_id": api,
        "stage_name": stage,
        "stage": found,
        "headers": headers,
        "query_params": {},
        "path_params": {},
        "resource_path": "",
        "request_id": new_uuid(),
    }
    return gateway._gateway_error_response(gateway._gw_error("UNSUPPORTED_MEDIA_TYPE", None), request)


def _header(headers: Mapping[str, Any], name: str) -> str:
    for key, value in (headers or {}).items():
        if key.lower() == name:
            return value if isinstance(value, str) else ",".join(value)
    return ""
