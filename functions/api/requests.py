"""One API Gateway proxy event (REST, payload 1.0) as plain values.

Header names are lower-cased, repeated headers joined as RFC 9110 says; a missing map is an empty one. Only
what every route asks for is read before it is asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from api import bodies, subjects
from api.errors import invalid_parameter


class Request(NamedTuple):
    event: Mapping[str, Any]
    method: str
    resource: str
    request_id: str
    path: Mapping[str, str]
    headers: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Request":
        return cls(
            event,
            event["httpMethod"],
            event["resource"],
            event["requestContext"]["requestId"],
            event.get("pathParameters") or {},
            _headers(event),
        )

    @property
    def subject(self) -> str:
        authorizer = self.event["requestContext"].get("authorizer") or {}
        return subjects.read(authorizer.get("subject") or "")

    def json_object(self) -> dict[str, Any]:
        return bodies.json_object(
            self.event.get("body"),
            base64_encoded=bool(self.event.get("isBase64Encoded")),
            content_type=self.header("content-type"),
        )

    def form_or_json(self) -> dict[str, Any]:
        return bodies.form_or_json(
            self.event.get("body"),
            base64_encoded=bool(self.event.get("isBase64Encoded")),
            content_type=self.header("content-type"),
        )

    def header(self, name: str) -> str | None:
        """The name is given in lower case."""
        values = self.headers.get(name)
        return ", ".join(values) if values else None

    def parameter(self, name: str) -> str | None:
        """A query parameter given at most once; unknown ones are never asked for, so they are ignored."""
        values = _query(self.event).get(name, [])
        if len(values) > 1:
            raise invalid_parameter(name, "given more than once; give it once")
        return values[0] if values else None


def _headers(event: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    if multiple := event.get("multiValueHeaders"):  # all headers, if there are any; no loop of our own
        return dict(zip(map(str.lower, multiple), multiple.values(), strict=True))
    single = event.get("headers") or {}
    return {name.lower(): [value] for name, value in single.items() if value is not None}


def _query(event: Mapping[str, Any]) -> Mapping[str, list[str]]:
    if multiple := event.get("multiValueQueryStringParameters"):
        return multiple  # type: ignore[no-any-return]
    return {name: [value] for name, value in (event.get("queryStringParameters") or {}).items()}
