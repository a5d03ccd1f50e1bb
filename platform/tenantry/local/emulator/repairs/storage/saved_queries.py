"""Logs Insights queries can be saved, listed and deleted; the emulator knows none of the three calls."""

import json
import uuid
from collections.abc import Callable
from typing import Any

Saved = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
_saved: dict[str, Saved] = {}  # by id


def repair() -> None:
    from ministack.services import cloudwatch_logs as logs

    handle = logs.handle_request
    calls: dict[str, Callable[[dict[str, Any]], Answer]] = {
        "PutQueryDefinition": _put,
        "DescribeQueryDefinitions": _describe,
        "DeleteQueryDefinition": _delete,
    }

    async def handle_with_saved_queries(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: Any
    ) -> Any:
        call = calls.get(headers.get("x-amz-target", "").rpartition(".")[2])
        if call is None:
            return await handle(method, path, headers, body, query_params)
        return call(json.loads(body))

    logs.handle_request = handle_with_saved_queries


def kept() -> dict[str, Saved]:
    """All saved queries, as JSON holds them."""
    return _saved


def restore(queries: dict[str, Saved]) -> None:
    """What `kept` answered."""
    _saved.update(queries)


def _put(given: dict[str, Any]) -> Answer:
    known = given.get("queryDefinitionId")
    if known is not None and known not in _saved:
        return _missing(known)
    made = known or str(uuid.uuid4())
    own: Saved = {name: given[name] for name in ("name", "queryString", "logGroupNames") if name in given}
    _saved[made] = {"queryDefinitionId": made, **own}
    return _ok({"queryDefinitionId": made})


def _describe(given: dict[str, Any]) -> Answer:
    prefix = given.get("queryDefinitionNamePrefix", "")
    return _ok({"queryDefinitions": [each for each in _saved.values() if each["name"].startswith(prefix)]})


def _delete(given: dict[str, Any]) -> Answer:
    known = given["queryDefinitionId"]
    return _ok({"success": True}) if _saved.pop(known, None) else _missing(known)


def _ok(answer: dict[str, Any]) -> Answer:
    from ministack.core.responses import json_response

    response: Answer = json_response(answer)
    return response


def _missing(query: str) -> Answer:
    from ministack.core.responses import error_response_json

    answer: Answer = error_response_json("ResourceNotFoundException", f"There is no saved query {query}", 400)
    return answer
