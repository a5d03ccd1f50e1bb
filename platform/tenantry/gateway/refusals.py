"""Answer the gateway's own refusals as problems (RFC 9457), in the same words as the functions' errors.

Types, default status codes and variables: "Gateway response types for API Gateway". The template is always
the one for `application/json`; the header then says what it really is. REQUEST_TOO_LARGE cannot be changed so
far: to a body over 10 MB the gateway gives its own answer, whatever stands here
(https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html).
"""

import json
from typing import Any, NamedTuple


class Refusal(NamedTuple):
    status: int
    slug: str
    title: str
    detail: str = ""


REFUSALS = {
    "ACCESS_DENIED": Refusal(
        403,
        "forbidden",
        "The token does not allow this call",
        "the token lacks the scope that the contract states for this method of $context.resourcePath",
    ),
    "API_CONFIGURATION_ERROR": Refusal(500, "internal-error", "The platform failed"),
    "AUTHORIZER_CONFIGURATION_ERROR": Refusal(500, "internal-error", "The platform failed"),
    "AUTHORIZER_FAILURE": Refusal(500, "internal-error", "The platform failed"),
    "BAD_REQUEST_BODY": Refusal(400, "invalid-body", "The body does not match its schema"),
    "BAD_REQUEST_PARAMETERS": Refusal(400, "invalid-parameters", "A required parameter is missing"),
    "DEFAULT_4XX": Refusal(400, "bad-request", "The request cannot be served"),
    "DEFAULT_5XX": Refusal(500, "internal-error", "The platform failed"),
    "EXPIRED_TOKEN": Refusal(403, "forbidden", "The credentials do not allow this call"),
    "INTEGRATION_FAILURE": Refusal(503, "unavailable", "The service is unavailable"),
    "INTEGRATION_TIMEOUT": Refusal(504, "timeout", "The service took too long"),
    "INVALID_API_KEY": Refusal(403, "invalid-api-key", "The API key is missing or does not open this tenant"),
    "INVALID_SIGNATURE": Refusal(403, "forbidden", "The credentials do not allow this call"),
    "MISSING_AUTHENTICATION_TOKEN": Refusal(404, "not-found", "No such route"),
    "QUOTA_EXCEEDED": Refusal(429, "quota-exceeded", "The quota of this period is used up"),
    "REQUEST_TOO_LARGE": Refusal(413, "payload-too-large", "The body is too large"),
    "RESOURCE_NOT_FOUND": Refusal(404, "not-found", "No such route"),
    "THROTTLED": Refusal(429, "throttled", "Too many requests"),
    "UNAUTHORIZED": Refusal(401, "unauthorized", "A valid token and an API key are required"),
    "UNSUPPORTED_MEDIA_TYPE": Refusal(415, "unsupported-media-type", "The body must be application/json"),
    "WAF_FILTERED": Refusal(403, "forbidden", "The request was refused"),
}

# Which the gateway has no response type for: a mock answers.
METHOD_NOT_ALLOWED = Refusal(405, "method-not-allowed", "The path is there, and has no such method")

# A browser may read a refusal from any origin: it holds no tenant's data, and `*` allows no credentials.
_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Allow, Retry-After, WWW-Authenticate",
    "Cache-Control": "no-store",
    "Content-Type": "application/problem+json",
    "X-Content-Type-Options": "nosniff",
}

# RFC 6750, section 3.1. The gateway has one answer for a token that is missing and one that is not good: both
# say that a token is needed. Which scope is needed it does not know, since a verdict holds for all routes of
# a stage: it names the route, of which the contract states the scope.
_CHALLENGE = "WWW-Authenticate"
# A used-up quota has no Retry-After: nobody here knows when its period ends. What is left of a rate is not
# known either, so no answer states it.
_EXTRA_HEADERS = {
    "ACCESS_DENIED": {_CHALLENGE: 'Bearer error="insufficient_scope"'},
    "INTEGRATION_FAILURE": {"Retry-After": "2"},  # as the functions answer
    "THROTTLED": {"Retry-After": "1"},
    "UNAUTHORIZED": {_CHALLENGE: 'Bearer error="invalid_token"'},
}


def gateway_responses() -> dict[str, Any]:
    """The value of `x-amazon-apigateway-gateway-responses`."""
    return {kind: _response(kind, refusal) for kind, refusal in REFUSALS.items()}


def method_not_allowed(allowed: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Headers and problem of the answer to a method that a path does not serve."""
    return {"Allow": allowed, **_HEADERS}, _problem(METHOD_NOT_ALLOWED)


def _problem(refusal: Refusal) -> dict[str, Any]:
    problem = {
        "type": f"urn:tenantry:problem:{refusal.slug}",
        "title": refusal.title,
        "status": refusal.status,
        "request_id": "$context.requestId",
    }
    return {**problem, "detail": refusal.detail} if refusal.detail else problem


def _response(kind: str, refusal: Refusal) -> dict[str, Any]:
    headers = _HEADERS | _EXTRA_HEADERS.get(kind, {})
    return {
        "statusCode": refusal.status,
        "responseParameters": {
            f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()
        },
        "responseTemplates": {"application/json": json.dumps(_problem(refusal))},
    }
