"""What the engine recorded of a tenant moves to another stack's record and back, whole and once."""

import json
from copy import deepcopy
from typing import Any

import pytest

from tenantry.errors import Failed
from tenantry.operations import parting
from tenantry.operations.parting import Record, of_tenant, with_tenants, without_tenants

PROVIDER = "pulumi:providers:aws::default_7_1_0"
TENANT, CELL, STACK = "tenantry:index:Tenant", "tenantry:index:Cell", "pulumi:pulumi:Stack"
API, STAGE, KEY = (
    "aws:apigateway/restApi:RestApi",
    "aws:apigateway/stage:Stage",
    "aws:apigateway/apiKey:ApiKey",
)
SLUGS = ("acme", "acme-eu")


def urn(stack: str, rest: str) -> str:
    return f"urn:pulumi:{stack}::tenantry::{rest}"


def root(stack: str) -> str:
    return urn(stack, f"{STACK}::tenantry-{stack}")


def resource(stack: str, path: str, name: str, identifier: str = "", **others: Any) -> dict[str, Any]:
    made = {
        "urn": urn(stack, f"{path}::{name}"),
        "type": path.rpartition("$")[2],
        "parent": root(stack),
        **others,
    }
    return made | ({"id": identifier, "provider": f"{urn(stack, PROVIDER)}::p-1"} if identifier else {})


def secret(text: str) -> dict[str, str]:
    return {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        "plaintext": json.dumps(text),
    }


def tenant(slug: str) -> list[dict[str, Any]]:
    top = resource("demo", TENANT, slug)
    below = {"parent": top["urn"]}
    api = urn("demo", f"{CELL}${API}::demo")
    stage = resource("demo", f"{TENANT}${STAGE}", slug, f"{slug}-stage", **below)
    stage |= {"dependencies": [api], "propertyDependencies": {"restApi": [api]}, "inputs": {"restApi": "a1"}}
    key = resource("demo", f"{TENANT}${KEY}", f"{slug}.web", f"{slug}-key", **below)
    return [top, stage, key | {"dependencies": [stage["urn"]], "outputs": {"value": secret("s")}}]


def summary(slug: str) -> dict[str, Any]:
    return {"status": "active", "api_key_ids": {"web": f"{slug}-key"}, "api_keys": secret("{}")}


OUTPUTS = {
    "cell": "demo",
    "shared": {"api": "a1"},
    "tenants": {slug: summary(slug) for slug in SLUGS},
    "granted": secret(json.dumps({slug: {"items": "{}"} for slug in SLUGS})),
    "allowed": [],
    "left": ["acme", "initech"],
}
TOP = {"urn": root("demo"), "type": STACK, "outputs": OUTPUTS}
PROVIDED = {
    "urn": urn("demo", PROVIDER),
    "type": "pulumi:providers:aws",
    "id": "p-1",
    "inputs": {"region": "x"},
}
CELLS: Record = {
    "version": 3,
    "deployment": {
        "secrets_providers": {"type": "passphrase", "state": {"salt": "demo"}},
        "resources": [
            TOP,
            PROVIDED,
            resource("demo", CELL, "demo"),
            resource("demo", f"{CELL}${API}", "demo", "a1"),
            *tenant("acme"),
            *tenant("acme-eu"),
        ],
    },
}
EMPTY: Record = {
    "version": 3,
    "deployment": {"secrets_providers": {"type": "passphrase", "state": {"salt": "own"}}},
}


def apart() -> dict[str, Record]:
    return {slug: of_tenant(CELLS, slug, f"demo.{slug}", EMPTY) for slug in SLUGS}


def test_each_resource_is_in_one_record_and_the_same_one_there() -> None:
    cell, own = without_tenants(CELLS), apart()
    held = [each for record in (cell, *own.values()) for each in sorted(parting.held(record))]
    assert sorted(held) == sorted(parting.held(CELLS))
    assert {name for name, _ in parting.held(own["acme"])} == {
        f"{TENANT}${STAGE}::acme",
        f"{TENANT}${KEY}::acme.web",
    }


def test_a_record_names_its_own_stack_alone_and_nothing_that_it_does_not_hold() -> None:
    text = json.dumps(apart()["acme"])
    assert "urn:pulumi:demo::" not in text
    assert "tenantry-demo.acme" in text
    assert "RestApi" not in text  # what a stage depended on is in the cell's record
    assert "acme-eu" not in text
    stage = parting.resources(apart()["acme"])[3]
    assert stage["inputs"] == {"restApi": "a1"}


def test_a_stacks_secrets_are_encrypted_by_its_own_key() -> None:
    assert apart()["acme"]["deployment"]["secrets_providers"]["state"] == {"salt": "own"}
    assert without_tenants(CELLS)["deployment"]["secrets_providers"]["state"] == {"salt": "demo"}


def test_outputs_go_along_so_that_the_next_update_is_guarded() -> None:
    own, cell = parting.outputs(apart()["acme"]), parting.outputs(without_tenants(CELLS))
    assert own["tenants"] == {"acme": summary("acme")}
    assert own["granted"] == secret(json.dumps({"acme": {"items": "{}"}}))
    assert (own["left"], cell["left"]) == (["acme"], ["initech"])
    assert cell["tenants"] == {}
    assert cell["listed"] == {slug: {"status": "active", "api_keys": ["web"]} for slug in SLUGS}


def test_what_was_parted_and_joined_is_what_it_was() -> None:
    """But for what a tenant's resources depend on in the cell, which the next update records again."""
    joined = with_tenants(without_tenants(CELLS), apart())
    assert parting.outputs(joined) == OUTPUTS
    assert parting.held(joined) == parting.held(CELLS)
    urns = [each["urn"] for each in parting.resources(joined)]
    assert urns == [each["urn"] for each in parting.resources(CELLS)]


def test_a_tenant_that_no_update_has_completed_moves_too() -> None:
    record = deepcopy(CELLS)
    parting.resources(record)[0]["outputs"] = {"shared": {}}
    own = of_tenant(record, "acme", "demo.acme", EMPTY)
    assert parting.outputs(own) == {}
    assert len(parting.held(own)) == 2


def test_a_provider_of_a_stack_deployed_by_itself_is_taken_for_the_cells_if_it_is_configured_alike() -> None:
    own = json.loads(json.dumps(apart()).replace("p-1", "p-2"))
    joined = with_tenants(without_tenants(CELLS), own)
    assert "p-2" not in json.dumps(joined)
    for each in parting.resources(own["acme"]):
        each.get("inputs", {}).pop("region", None)
    with pytest.raises(Failed, match="default_7_1_0 is configured differently in the tenant's stack"):
        with_tenants(without_tenants(CELLS), own)
