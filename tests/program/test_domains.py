"""A tenant's lasting addresses lead to its own stage; whatever else leads there, or past it, is found."""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from tenantry.config import Cell, load_platform
from tenantry.config.capacity import cell_capacity
from tenantry.config.domains import CellDomain, require_let_go
from tenantry.errors import WrongInput
from tenantry.execution.registration import Registered
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
ZONE = "Z0123456789ABC"
CELLS = {"name": "api.example.com", "zone": ZONE, "default_endpoint": False}
OWN = {"name": "api.acme.example", "certificate": CERTIFICATE}
ZONED = {"name": "api.globex.example", "zone": ZONE}


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
    """The cell's domain with a certificate that is made, as globex' own; acme's with one that is given."""
    return registered(loaded(CELLS, acme=OWN, globex=ZONED))


def mappings(cell: RegisteredCell) -> set[tuple[str, str | None, str]]:
    return {
        (each.inputs["domainName"], each.inputs.get("basePath"), each.inputs["stageName"])
        for each in cell.of(tokens.BASE_PATH_MAPPING)
    }


def test_each_tenant_has_a_path_and_its_own_domain_is_all_its_own(addressed: RegisteredCell) -> None:
    paths = {("api.example.com", slug, slug) for slug in addressed.slugs}
    own = {("api.acme.example", None, "acme"), ("api.globex.example", None, "globex")}
    assert mappings(addressed) == paths | own
    assert prove(addressed).leaks == []


def test_a_mapping_depends_on_its_stage_so_that_it_goes_first(addressed: RegisteredCell) -> None:
    stages = {each.urn for each in addressed.of(tokens.STAGE)}
    for each in addressed.of(tokens.BASE_PATH_MAPPING):
        assert each.sources["stageName"] & stages


def named(cell: RegisteredCell, token: str) -> dict[str, Registered]:
    return {each.name: each for each in cell.of(token)}


def test_a_certificate_outlives_its_domain_and_what_leads_to_the_domain_goes_first(
    addressed: RegisteredCell,
) -> None:
    """ACM deletes no certificate in use, and a record of a domain that is gone leads to nothing."""
    certificates, proofs = (
        named(addressed, tokens.CERTIFICATE),
        named(addressed, tokens.CERTIFICATE_VALIDATION),
    )
    domains, records = named(addressed, tokens.DOMAIN_NAME), named(addressed, tokens.RECORD)
    assert certificates.keys() == proofs.keys() == {"demo", "globex"}
    for name in certificates:
        assert records[f"{name}.validation"].sources["name"] == {certificates[name].urn}
        assert proofs[name].sources["certificateArn"] == {certificates[name].urn}
        assert proofs[name].sources["validationRecordFqdns"] == {records[f"{name}.validation"].urn}
        assert proofs[name].urn in domains[name].sources["regionalCertificateArn"]
        for kind in ("a", "aaaa"):
            assert records[f"{name}.{kind}"].sources["aliases"] == {domains[name].urn}
    assert domains["acme"].inputs["regionalCertificateArn"] == CERTIFICATE
    assert not [each for each in records if each.startswith("acme")]
    for each in addressed.of(tokens.BASE_PATH_MAPPING):
        if each.name.endswith(".own"):
            assert domains[each.name.removesuffix(".own")].urn in each.sources["domainName"]


def test_only_a_record_that_acm_asks_for_is_written_over_another(addressed: RegisteredCell) -> None:
    over = {each.name for each in addressed.of(tokens.RECORD) if each.inputs.get("allowOverwrite")}
    assert over == {"demo.validation", "globex.validation"}


def test_a_given_certificate_beside_a_zone_is_used_and_the_records_are_made() -> None:
    cell = loaded({**CELLS, "certificate": CERTIFICATE})
    engine, outputs = register(cell, domain=cell.domain)
    assert not engine.of_type("Certificate")
    assert set(engine.of_type("Record")) == {"demo.a", "demo.aaaa"}
    assert outputs["records"] == ["api.example.com"]
    assert engine.of_type("DomainName")["demo"].inputs["regionalCertificateArn"] == CERTIFICATE


