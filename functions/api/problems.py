"""Which problem (RFC 9457) answers which error: one table, and the only place that builds one."""

from dataclasses import dataclass
from typing import Any, Final

from api import errors
from api.responses import Response, json_response

TYPE_PREFIX: Final = "urn:tenantry:problem:"
CONTENT_TYPE: Final = "application/problem+json"
RETRY_AFTER_SECONDS: Final = 2  # longer than all pauses between our own attempts


@dataclass(frozen=True, slots=True)
class Problem:
    slug: str
    status: int
    title: str
    retry_after: bool = False


INTERNAL: Final = Problem("internal-error", 500, "Something failed on our side")

PROBLEMS: Final[dict[type[errors.ApiError], Problem]] = {
    errors.InvalidBody: Problem("invalid-body", 400, "The body is not valid for this route"),
    errors.InvalidParameters: Problem("invalid-parameters", 400, "A parameter is not valid"),
    errors.InvalidCursor: Problem("invalid-cursor", 400, "The cursor is not valid for this listing"),
    errors.Forbidden: Problem("forbidden", 403, "The token does not allow this call"),
    errors.NotFound: Problem("not-found", 404, "There is nothing here"),
    errors.Conflict: Problem("conflict", 409, "The resource is being changed by others", retry_after=True),
    errors.PreconditionFailed: Problem("precondition-failed", 412, "The resource has another version"),
    errors.PayloadTooLarge: Problem("payload-too-large", 413, "The body is too large"),
    errors.UnsupportedMediaType: Problem(
        "unsupported-media-type", 415, "The body is of another type than the route takes"
    ),
    errors.IdempotencyKeyReused: Problem(
        "idempotency-key-reused", 422, "The idempotency key belongs to another request"
    ),
    errors.PreconditionRequired: Problem("precondition-required", 428, "The request must be conditional"),
    errors.Unavailable: Problem("unavailable", 503, "The service is briefly unavailable", retry_after=True),
}


def answer(error: errors.ApiError, request_id: str) -> Response:
    return _response(PROBLEMS[type(error)], request_id, error.detail, error.faults)


def internal_error(request_id: str) -> Response:
    """Says nothing of the cause: that is in the log, under the request id."""
    return _response(INTERNAL, request_id)


def _response(
    problem: Problem, request_id: str, detail: str | None = None, faults: tuple[errors.Fault, ...] = ()
) -> Response:
    body: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.slug,
        "title": problem.title,
        "status": problem.status,
        "request_id": request_id,
    }
    if detail:
        body["detail"] = detail
    if faults:
        body["errors"] = list(faults)
    headers = {"Content-Type": CONTENT_TYPE}
    if problem.retry_after:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return json_response(problem.status, body, headers)
