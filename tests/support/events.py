"""The events that API Gateway's REST API hands to a function: Lambda proxy and REQUEST authorizer.

Shapes follow AWS's developer guide: maps are null when empty, repeated values sit in the multi-value maps.
"""

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from agreed import routes

ACCOUNT = "123456789012"
API_ID = "a1b2c3d4e5"
ARN_BASE = f"arn:aws:execute-api:eu-west-1:{ACCOUNT}:{API_ID}"

Headers = dict[str, str] | list[tuple[str, str]]


@dataclass(frozen=True)
class Invocation:
    """What Lambda hands over beside the event; a function of ours has 10 s."""

    remaining_ms: int = 10_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


def proxy(
    method: str,
    resource: str,
    *,
    path: dict[str, str] | None = None,
    query: str = "",
    headers: Headers | None = None,
    body: str | None = None,
    base64_encoded: bool = False,
    tenant: str = "acme",
    subject: str | None = "user-1",
    scope: str | None = None,
) -> dict[str, Any]:
    """One call as the integration gets it. `query` is the text after the question mark; without a `scope`
    the token has all that there are."""
    event = _request(method, resource, path or {}, query, headers, tenant)
    event |= {"body": body, "isBase64Encoded": base64_encoded}
    if subject is not None:
        event["requestContext"]["authorizer"] = {
            "principalId": subject,
            "subject": subject,
            "scope": _all_scopes() if scope is None else scope,
            "kid": "2026",
            "integrationLatency": 0,
        }
    return event


def authorizer(
    token: str | None,
    *,
    method: str = "GET",
    resource: str = "/items/{collection}",
    path: dict[str, str] | None = None,
    stage: str = "acme",
    headers: Headers | None = None,
) -> dict[str, Any]:
    """One question to the authorizer; `token` None sends no Authorization header."""
    given = [("x-api-key", "a-key"), *_pairs(headers)]
    if token is not None:
        given.append(("Authorization", f"Bearer {token}"))
    event = _request(method, resource, path or {"collection": "orders"}, "", given, stage)
    concrete = event["path"].lstrip("/")
    return {"type": "REQUEST", "methodArn": f"{ARN_BASE}/{stage}/{method}/{concrete}", **event}


def _all_scopes() -> str:
    return " ".join(sorted({route.scope for route in routes.stated() if route.scope}))


def _request(
    method: str, resource: str, path: dict[str, str], query: str, headers: Headers | None, stage: str
) -> dict[str, Any]:
    concrete = resource
    for name, value in path.items():
        concrete = concrete.replace(f"{{{name}}}", value)
    parameters = _multiple(parse_qsl(query, keep_blank_values=True))
    sent = _multiple(_pairs(headers))
    return {
        "resource": resource,
        "path": concrete,
        "httpMethod": method,
        "headers": _last(sent),
        "multiValueHeaders": sent,
        "queryStringParameters": _last(parameters),
        "multiValueQueryStringParameters": parameters,
        "pathParameters": path or None,
        "stageVariables": {"items_function": f"tenantry_demo_{stage}_items"},
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": API_ID,
            "httpMethod": method,
            "identity": {
                "apiKey": "redacted",
                "apiKeyId": "k1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "path": f"/{stage}{concrete}",
            "protocol": "HTTP/1.1",
            "requestId": str(uuid.uuid4()),
            "requestTimeEpoch": 1_790_000_000_000,
            "resourcePath": resource,
            "stage": stage,
        },
    }


def _pairs(headers: Headers | None) -> list[tuple[str, str]]:
    return list(headers.items()) if isinstance(headers, dict) else list(headers or [])


def _multiple(pairs: list[tuple[str, str]]) -> dict[str, list[str]] | None:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values or None


def _last(multiple: dict[str, list[str]] | None) -> dict[str, str] | None:
    return {name: values[-1] for name, values in multiple.items()} if multiple else None
