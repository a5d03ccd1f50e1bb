"""Stage variables name the function that serves a stage."""

from collections.abc import Iterator

import pytest

from tenantry.local.clients import Session
from tests.local.cloud import ALLOW, ECHO, Api, make_function, make_role

CALLER = {"Authorization": "Bearer a.b.c", "x-api-key": "some-key"}


@pytest.fixture(scope="module")
def api(root: Session) -> Iterator[Api]:
    role = make_role(root, "functions")
    for tenant in ("acme", "acme-eu"):
        make_function(root, f"{tenant}_items", ECHO, role)
        make_function(root, f"{tenant}_authorizer", ALLOW, role)
    made = Api.make(root)
    for tenant in ("acme", "acme-eu"):
        made.add_stage(tenant, items_function=f"{tenant}_items", authorizer_function=f"{tenant}_authorizer")
    yield made
    root.client("apigateway").delete_rest_api(restApiId=made.id)


@pytest.mark.parametrize("tenant", ["acme", "acme-eu"])
def test_each_stage_runs_its_own_function_and_authorizer(api: Api, tenant: str) -> None:
    status, told = api.get(tenant, **CALLER)
    assert (status, told["function"], told["subject"]) == (200, f"{tenant}_items", f"{tenant}_authorizer")


@pytest.mark.parametrize("missing", ["Authorization", "x-api-key"])
def test_a_missing_identity_source_is_refused_before_the_authorizer_runs(api: Api, missing: str) -> None:
    status, told = api.get("acme", **{name: value for name, value in CALLER.items() if name != missing})
    assert (status, told) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize("defined", ["items_function", "authorizer_function"])
def test_an_undefined_variable_is_a_configuration_error(api: Api, defined: str) -> None:
    stage = defined.partition("_")[0]
    api.add_stage(stage, **{defined: f"acme_{stage}"})
    status, told = api.get(stage, **CALLER)
    assert (status, told) == (500, {"message": "Internal server error"})


def test_an_undefined_variable_never_leaves_another_functions_name(root: Session) -> None:
    """`items_${stageVariables.x}` without x must not run a function that is called `items_`."""
    make_function(root, "items_", ECHO, make_role(root, "other"))
    gateway, api = root.client("apigateway"), Api.make(root, authorized=False)
    who = next(item for item in gateway.get_resources(restApiId=api.id)["items"] if item["path"] == "/who")
    uri = (
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/items_${stageVariables.x}/invocations"
    )
    gateway.put_integration(
        restApiId=api.id,
        resourceId=who["id"],
        httpMethod="GET",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=uri,
    )
    api.add_stage("bare")
    assert api.get("bare") == (500, {"message": "Internal server error"})


def test_the_untouched_emulator_does_not_substitute(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    make_function(untouched, "acme_items", ECHO, make_role(untouched, "functions"))
    api = Api.make(untouched, authorized=False)
    api.add_stage("acme", items_function="acme_items")
    assert api.get("acme")[0] == 500
