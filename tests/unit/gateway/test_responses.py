"""Whatever the gateway refuses by itself is a problem of the API's own kind, and tells no internals."""

import json
import re
from typing import Any

import botocore.session
import pytest

from tenantry.gateway import contract
from tenantry.gateway.refusals import gateway_responses

RESPONSES = gateway_responses()
# AWS's own list: the enumeration of the API's model.
KINDS: list[str] = (
    botocore.session.get_session().get_service_model("apigateway").shape_for("GatewayResponseType").enum
)
# "Gateway response types for API Gateway": status codes, and where we answer with another on purpose.
DEFAULT_STATUS = {
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_FAILURE": 500,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "DEFAULT_4XX": 400,
    "DEFAULT_5XX": 500,
    "EXPIRED_TOKEN": 403,
    "INTEGRATION_FAILURE": 503,  # 504 by default; the function cannot be reached, which is not a timeout
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_API_KEY": 403,
    "INVALID_SIGNATURE": 403,
    "MISSING_AUTHENTICATION_TOKEN": 404,  # 403 by default; this is what an unknown path gets
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "RESOURCE_NOT_FOUND": 404,
    "THROTTLED": 429,
    "UNAUTHORIZED": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "WAF_FILTERED": 403,
}


def body(kind: str) -> dict[str, Any]:
    """As a client gets it: with the variables replaced."""
    template = RESPONSES[kind]["responseTemplates"]["application/json"]
    parsed: dict[str, Any] = json.loads(template.replace("$context.requestId", "c6af9ac6-7b61"))
    return parsed


def headers(kind: str) -> dict[str, str]:
    """Values are literals, which API Gateway wants in single quotes."""
    found = {}
    for name, value in RESPONSES[kind]["responseParameters"].items():
        assert re.fullmatch(r"'[^']*'", value)
        found[name.removeprefix("gatewayresponse.header.")] = value.strip("'")
    return found


def test_every_refusal_of_the_gateway_is_covered() -> None:
    assert RESPONSES.keys() == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_is_a_problem_with_the_status_that_it_is_sent_with(kind: str) -> None:
    problem = body(kind)
    assert problem.keys() - {"detail"} == {"type", "title", "status", "request_id"}
    assert problem["status"] == RESPONSES[kind]["statusCode"] == DEFAULT_STATUS[kind]
    assert problem["request_id"] == "c6af9ac6-7b61"
    assert problem["title"]
    assert headers(kind)["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("kind", KINDS)
def test_its_type_is_one_that_the_contract_lists(kind: str) -> None:
    listed = contract.load()["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    assert body(kind)["type"] in listed


@pytest.mark.parametrize("kind", KINDS)
def test_it_takes_the_request_id_from_the_request_and_the_route_where_a_scope_is_missing(kind: str) -> None:
    """`$context.error.*` names validators and functions, `$context.authorizer.*` callers; a route's path is
    the contract's."""
    route = {"$context.resourcePath"} if kind == "ACCESS_DENIED" else set()
    taken = set(re.findall(r"\$[\w.]+", json.dumps(RESPONSES[kind])))
    assert taken == {"$context.requestId"} | route


@pytest.mark.parametrize("kind", KINDS)
def test_a_browser_may_read_it_and_nobody_may_keep_it(kind: str) -> None:
    sent = headers(kind)
    assert sent["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in sent
    assert sent["Cache-Control"] == "no-store"
    assert sent["X-Content-Type-Options"] == "nosniff"


def test_a_missing_token_is_answered_with_how_to_bring_one() -> None:
    """RFC 9110, section 11.6.1: a 401 carries a challenge. RFC 6750, section 3.1: with the error."""
    assert headers("UNAUTHORIZED")["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_scope_that_is_missing_is_told_apart_from_a_token_that_is_not_good() -> None:
    assert headers("ACCESS_DENIED")["WWW-Authenticate"] == 'Bearer error="insufficient_scope"'
    challenged = {kind for kind in KINDS if "WWW-Authenticate" in headers(kind)}
    assert challenged == {"ACCESS_DENIED", "UNAUTHORIZED"}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_said_of_a_rate_that_the_gateway_alone_counts(kind: str) -> None:
    assert not [name for name in headers(kind) if "ratelimit" in name.lower()]


def test_a_client_is_told_to_come_back_only_where_that_helps() -> None:
    """Calling again in a second opens no used-up quota of a month."""
    assert {kind for kind in KINDS if "Retry-After" in headers(kind)} == {"THROTTLED", "INTEGRATION_FAILURE"}


def test_faults_of_the_platform_are_told_apart_by_nobody_outside() -> None:
    failures = (
        "API_CONFIGURATION_ERROR",
        "AUTHORIZER_CONFIGURATION_ERROR",
        "AUTHORIZER_FAILURE",
        "DEFAULT_5XX",
    )
    assert len({json.dumps(RESPONSES[kind]) for kind in failures}) == 1
