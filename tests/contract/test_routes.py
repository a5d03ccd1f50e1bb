"""The contract and the code that serves it say the same."""

import importlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import start
from agreed import identifiers, routes
from api import bodies, pages, problems
from groups.contact import form
from groups.contact.declaration import DELIVERY_STATES, STATES
from groups.tools import changes
from groups.tools import declaration as tools
from tenantry import groups
from tenantry.gateway import contract

CONTRACT: dict[str, Any] = contract.load()
SCHEMAS = CONTRACT["components"]["schemas"]
PARAMETERS = CONTRACT["components"]["parameters"]
METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}

# The gateway's own answers, which no function gives.
GATEWAY_SLUGS = {
    "bad-request",
    "invalid-api-key",
    "method-not-allowed",
    "quota-exceeded",
    "throttled",
    "timeout",
    "unauthorized",
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in CONTRACT["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield method.upper(), path, operation


FUNCTION_OPERATIONS = [o for o in operations() if o[2]["x-tenantry-group"] != "core"]
PAGES = {each.route for group in groups.current() for each in group.page_routes}
IDS = [operation["operationId"] for _, _, operation in FUNCTION_OPERATIONS]


def test_the_code_serves_exactly_the_contracts_routes() -> None:
    written = {
        (method, path, o["x-tenantry-group"], o["operationId"], o.get("x-tenantry-scope"))
        for method, path, o in FUNCTION_OPERATIONS
    }
    assert written == {(r.method, r.path, r.group, r.operation, r.scope) for r in routes.stated()}


def test_whatever_is_read_by_get_is_asked_for_by_head_on_the_same_terms() -> None:
    added = [route for route in routes.table() if route not in routes.stated()]
    assert added == [replace(each, method="HEAD") for each in routes.stated() if each.method == "GET"]


@pytest.mark.parametrize("group", sorted({route.group for route in routes.table()}))
def test_a_functions_handlers_are_exactly_its_groups_operations(group: str) -> None:
    handlers = importlib.import_module(start.module(group)).HANDLERS
    assert set(handlers) == {route.operation for route in routes.table() if route.group == group}


@pytest.mark.parametrize(("method", "path", "operation"), list(operations()))
def test_every_operation_states_who_may_call_it(method: str, path: str, operation: dict[str, Any]) -> None:
    expected: list[dict[str, list[str]]]
    if operation["x-tenantry-group"] == "core":
        expected = []
    elif "x-tenantry-scope" in operation:
        expected = [{"api_key": [], "token": []}]
    elif f"{method} {path}" in PAGES:
        expected = []
    else:
        expected = [{"api_key": []}]
    assert operation["security"] == expected, f"{method} {path}"


def test_the_contract_lists_exactly_the_problems_that_there_are() -> None:
    listed = {
        urn.removeprefix(problems.TYPE_PREFIX) for urn in SCHEMAS["Problem"]["properties"]["type"]["enum"]
    }
    ours = {problem.slug for problem in problems.PROBLEMS.values()} | {problems.INTERNAL.slug}
    assert listed == ours | GATEWAY_SLUGS


def test_every_problem_of_the_functions_has_its_status_in_the_contract() -> None:
    documented = {int(status) for _, _, o in FUNCTION_OPERATIONS for status in o["responses"]}
    assert {problem.status for problem in problems.PROBLEMS.values()} <= documented


@pytest.mark.parametrize(("method", "path", "operation"), FUNCTION_OPERATIONS, ids=IDS)
def test_path_parameters_are_declared(method: str, path: str, operation: dict[str, Any]) -> None:
    declared = {resolved(parameter)["name"] for parameter in operation.get("parameters", [])}
    assert set(re.findall(r"{(\w+)}", path)) <= declared, f"{method} {path}"


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    target: Any = CONTRACT
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return dict(target)


def test_the_contracts_bounds_are_the_codes_bounds() -> None:
    assert PARAMETERS["Limit"]["schema"]["maximum"] == pages.MAX_LIMIT
    assert PARAMETERS["Limit"]["schema"]["default"] == pages.DEFAULT_LIMIT
    assert SCHEMAS["CollectionName"]["pattern"] == f"^{identifiers.SUBSET.pattern}$"
    assert PARAMETERS["Id"]["schema"]["pattern"] == f"^{identifiers.ID.pattern}$"
    assert SCHEMAS["ItemId"]["pattern"] == f"^{identifiers.CHOSEN_ID.pattern}$"
    fields = SCHEMAS["ContactForm"]["properties"]
    assert fields["email"]["maxLength"] == form.EMAIL_LENGTH
    assert fields["message"]["maxLength"] == form.MESSAGE_LENGTH
    assert fields["name"]["maxLength"] == fields["subject"]["maxLength"] == form.LINE_LENGTH
    assert tuple(SCHEMAS["Delivery"]["properties"]["state"]["enum"]) == DELIVERY_STATES
    change = SCHEMAS["ContactChange"]["properties"]
    assert change["note"]["maxLength"] == changes.NOTE_LENGTH
    assert tuple(change["state"]["enum"]) == STATES == tools.STATES
    assert str(bodies.MAX_BYTES) in CONTRACT["components"]["responses"]["PayloadTooLarge"]["description"]
