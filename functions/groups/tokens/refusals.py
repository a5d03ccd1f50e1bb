"""Refuse as RFC 6749, 5.2 has it: clients of OAuth read `error`, and would take a problem for a token."""

from collections.abc import Mapping
from typing import Final

from api import problems
from api.errors import ApiError, InvalidBody, InvalidParameters, PayloadTooLarge, UnsupportedMediaType
from api.responses import Response, json_response

NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_INVALID: Final = (InvalidBody, InvalidParameters, PayloadTooLarge, UnsupportedMediaType)


class Refused(ApiError):
    """`error` is one of the standard's words; `reason` is for the log alone."""

    def __init__(
        self,
        error: str,
        description: str,
        *,
        status: int = 400,
        headers: Mapping[str, str] | None = None,
        reason: str = "",
    ) -> None:
        super().__init__(description)
        self.error = error
        self.status = status
        self.headers = headers or {}
        self.reason = reason
        self.client = ""  # whom it is about, once that is known


def invalid_request(description: str) -> Refused:
    return Refused("invalid_request", description)


def answer(error: ApiError, request_id: str) -> Response:
    """What is not about the request, such as a table that is down, stays a problem."""
    if isinstance(error, _INVALID):
        error = invalid_request(error.detail or "the request cannot be read")
    if not isinstance(error, Refused):
        return problems.answer(error, request_id)
    body = {"error": error.error, "error_description": error.detail}
    return json_response(error.status, body, {**NO_STORE, **error.headers})
