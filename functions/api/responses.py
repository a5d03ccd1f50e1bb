"""A function's answer, and the shape in which API Gateway's Lambda proxy takes it."""

from collections.abc import Callable, Mapping
from json import JSONEncoder
from typing import Any, Final, NamedTuple

# Applied to every answer; a header that the answer sets itself wins.
DEFAULT_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class Response(NamedTuple):
    status: int
    headers: Mapping[str, str] = {}
    body: str = ""

    def for_gateway(self, extra: Mapping[str, str]) -> dict[str, Any]:
        return {
            "statusCode": self.status,
            "headers": {**DEFAULT_HEADERS, **extra, **self.headers},
            "body": self.body,
            "isBase64Encoded": False,
        }


# The one JSON text form: stored, compared and sent. `json.dumps` would make an encoder for each text.
compact_json: Final[Callable[[object], str]] = JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode


def json_response(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, {"Content-Type": "application/json", **(headers or {})}, compact_json(value))