def test_a_preview_knows_how_many_records_there_will_be() -> None:
    """It does not know which, so that nothing may depend on what ACM says."""
    cell = loaded(CELLS, globex=ZONED)
    before, _ = register(cell, preview=True, domain=cell.domain)
    after, _ = register(cell, domain=cell.domain)
    assert [set(each.of_type("Record")) for each in (before, after)] == [set(after.of_type("Record"))] * 2
    assert isinstance(before.of_type("Record")["demo.validation"].inputs["name"], pulumi.output.Unknown)


def test_closing_the_apis_own_address_changes_each_stage() -> None:
    """AWS closes it with a stage's next change, and opens it so."""
    cell = loaded({**CELLS, "default_endpoint": True})
    closed = CellDomain(**CELLS)
    opened = register(cell, domain=cell.domain)[0].of_type("Stage")
    stages = register(cell.model_copy(update={"domain": closed}), domain=closed)[0].of_type("Stage")
    assert stages
    for name, stage in stages.items():
        assert {key for key in stage.inputs if stage.inputs[key] != opened[name].inputs.get(key)} == {
            "description"
        }


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
    assert outputs["records"] == []


def added_mapping(**inputs: Any) -> Mutation:
    """One more of acme's."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        like = found(cell, "BasePathMapping", "acme")
        more = replace(like, urn=f"{like.urn}-more", name="more", inputs={**like.inputs, **inputs})
        return cell.with_resources((*cell.resources, more))

    return mutate


def added_record(**inputs: Any) -> Mutation:
    """One more of the cell's."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        like = found(cell, "Record", "demo.a")
        more = replace(like, urn=f"{like.urn}-more", name="more", inputs={**like.inputs, **inputs})
        return cell.with_resources((*cell.resources, more))

    return mutate


def target(domain: str) -> Mapping[str, Any]:
    """Where a record of that domain leads, as the registration has it."""
    return {
        "name": f"d-{domain}.execute-api.example",
        "zoneId": f"zone-of-d-{domain}",
        "evaluateTargetHealth": False,
    }


GLOBEX_CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/globex-id"

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
    "the default endpoint switched on": (
        set_input("RestApi", "demo", disableExecuteApiEndpoint=False),
        "disableExecuteApiEndpoint",
    ),
    "a stage that keeps it closed": (set_input("Stage", "acme", description=None), "description"),
}

# Each of another resource, so that they are found beside each other.
TOGETHER: tuple[tuple[Mutation, str], ...] = (
    (
        set_input("DomainName", "demo", endpointConfiguration={"types": "REGIONAL", "ipAddressType": "ipv4"}),
        "DomainName demo: works on ipv4",
    ),
    (
        set_input("DomainName", "acme", regionalCertificateArn=GLOBEX_CERTIFICATE),
        "DomainName acme: works on",
    ),
    (
        set_input("Record", "globex.a", aliases=[target("acme")]),
        "Record globex.a: leads clients on d-acme.execute-api.example",
    ),
    (
        set_input("Record", "globex.aaaa", name="www.globex.example"),
        "Record globex.aaaa: leads clients on d-globex.execute-api.example, by www.globex.example",
    ),
    (
        set_input("Record", "globex.validation", records=["_x.acm-validations.example"]),
        "Record globex.validation: leads clients on _x.acm-validations.example",
    ),
    (set_input("Record", "demo.validation", zoneId="Z9"), "Record demo.validation: works on Z9"),
    (
        set_input("Record", "demo.aaaa", aliases=[{**target("demo"), "name": "evil.example"}]),
        "Record demo.aaaa: leads clients on evil.example",
    ),
    (added_record(name="www.example.com"), "Record more: leads clients"),
    (
        set_input("Record", "demo.a", weightedRoutingPolicies=[{"weight": 1}]),
        "weightedRoutingPolicies of aws:route53/record:Record",
    ),
    (
        set_input("Certificate", "globex", subjectAlternativeNames=["www.globex.example"]),
        "subjectAlternativeNames of aws:acm/certificate:Certificate",
    ),
    (set_input("Certificate", "demo", domainName="*.b.example"), "Certificate demo: works on *.b.example"),
    (
        set_input("CertificateValidation", "demo", certificateArn=GLOBEX_CERTIFICATE),
        "CertificateValidation demo: works on",
    ),
)


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_mistake_in_an_address_is_found(addressed: RegisteredCell, mistake: str) -> None:
    mutation, by = PLANTED[mistake]
    leaks = [str(leak) for leak in prove(mutation(addressed)).leaks]
    assert any(by in leak for leak in leaks), leaks


