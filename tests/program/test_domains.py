"""A tenant's lasting addresses lead to its own stage; whatever else leads there, or past it, is found."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenantry.config import Cell, load_platform
from tenantry.config.capacity import cell_capacity
from tenantry.config.domains import CellDomain
from tenantry.guardrails.resources import Stack
from tenantry.guardrails.rules import RULES
from tenantry.isolation.cells import RegisteredCell, registered
from tenantry.isolation.proof import prove
from tenantry.problems import ConfigErrors
from tenantry.rules.kinds import tokens
from tests.support.command import TENANTS
from tests.support.engine import register
from tests.support.guardrails import set_at, stack
from tests.support.mutations import Mutation, found, set_input

CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d"
CELLS = {"name": "api.example.com", "certificate": CERTIFICATE}
OWN = {"name": "api.acme.example", "certificate": CERTIFICATE}


def loaded(domain: dict[str, Any] | None, **own: dict[str, Any]) -> Cell:
    """The demo, with that domain, and with the domains of its tenants'."""
    proposed = {}
    tiers = yaml.safe_load((TENANTS / "tiers.yaml").read_text())
    tiers["cells"] = {"demo": {"domain": domain}} if domain else {}
    proposed[TENANTS / "tiers.yaml"] = json.dumps(tiers).encode()
    for slug, its in own.items():
        path = TENANTS / "demo" / f"{slug}.yaml"
        proposed[path] = path.read_bytes() + f"\ndomain: {json.dumps(its)}\n".encode()
    return load_platform(Path(TENANTS), proposed).cell("demo")


@pytest.fixture(scope="module")
def addressed() -> RegisteredCell:
    return registered(loaded(CELLS, acme=OWN))


def mappings(cell: RegisteredCell) -> set[tuple[str, str | None, str]]:
    return {
        (each.inputs["domainName"], each.inputs.get("basePath"), each.inputs["stageName"])
        for each in cell.of(tokens.BASE_PATH_MAPPING)
    }


def test_each_tenant_has_a_path_and_its_own_domain_is_all_its_own(addressed: RegisteredCell) -> None:
    paths = {("api.example.com", slug, slug) for slug in addressed.slugs}
    assert mappings(addressed) == {*paths, ("api.acme.example", None, "acme")}
    assert prove(addressed).leaks == []


def test_a_mapping_depends_on_its_stage_so_that_it_goes_first(addressed: RegisteredCell) -> None:
    stages = {each.urn for each in addressed.of(tokens.STAGE)}
    for each in addressed.of(tokens.BASE_PATH_MAPPING):
        assert each.sources["stageName"] & stages


def test_a_domain_that_another_cell_has_is_mapped_and_not_made() -> None:
    foreign = CellDomain(name="api.example.com", owned=False, default_endpoint=False)
    cell = loaded(CELLS, acme=OWN).model_copy(update={"domain": foreign})
    engine, outputs = register(cell.without_domains())
    assert not engine.of_type("DomainName")
    assert outputs["tenants"]["acme"]["addresses"] == []
    engine, outputs = register(cell, domain=cell.domain)
    assert set(engine.of_type("DomainName")) == {"acme"}
    assert engine.of_type("RestApi")["demo"].inputs["disableExecuteApiEndpoint"] is True
    assert outputs["tenants"]["acme"]["addresses"] == [
        "https://api.acme.example",
        "https://api.example.com/acme",
    ]
    assert set(outputs["domains"]) == {"api.acme.example"}


def added_mapping(**inputs: Any) -> Mutation:
    """One more of acme's."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        like = found(cell, "BasePathMapping", "acme")
        more = replace(like, urn=f"{like.urn}-more", name="more", inputs={**like.inputs, **inputs})
        return cell.with_resources((*cell.resources, more))

    return mutate


PLANTED: dict[str, tuple[Mutation, str]] = {
    "another tenant's stage": (
        set_input("BasePathMapping", "acme", stageName="acme-eu"),
        "BasePathMapping acme: execute-api:Invoke",
    ),
    "a stage that the path chooses": (
        set_input("BasePathMapping", "acme", stageName=None),
        "BasePathMapping acme: execute-api:Invoke",
    ),
    "another API": (set_input("BasePathMapping", "acme", restApi="other"), "restApi"),
    "another tenant's path": (
        set_input("BasePathMapping", "acme", basePath="acme-eu"),
        "the place of mapping",
    ),
    "one path twice": (added_mapping(), "the place of mapping acme"),
    "a path beside its own": (added_mapping(basePath="globex-2"), "more"),
    "another domain": (set_input("BasePathMapping", "acme", domainName="evil.example"), "evil.example"),
    "old TLS": (set_input("DomainName", "demo", securityPolicy="TLS_1_0"), "TLS_1_0"),
    "another certificate": (
        set_input("DomainName", "acme", regionalCertificateArn=CERTIFICATE + "x"),
        "regionalCertificateArn",
    ),
    "a certificate of clients'": (
        set_input("DomainName", "acme", mutualTlsAuthentication={"truststoreUri": "s3://x"}),
        "mutualTlsAuthentication",
    ),
    "a domain for the whole edge": (
        set_input("DomainName", "demo", endpointConfiguration={"types": "EDGE"}),
        "endpointConfiguration",
    ),
    "the default endpoint switched off": (
        set_input("RestApi", "demo", disableExecuteApiEndpoint=True),
        "disableExecuteApiEndpoint",
    ),
}


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_mistake_in_an_address_is_found(addressed: RegisteredCell, mistake: str) -> None:
    mutation, by = PLANTED[mistake]
    leaks = [str(leak) for leak in prove(mutation(addressed)).leaks]
    assert any(by in leak for leak in leaks), leaks


@pytest.mark.parametrize("policy", ["TLS_1_0", "SecurityPolicy_TLS13_1_2_2021_06", None])
def test_a_domain_that_takes_other_tls_breaks_a_guardrail(policy: str | None) -> None:
    [rule] = [each for each in RULES if each.name == "domain-refuses-old-tls"]
    cell = loaded(CELLS)
    sound = stack(register(cell, domain=cell.domain)[0])
    assert list(rule.check(sound)) == []
    broken: Stack = set_at("DomainName", "demo", "securityPolicy", policy)(sound)
    assert [violation.resource.name for violation in rule.check(broken)] == ["demo"]


@pytest.mark.parametrize(
    ("domain", "own", "said"),
    [
        ({"name": "API.example.com", "certificate": CERTIFICATE}, {}, "is not a domain"),
        ({"name": "127.0.0.1", "certificate": CERTIFICATE}, {}, "is not a domain"),
        ({"name": "localhost", "certificate": CERTIFICATE}, {}, "is not a domain"),
        ({"name": "api.example.com"}, {}, "has no certificate"),
        ({**CELLS, "owned": False}, {}, "is another stack's"),
        ({"name": "api.example.com", "owned": False}, {}, "no cell has the domain"),
        (CELLS, {"acme": CELLS}, "is taken by"),
        (None, {"acme": OWN, "globex": OWN}, "is taken by"),
    ],
)
def test_a_domain_that_cannot_be_meant_is_refused(
    domain: dict[str, Any] | None, own: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigErrors, match=said):
        loaded(domain, **own)


def test_domains_count_against_the_accounts_quota() -> None:
    rows = {row.name: row.used for row in cell_capacity(loaded(CELLS, acme=OWN))}
    assert rows["domains"] == 2
