"""A function's answer, and the shape in which API Gateway's Lambda proxy takes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# Applied to every answer; a header that the answer sets itself wins.
DEFAULT_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def for_gateway(self, extra: Mapping[str, str]) -> dict[str, Any]:
        return {
            "statusCode": self.status,
            "headers": {**DEFAULT_HEADERS, **extra, **self.headers},
            "body": self.body,
            "isBase64Encoded": False,
        }


def compact_json(value: object) -> str:
    """The one JSON text form: stored, compared and sent."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def json_response(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, {"Content-Type": "application/json", **(headers or {})}, compact_json(value))
