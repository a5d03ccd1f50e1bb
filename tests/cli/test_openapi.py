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
