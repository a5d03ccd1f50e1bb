"""`openapi` prints what a client may call: for one tenant, what its file switches on and that refers to."""

import json
import re
from typing import Any

import pytest
import yaml

from tenantry.gateway import contract
from tests.support.command import TENANTS, Command, Run


@pytest.fixture
def command(tmp_path: Any) -> Command:
    return Command(tmp_path)


def printed(run: Run, command: Command, *arguments: str) -> str:
    code, out, err = run(command, "openapi", *arguments, "--tenants", str(TENANTS))
    assert code == 0, err
    return out


def operations(document: dict[str, Any]) -> set[str]:
    return {f"{method} {path}" for path, item in document["paths"].items() for method in item}


def test_without_a_tenant_it_is_the_whole_contract_in_either_form(run: Run, command: Command) -> None:
    whole = json.loads(printed(run, command, "--json"))
    assert whole == json.loads(json.dumps(contract.load()))
    assert yaml.safe_load(printed(run, command)) == whole


def test_of_a_tenant_it_holds_the_routes_that_are_on_and_the_core(run: Run, command: Command) -> None:
    document = yaml.safe_load(printed(run, command, "acme-eu"))
    served = contract.installed_routes()
    own = {f"{each.method.lower()} {each.resource}" for each in served if each.group == "items"}
    assert operations(document) == own | {"get /health"}
    assert {tag["name"] for tag in document["tags"]} == {"core", "items"}
    assert document["servers"][0]["variables"]["tenant"]["default"] == "acme-eu"
    scopes = document["components"]["securitySchemes"]["token"]["x-tenantry-scopes"]
    assert set(scopes) == {"items:read", "items:write"}
    assert {"listItems", "readItem"} <= set(scopes["items:read"])


def test_a_tenants_document_states_its_limits_in_numbers_and_in_words(run: Run, command: Command) -> None:
    document = json.loads(printed(run, command, "acme-eu", "--json"))
    limits = document["x-tenantry-limits"]
    words = document["info"]["description"]
    assert f"{limits['rate_per_second']:,} requests a second and {limits['burst']:,} at once" in words
    assert f"{limits['quota']['limit']:,} a {limits['quota']['period']}" in words


def test_the_whole_contract_has_no_address_and_one_place_is_asked_for(run: Run, command: Command) -> None:
    for arguments in (("--local",), ("acme", "--local", "--stack", "demo")):
        code, out, err = run(command, "openapi", *arguments, "--tenants", str(TENANTS))
        assert (code, out) == (2, "")
        assert err
    code, _, err = run(
        command, "handover", "acme", "--to", str(command.home / "out"), "--tenants", str(TENANTS)
    )
    assert code == 1
    assert "tenantry up" in err
    assert not command.home.joinpath("out").exists()


@pytest.mark.parametrize("slug", ["acme", "acme-eu", "globex"])
def test_every_reference_leads_somewhere_and_every_component_is_needed(
    run: Run, command: Command, slug: str
) -> None:
    document = json.loads(printed(run, command, slug, "--json"))
    referred = set(re.findall(r'"\$ref": "#/components/(\w+/\w+)"', json.dumps(document)))
    components = document["components"]
    there = {
        f"{kind}/{name}" for kind in components for name in components[kind] if kind != "securitySchemes"
    }
    assert referred == there


def test_an_unknown_tenant_is_refused(run: Run, command: Command) -> None:
    code, out, err = run(command, "openapi", "initech", "--tenants", str(TENANTS))
    assert (code, out) == (2, "")
    assert "there is no tenant initech" in err
