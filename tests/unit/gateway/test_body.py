"""The gateway's body, made of the real contract: no route is missing, and none is open by mistake."""

import json
import re
from copy import deepcopy
from typing import Any

import pytest

from tenantry import groups
from tenantry.gateway import contract
from tenantry.gateway.body import ANY_METHOD, COMPRESSED_FROM_BYTES, gateway_body
from tenantry.gateway.located import ContractError
from tenantry.rules.arns import Arns
from tenantry.rules.requirements import KEY, TOKEN, asked
from tests.support.contracts import CONTRACT, changed

ARNS = Arns("aws", "eu-central-1", "123456789012")
BODY = gateway_body(CONTRACT, "tenantry_demo", ARNS)
METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
IMPORT_BYTES = 6 * 1024 * 1024  # API Gateway: largest API definition, hard

Operation = dict[str, Any]


def operations(document: dict[str, Any]) -> dict[tuple[str, str], Operation]:
    return {
        (path, method): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


SERVED = operations(BODY)
STATED = operations(CONTRACT)
PREFLIGHTS = {place: each for place, each in SERVED.items() if place[1] == "options"}
HEADS = {place: each for place, each in SERVED.items() if place[1] == "head"}


def test_every_operation_of_the_contract_is_served_and_beside_them_heads_and_preflights_alone() -> None:
    assert SERVED.keys() - PREFLIGHTS.keys() - HEADS.keys() == STATED.keys()
    assert {path for path, _ in PREFLIGHTS} == {
        path for (path, _), operation in STATED.items() if operation["x-tenantry-group"] != "core"
    }


@pytest.mark.parametrize("place", STATED, ids=str)
def test_what_the_contract_asks_for_together_stands_in_elements_of_its_own(place: tuple[str, str]) -> None:
    """The importer takes all elements together; what it makes of two schemes in one is written nowhere."""
    stated = [name for requirement in STATED[place]["security"] for name in requirement]
    assert SERVED[place]["security"] == [{name: []} for name in stated]
    assert set(stated) <= BODY["components"]["securitySchemes"].keys()
    needed = {"api_key": KEY, "token": TOKEN}
    assert asked(BODY, SERVED[place]["security"]) == {needed[name] for name in stated}


def test_alternatives_are_refused() -> None:
    """API Gateway would ask for both, and a client of the contract would send one."""
    either = changed("paths", "/items/{collection}", "post", security=[{"api_key": []}, {"token": []}])
    with pytest.raises(ContractError, match="createItem: security is wrong: it has alternatives"):
        gateway_body(either, "t", ARNS)


@pytest.mark.parametrize("place", SERVED, ids=str)
def test_the_one_declared_response_is_a_status(place: tuple[str, str]) -> None:
    """The importer has warned of `default`, and one warning takes the import back."""
    assert SERVED[place]["responses"].keys() == {"200"}


def test_only_the_core_preflights_and_declared_pages_are_open_to_anybody() -> None:
    open_to_all = {place for place, operation in SERVED.items() if not operation["security"]}
    core = {place for place, operation in STATED.items() if operation["x-tenantry-group"] == "core"}
    stated = [each.route.split() for group in groups.current() for each in group.page_routes]
    pages = {(path, method.lower()) for method, path in stated}
    heads = {(path, "head") for path, method in {("/health", "get"), *pages} if method == "get"}
    assert pages
    assert open_to_all == core | PREFLIGHTS.keys() | pages | heads


def test_head_is_served_wherever_get_is_and_to_the_same_callers() -> None:
    """RFC 9110, section 9.1. Only the operation's id is its own."""
    assert {path for path, _ in HEADS} == {path for path, method in STATED if method == "get"}
    for path, _ in HEADS:
        got = {name: value for name, value in SERVED[path, "get"].items() if name != "operationId"}
        assert HEADS[path, "head"] == got


@pytest.mark.parametrize("path", BODY["paths"])
def test_any_other_method_is_405_with_those_that_there_are(path: str) -> None:
    """RFC 9110, section 15.5.6; the importer wants each header declared that an answer sets."""
    item = BODY["paths"][path]
    other = item[ANY_METHOD]
    assert list(item)[-1] == ANY_METHOD
    assert other["security"] == []
    integration = other["x-amazon-apigateway-integration"]
    assert integration["type"] == "mock"
    assert {json.loads(each)["statusCode"] for each in integration["requestTemplates"].values()} == {405}
    [answer] = integration["responses"].values()
    sent = {
        name.removeprefix("method.response.header."): each.strip("'")
        for name, each in answer["responseParameters"].items()
    }
    assert sent.keys() == other["responses"]["405"]["headers"].keys()
    assert set(sent["Allow"].split(", ")) == {method.upper() for method in item if method != ANY_METHOD}
    assert sent["Content-Type"] == "application/problem+json"
    problem = json.loads(answer["responseTemplates"]["application/json"])
    assert problem["type"] == "urn:tenantry:problem:method-not-allowed"
    assert (problem["status"], answer["statusCode"]) == (405, "405")


def test_answers_are_compressed_from_a_kibibyte_on() -> None:
    assert BODY["x-amazon-apigateway-minimum-compression-size"] == COMPRESSED_FROM_BYTES == 1_024


def test_an_operation_without_stated_security_is_refused() -> None:
    silent = changed("paths", "/items/{collection}", "post", security=None)
    with pytest.raises(ContractError, match="createItem states no security; write \\[\\]"):
        gateway_body(silent, "t", ARNS)


@pytest.mark.parametrize("place", list(STATED), ids=str)
def test_a_route_is_served_by_its_groups_function_or_by_the_gateway_itself(place: tuple[str, str]) -> None:
    group = STATED[place]["x-tenantry-group"]
    integration = SERVED[place]["x-amazon-apigateway-integration"]
    if group == "core":
        assert integration["type"] == "mock"
        assert "uri" not in integration
        return
    assert (integration["type"], integration["httpMethod"]) == ("aws_proxy", "POST")
    assert integration["uri"] == uri(f"{group}_function")


@pytest.mark.parametrize("place", PREFLIGHTS, ids=str)
def test_a_preflight_goes_to_the_function_of_its_path(place: tuple[str, str]) -> None:
    """The browser sends no credentials with it; the function knows the tenant's origins."""
    path, _ = place
    [group] = {each["x-tenantry-group"] for (at, _), each in STATED.items() if at == path}
    assert PREFLIGHTS[place]["security"] == []
    assert PREFLIGHTS[place]["x-amazon-apigateway-integration"]["uri"] == uri(f"{group}_function")


def uri(variable: str) -> str:
    """The whole ARN stands around the stage variable, which may replace the function's name alone."""
    return (
        "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/"
        f"arn:aws:lambda:eu-central-1:123456789012:function:${{stageVariables.{variable}}}/invocations"
    )


def test_a_verdict_is_kept_for_token_and_key_together() -> None:
    """With the token alone as its key, a cached verdict would serve another API key."""
    scheme = BODY["components"]["securitySchemes"]["token"]
    authorizer = scheme["x-amazon-apigateway-authorizer"]
    sources = {source.strip() for source in authorizer["identitySource"].split(",")}
    assert sources == {"method.request.header.Authorization", "method.request.header.x-api-key"}
    assert authorizer["type"] == "request"
    assert scheme["x-amazon-apigateway-authtype"] == "custom"
    assert scheme["name"] == "Unused"  # what AWS asks for where there are several identity sources
    assert authorizer["authorizerUri"] == uri("authorizer_function")
    assert 0 < authorizer["authorizerResultTtlInSeconds"] <= 300


def test_the_key_comes_in_the_header_and_from_nowhere_else() -> None:
    """An authorizer that answered with a key could open another tenant's plan."""
    assert BODY["x-amazon-apigateway-api-key-source"] == "HEADER"
    assert BODY["components"]["securitySchemes"]["api_key"] == {
        "type": "apiKey",
        "name": "x-api-key",
        "in": "header",
    }


def test_every_route_validates_parameters_and_leaves_bodies_to_the_functions() -> None:
    """The gateway's own words on a body name no member, and cannot be put into JSON (decision 0018)."""
    validator = BODY["x-amazon-apigateway-request-validator"]
    assert BODY["x-amazon-apigateway-request-validators"][validator] == {
        "validateRequestBody": False,
        "validateRequestParameters": True,
    }
    assert [place for place, each in SERVED.items() if "x-amazon-apigateway-request-validator" in each] == []
    assert [place for place, each in SERVED.items() if "requestBody" in each] == []
    assert "schemas" not in BODY["components"]


def test_a_path_of_two_groups_is_refused() -> None:
    """Its preflight would have no function to go to."""
    two = changed("paths", "/items/{collection}", "get", **{"x-tenantry-group": "tools"})
    with pytest.raises(
        ContractError, match=r"/items/{collection}: .* one route group, not to \['items', 'tools'\]"
    ):
        gateway_body(two, "t", ARNS)


@pytest.mark.parametrize("place", SERVED, ids=str)
def test_parameters_are_plain_and_cover_the_path(place: tuple[str, str]) -> None:
    path, _ = place
    parameters = SERVED[place].get("parameters", [])
    in_path = {each["name"] for each in parameters if each["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", path))
    assert all(each["required"] for each in parameters if each["in"] == "path")
    assert all(each["schema"] == {"type": "string"} for each in parameters)
    # Were If-Match required here, the gateway would answer 400 where the function answers 428.
    assert not [each for each in parameters if each["in"] != "path" and each["required"]]


@pytest.mark.parametrize("path", BODY["paths"])
def test_paths_have_only_segments_that_the_importer_takes(path: str) -> None:
    for segment in path.strip("/").split("/"):
        assert re.fullmatch(r"{[A-Za-z0-9._-]+}|[A-Za-z0-9._:-]+", segment)
    assert not re.match(r"/s?ping(/|$)", path), "reserved by API Gateway"


def test_the_same_contract_gives_the_same_bytes_in_a_size_that_can_be_imported() -> None:
    """Even without sorted keys: a changed digest is a new deployment of every stage."""
    body = json.dumps(BODY)
    assert json.dumps(gateway_body(contract.load(), "tenantry_demo", ARNS)) == body
    assert len(body.encode()) < IMPORT_BYTES


def test_the_contract_itself_is_left_as_it_was() -> None:
    document = deepcopy(CONTRACT)
    gateway_body(document, "t", ARNS)
    assert document == CONTRACT


def test_health_answers_without_a_function() -> None:
    integration = SERVED["/health", "get"]["x-amazon-apigateway-integration"]
    [answer] = integration["responses"].values()
    assert json.loads(integration["requestTemplates"]["application/json"]) == {"statusCode": 200}
    assert json.loads(answer["responseTemplates"]["application/json"]) == {"status": "ok"}
    assert answer["statusCode"] in SERVED["/health", "get"]["responses"]


def test_no_answer_is_made_up_of_a_tenants_data() -> None:
    """The body is shared by all tenants of the cell: the only thing that differs is the stage."""
    text = json.dumps(BODY)
    assert "acme" not in text
    assert set(re.findall(r"\$\{stageVariables\.(\w+)\}", text)) == {
        "authorizer_function",
        "contact_function",
        "items_function",
        "portal_function",
        "tokens_function",
        "tools_function",
    }