def test_mistakes_in_certificates_and_records_are_found(addressed: RegisteredCell) -> None:
    mistaken = addressed
    for mutation, _ in reversed(TOGETHER):  # the record that is added is like one that is mistaken after it
        mistaken = mutation(mistaken)
    leaks = [str(leak) for leak in prove(mistaken).leaks]
    assert [by for _, by in TOGETHER if not any(by in leak for leak in leaks)] == [], leaks


@pytest.mark.parametrize("policy", ["TLS_1_0", "SecurityPolicy_TLS13_1_2_2021_06", None])
def test_a_domain_that_takes_other_tls_breaks_a_guardrail(policy: str | None) -> None:
    [rule] = [each for each in RULES if each.name == "domain-refuses-old-tls"]
    cell = loaded(CELLS)
    sound = stack(register(cell, domain=cell.domain)[0])
    assert list(rule.check(sound)) == []
    broken: Stack = set_at("DomainName", "demo", "securityPolicy", policy)(sound)
    assert [violation.resource.name for violation in rule.check(broken)] == ["demo"]


def test_a_record_of_another_tenants_domain_breaks_a_guardrail_in_a_preview_too() -> None:
    [rule] = [each for each in RULES if each.name == "record-leads-to-its-own-domain"]
    cell = loaded(CELLS, globex=ZONED)
    planned = stack(register(cell, preview=True, domain=cell.domain)[0])
    assert list(rule.check(planned)) == []
    [cells, own] = [each for each in planned.of(tokens.RECORD) if each.name in ("demo.a", "globex.a")]
    crossed = replace(own, sources=cells.sources)
    broken = Stack(tuple(crossed if each is own else each for each in planned.resources))
    assert [violation.resource.name for violation in rule.check(broken)] == [own.name]


@pytest.mark.parametrize(
    ("domain", "own", "said"),
    [
        ({"name": "API.example.com", "certificate": CERTIFICATE}, {}, "is not a domain"),
        ({"name": "127.0.0.1", "certificate": CERTIFICATE}, {}, "is not a domain"),
        ({"name": "localhost", "certificate": CERTIFICATE}, {}, "is not a domain"),
        ({"name": "api.example.com"}, {}, "has no certificate"),
        ({**CELLS, "owned": False}, {}, "belongs to the stack that owns the domain; take the zone out"),
        ({**CELLS, "zone": "example.com"}, {}, "zone"),
        (None, {"acme": {"name": "api.acme.example"}}, "has no certificate"),
        ({"name": "api.example.com", "owned": False}, {}, "no cell has the domain"),
        (CELLS, {"acme": {**OWN, "name": CELLS["name"]}}, "is taken by"),
        (None, {"acme": OWN, "globex": OWN}, "is taken by"),
    ],
)
def test_a_domain_that_cannot_be_meant_is_refused(
    domain: dict[str, Any] | None, own: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigErrors, match=said):
        loaded(domain, **own)


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        ({"acme": "https://a.example"}, {"globex": "https://a.example"}, "from acme to globex"),
        ({"acme": "https://a.example/acme"}, {"acme": "https://a.example"}, "from the cell to acme"),
        ({"acme": "https://a.example"}, {"acme": "https://a.example/acme"}, "from acme to the cell"),
        ({"acme": "https://a.example"}, {"acme": "https://a.example"}, ""),
        ({"acme": "https://a.example/acme"}, {"globex": "https://a.example/globex"}, ""),
        ({}, {"acme": "https://a.example"}, ""),
    ],
)
def test_a_domain_changes_its_owner_only_by_way_of_none(
    before: dict[str, str], after: dict[str, str], moved: str
) -> None:
    had, wanted = ({slug: [address] for slug, address in each.items()} for each in (before, after))
    with pytest.raises(WrongInput, match=f"a.example cannot move {moved}") if moved else nullcontext():
        require_let_go(had, wanted)


def test_domains_count_against_the_accounts_quota() -> None:
    """And the certificates that are made for them."""
    rows = {row.name: row.used for row in cell_capacity(loaded(CELLS, acme=OWN))}
    assert (rows["domains"], rows["certificates"]) == (2, 1)
