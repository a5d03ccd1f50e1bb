"""What can go wrong in a request, in the domain's words; `problems` says how each is answered."""

from collections.abc import Sequence
from typing import TypedDict


class Fault(TypedDict, total=False):
    """One thing wrong with a request: `pointer` into the body (RFC 6901), "" for the whole of it, or the
    `parameter`'s name."""

    pointer: str
    parameter: str
    detail: str


class ApiError(Exception):
    """`detail` reaches the client: it names what to change and quotes nothing that is secret."""

    def __init__(self, detail: str | None = None, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail or type(self).__name__)
        self.detail = detail
        self.faults = faults


class InvalidBody(ApiError):
    """The body is not the JSON that the route takes."""


class InvalidParameters(ApiError):
    """A path, query or header parameter is malformed."""


class InvalidCursor(ApiError):
    """The cursor was not made by this tenant for this listing, or was changed."""


class Forbidden(ApiError):
    """The token lacks the route's scope."""


class NotFound(ApiError):
    """No such route, item or message."""


class PayloadTooLarge(ApiError):
    """The body has more bytes than the route takes."""


class UnsupportedMediaType(ApiError):
    """The body is declared as something other than what the route takes, in UTF-8."""


class PreconditionRequired(ApiError):
    """A replacement names no version to replace."""


class PreconditionFailed(ApiError):
    """The resource is at another version than the one named."""


class IdempotencyKeyReused(ApiError):
    """The key was used for another request."""


class Conflict(ApiError):
    """Others changed the same resource at the same time."""


class Unavailable(ApiError):
    """A service behind the API is throttled, slow or down."""


def invalid_body(detail: str) -> InvalidBody:
    """What is wrong with the body as a whole."""
    return InvalidBody(detail, ({"pointer": "", "detail": detail},))


def invalid_members(faults: Sequence[Fault]) -> InvalidBody:
    return InvalidBody("correct the members listed in errors", tuple(faults))


def invalid_parameter(name: str, detail: str) -> InvalidParameters:
    return InvalidParameters(f"{name}: {detail}", ({"parameter": name, "detail": detail},))
