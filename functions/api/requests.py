"""One API Gateway proxy event (REST, payload 1.0), read once into plain values.

Header names are lower-cased, repeated headers joined as RFC 9110 says; a missing map is an empty one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api import bodies, subjects
from api.errors import invalid_parameter


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    resource: str
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: str | None
    base64_encoded: bool
    request_id: str
    subject: str

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Request":
        context = event["requestContext"]
        return cls(
            method=event["httpMethod"],
            resource=event["resource"],
            path=event.get("pathParameters") or {},
            query=_query(event),
            headers=_headers(event),
            body=event.get("body"),
            base64_encoded=bool(event.get("isBase64Encoded")),
            request_id=context["requestId"],
            subject=subjects.read((context.get("authorizer") or {}).get("subject") or ""),
        )

    def json_object(self) -> dict[str, Any]:
        return bodies.json_object(
            self.body, base64_encoded=self.base64_encoded, content_type=self.headers.get("content-type")
        )

    def parameter(self, name: str) -> str | None:
        """A query parameter given at most once; unknown ones are never asked for, so they are ignored."""
        values = self.query.get(name, [])
        if len(values) > 1:
            raise invalid_parameter(name, "given more than once; give it once")
        return values[0] if values else None


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    for name, values in (event.get("multiValueHeaders") or {}).items():
        headers[name.lower()] = ", ".join(values)
    return {name: value for name, value in headers.items() if value is not None}


def _query(event: Mapping[str, Any]) -> dict[str, list[str]]:
    if multiple := event.get("multiValueQueryStringParameters"):
        return dict(multiple)
    return {name: [value] for name, value in (event.get("queryStringParameters") or {}).items()}
