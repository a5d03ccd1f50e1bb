"""Logs Insights queries can be saved, listed and deleted; the emulator knows none of the three calls."""

import json
import uuid
from collections.abc import Callable
from typing import Any

Saved = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]


def repair() -> None:
    from ministack.services import cloudwatch_logs as logs

    handle = logs.handle_request
    saved: dict[str, Saved] = {}
    calls: dict[str, Callable[[dict[str, Saved], dict[str, Any]], Answer]] = {
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
        return call(saved, json.loads(body))

    logs.handle_request = handle_with_saved_queries


def _put(saved: dict[str, Saved], given: dict[str, Any]) -> Answer:
    known = given.get("queryDefinitionId")
    if known is not None and known not in saved:
        return _missing(known)
    made = known or str(uuid.uuid4())
    kept: Saved = {name: given[name] for name in ("name", "queryString", "logGroupNames") if name in given}
    saved[made] = {"queryDefinitionId": made, **kept}
    return _ok({"queryDefinitionId": made})


def _describe(saved: dict[str, Saved], given: dict[str, Any]) -> Answer:
    prefix = given.get("queryDefinitionNamePrefix", "")
    return _ok({"queryDefinitions": [each for each in saved.values() if each["name"].startswith(prefix)]})


def _delete(saved: dict[str, Saved], given: dict[str, Any]) -> Answer:
    known = given["queryDefinitionId"]
    return _ok({"success": True}) if saved.pop(known, None) else _missing(known)


def _ok(answer: dict[str, Any]) -> Answer:
    from ministack.core.responses import json_response

    response: Answer = json_response(answer)
    return response


def _missing(query: str) -> Answer:
    from ministack.core.responses import error_response_json

    answer: Answer = error_response_json("ResourceNotFoundException", f"There is no saved query {query}", 400)
    return answer
