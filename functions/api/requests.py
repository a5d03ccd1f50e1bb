"""One API Gateway proxy event (REST, payload 1.0) as plain values.

Header names are lower-cased, repeated headers joined as RFC 9110 says; a missing map is an empty one. Only
what every route asks for is read before it is asked for.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from api import bodies, subjects
from api.errors import Fault, InvalidParameters, invalid_parameter

FAULTS: Final = 10  # the most unknown parameters that an answer names
NAME_LENGTH: Final = 64


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
        return subjects.read(self._verdict("subject"))

    @property
    def scopes(self) -> list[str]:
        """Of the token, as the authorizer joined them; what else is blank may be part of a name."""
        return self._verdict("scope").split(" ")

    def _verdict(self, name: str) -> str:
        """Of the authorizer's context; empty where the route needs no token."""
        authorizer = self.event["requestContext"].get("authorizer") or {}
        return str(authorizer.get(name) or "")

    def json_object(self, media_type: str = bodies.JSON, most: int = bodies.MAX_BYTES) -> dict[str, Any]:
        """`most` is in bytes, of the body as it came."""
        return bodies.json_object(
            self.event.get("body"),
            base64_encoded=bool(self.event.get("isBase64Encoded")),
            content_type=self.header("content-type"),
            media_type=media_type,
            most=most,
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
        """A query parameter given at most once."""
        values = _query(self.event).get(name, [])
        if len(values) > 1:
            raise invalid_parameter(name, "given more than once; give it once")
        return values[0] if values else None

    def take_only(self, parameters: Sequence[str]) -> None:
        """Raises InvalidParameters: the query holds others. A misspelt one would change nothing, and the
        answer would look as if it had."""
        unknown = [name for name in _query(self.event) if name not in parameters]
        if unknown:
            raise _unknown(unknown[:FAULTS], parameters)


def _unknown(names: Sequence[str], parameters: Sequence[str]) -> InvalidParameters:
    known = f"this route takes {', '.join(parameters)}" if parameters else "this route takes none"
    faults: list[Fault] = [{"parameter": _spelt(name), "detail": f"unknown; {known}"} for name in names]
    return InvalidParameters(f"leave out what the route does not know; {known}", tuple(faults))


def _spelt(name: str) -> str:
    """As an address spells it, and no more of it than shows which one is meant."""
    return quote(name, safe="", errors="replace")[:NAME_LENGTH]


def _headers(event: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    if multiple := event.get("multiValueHeaders"):  # all headers, if there are any; no loop of our own
        return dict(zip(map(str.lower, multiple), multiple.values(), strict=True))
    single = event.get("headers") or {}
    return {name.lower(): [value] for name, value in single.items() if value is not None}


def _query(event: Mapping[str, Any]) -> Mapping[str, list[str]]:
    if multiple := event.get("multiValueQueryStringParameters"):
        return multiple  # type: ignore[no-any-return]
    return {name: [value] for name, value in (event.get("queryStringParameters") or {}).items()}
