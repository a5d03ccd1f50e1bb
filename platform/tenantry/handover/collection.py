"""Write the calls as a collection in Postman's format 2.1, which Bruno, Insomnia and Hoppscotch read too."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tenantry.handover.calls import FORM, FROM_ENVIRONMENT, Call

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"  # names the format


def of(title: str, url: str, calls: Iterable[Call]) -> Mapping[str, Any]:
    """A folder for each group. Key and token are variables without a value."""
    folders: dict[str, list[Mapping[str, Any]]] = {}
    own: list[str] = []
    for call in calls:
        folders.setdefault(call.group, []).append(_item(call))
        if call.media == FORM:
            own += [each[1:] for each in call.body.values() if each.startswith(FROM_ENVIRONMENT)]
    variables = {"API_URL": url, "API_KEY": "", "API_TOKEN": "", **dict.fromkeys(own, "")}
    return {
        "info": {"name": title, "schema": SCHEMA},
        "item": [{"name": name, "item": items} for name, items in folders.items()],
        "variable": [{"key": name, "value": value} for name, value in variables.items()],
    }


def _item(call: Call) -> Mapping[str, Any]:
    headers = dict(call.headers)
    if call.keyed:
        headers["x-api-key"] = "{{API_KEY}}"
    if call.repeatable:
        headers["Idempotency-Key"] = "{{$guid}}"
    request: dict[str, Any] = {
        "method": call.method,
        "url": "{{API_URL}}" + call.path,
        "description": call.operation.get("description", ""),
        "auth": {"type": "noauth"},
    }
    if call.scope:
        request["auth"] = {
            "type": "bearer",
            "bearer": [{"key": "token", "value": "{{API_TOKEN}}", "type": "string"}],
        }
    if call.media == FORM:
        fields = [{"key": name, "value": _field(each)} for name, each in call.body.items()]
        request["body"] = {"mode": "urlencoded", "urlencoded": fields}
    elif call.body is not None:
        headers["Content-Type"] = call.media
        request["body"] = {"mode": "raw", "raw": json.dumps(call.body, indent=2, ensure_ascii=False)}
    request["header"] = [{"key": name, "value": value} for name, value in headers.items()]
    return {"name": call.operation["summary"], "request": request}


def _field(value: str) -> str:
    name = value.removeprefix(FROM_ENVIRONMENT)
    return value if name == value else f"{{{{{name}}}}}"
