"""Whatever tenants' files say, the program keeps to the guardrails; each reports what breaks it."""

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tenantry import paths
from tenantry.config import Cell
from tenantry.config.domains import CellDomain
from tenantry.config.tiers import Monitoring
from tenantry.groups import loading
from tenantry.guardrails import exemptions
from tenantry.guardrails.resources import UNKNOWN, Stack
from tenantry.guardrails.rules import RULES
from tenantry.guardrails.violations import Violation
from tests.support import groups, scheduled
from tests.support.broken_guardrails import BREAKS, route
from tests.support.engine import demo, register
from tests.support.guardrails import Mutation, found, made, set_at, stack, with_also, without

CASES = [
    pytest.param(rule, each, id=f"{rule}-{n}")
    for rule, breaks in BREAKS.items()
    for n, each in enumerate(breaks)
]


def violations(of: Stack) -> dict[str, list[Violation]]:
    """By the name of the rule; those that hold are left out."""
    broken = {rule.name: list(rule.check(of)) for rule in RULES}
    return {name: each for name, each in broken.items() if each}


DEMO = {tenant.slug: tenant for tenant in demo().tenants}
ACME = DEMO["acme"]
CHEAPEST = Monitoring(alarms="none", metrics="free", traces="off")
TWO_SIGNING_KEYS = {"managed": {"keys": ("main", "2027")}}
UNSIGNED = tuple(each for each in ACME.routes if each != "tokens")  # whose keys are not managed
VARIATIONS: dict[str, dict[str, Any]] = {
    "suspended": {"status": "suspended"},
    "silo": {"isolation": "silo"},
    "two API keys": {"api_keys": ("web", "web-2")},
    "two signing keys": {"auth": type(ACME.auth).model_validate(TWO_SIGNING_KEYS)},
    "public keys of its own": {"auth": DEMO["acme-eu"].auth, "routes": UNSIGNED},
    "an issuer": {"auth": DEMO["globex"].auth, "routes": UNSIGNED},
    "reserved concurrency": {"tier": ACME.tier.model_copy(update={"reserved_concurrency": 5})},
    "any origin": {"cors_origins": ("*",)},
    "the cheapest watching": {"tier": ACME.tier.model_copy(update={"monitoring": CHEAPEST})},
    **{f"{group} alone": {"routes": (group,)} for group in ACME.routes},
}


def test_the_demo_cell_keeps_to_every_rule_in_updates_and_previews(good: Stack, preview: Stack) -> None:
    assert violations(good) == {}
    assert violations(preview) == {}


def test_every_kind_of_tenant_keeps_to_every_rule(cell: Cell) -> None:
    tenants = [
        ACME.model_copy(update={"slug": name.lower().replace(" ", "-"), **changes})
        for name, changes in VARIATIONS.items()
    ]
    of_all_kinds = cell.model_copy(update={"tenants": tuple(tenants)})
    for is_preview in (False, True):
        assert violations(stack(register(of_all_kinds, preview=is_preview)[0])) == {}


def test_a_cell_without_tenants_keeps_to_every_rule(cell: Cell) -> None:
    assert violations(stack(register(cell.model_copy(update={"tenants": ()}))[0])) == {}


def test_a_stage_without_traces_has_no_function_that_writes_some(good: Stack) -> None:
    reported = violations(set_at("Stage", "acme", "xrayTracingEnabled", False)(good))
    assert set(reported) == {"function-traces"}
    assert {each.resource.name for each in reported["function-traces"]} >= {"acme.items", "acme.authorizer"}
    assert not [each for each in reported["function-traces"] if not each.resource.name.startswith("acme.")]


def test_every_rule_has_a_way_to_be_broken() -> None:
    assert list(BREAKS) == [rule.name for rule in RULES]


@pytest.mark.parametrize(("rule", "mutation"), CASES)
def test_what_breaks_a_rule_is_reported_by_that_rule_alone(
    good: Stack, rule: str, mutation: Mutation
) -> None:
    broken = mutation(good)
    reported = violations(broken)
    assert set(reported) == {rule}
    changed = {each.name for each in broken.resources if each not in good.resources}
    assert {each.resource.name for each in reported[rule]} >= changed
    assert all(str(each).startswith(f"{each.resource}: ") for each in reported[rule])


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.alone], ids=lambda rule: rule.name)
def test_a_rule_that_one_resource_decides_needs_no_other(good: Stack, rule: Any) -> None:
    for mutation in BREAKS[rule.name]:
        broken = mutation(good)
        alone = [each for one in broken.resources for each in rule.check(Stack((one,)))]
        assert alone == list(rule.check(broken)) != []


def test_what_a_preview_does_not_know_breaks_no_rule(good: Stack) -> None:
    unknown = [replace(each, properties=dict.fromkeys(each.properties, UNKNOWN)) for each in good.resources]
    assert violations(Stack(tuple(unknown))) == {}


def test_two_functions_of_one_role_are_found_before_the_role_has_an_arn(preview: Stack) -> None:
    items, tools = (found(preview, "Function", f"acme.{group}") for group in ("items", "tools"))
    shared = replace(tools, sources={**tools.sources, "role": items.sources["role"]})
    after = Stack(tuple(shared if each is tools else each for each in preview.resources))
    reported = violations(after)["role-runs-one-function"]
    assert {each.resource.name for each in reported} == {"acme.items", "acme.tools"}


def test_a_log_group_that_is_missing_is_found_before_all_names_are_known(preview: Stack) -> None:
    reported = violations(without("LogGroup", "acme.items")(preview))
    assert [str(each.resource) for each in reported["log-group-is-declared"]] == ["Function acme.items"]


def test_a_dead_letter_queue_is_known_before_it_has_an_arn(good: Stack) -> None:
    dead = found(good, "Queue", "dead")
    notify = replace(
        found(good, "Queue", "notify"),
        properties={**found(good, "Queue", "notify").properties, "redrivePolicy": UNKNOWN},
        sources={"redrivePolicy": frozenset({dead.urn})},
    )
    assert violations(Stack((dead, notify))) == {}


def test_a_keys_own_policy_may_say_any_resource(good: Stack) -> None:
    """It means the key that carries it."""
    statement = {"Effect": "Allow", "Principal": {"AWS": "1"}, "Action": "kms:Decrypt", "Resource": "*"}
    key = made("kms/key:Key", "more", policy={"Statement": [statement]})
    assert violations(with_also(key)(good)) == {}


def test_what_a_boundary_may_say_of_any_resource_a_role_may_not(good: Stack) -> None:
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:eu-central-1:1:key/*"}
    policy = made("iam/rolePolicy:RolePolicy", "more", policy={"Statement": [statement]})
    assert set(violations(with_also(policy)(good))) == {"no-wildcard-resource"}


@pytest.mark.parametrize(
    "table", ["BOUNDARY_ON_ANYTHING", "ON_ANYTHING", "OPEN_ROUTES", "UNBOUNDED_SERVICES"]
)
def test_an_exemption_that_nothing_needs_is_not_listed(
    good: Stack, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = getattr(exemptions, table)
    for name, reason in listed.copy().items():
        assert reason
        monkeypatch.delitem(listed, name)
        assert violations(good), name
        monkeypatch.undo()
    assert violations(good) == {}


def test_a_key_opens_a_route_that_its_group_declares_and_no_other(
    cell: Cell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`notes` is an operator's group whose POST /notes needs a key alone."""
    groups.write(tmp_path)
    monkeypatch.setattr(loading, "folders", lambda: (paths.GROUPS, tmp_path))
    loading.forget()
    try:
        declared = stack(register(cell)[0])
        assert "/notes" in found(declared, "RestApi", "demo").document("body")["paths"]
        assert violations(declared) == {}
        undeclared = route("/notes/{id}", "get", security=[{"api_key": []}])(declared)
        [violation] = violations(undeclared)["route-is-guarded"]
        assert "GET /notes/{id} can be called without an authorizer" in str(violation)
    finally:
        monkeypatch.undo()
        loading.forget()
    [violation] = violations(declared)["route-is-guarded"]
    assert "POST /notes can be called without an authorizer" in str(violation)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """With what the demo's own groups do not declare."""
    domain = CellDomain(name="api.example.com", zone="Z0123456789ABC")
    with scheduled.cell(tmp_path_factory.mktemp("groups")) as cell:
        addressed = cell.model_copy(update={"domain": domain})
        return stack(register(addressed, manage_account=True, domain=domain)[0])


@pytest.mark.parametrize("kind", exemptions.UNTAGGABLE)
def test_what_is_listed_as_untaggable_takes_no_tags(kind: str, everything: Stack) -> None:
    module, _, name = kind.removeprefix("aws:").partition(":")
    service = {"lambda": "lambda_"}.get(module.split("/")[0], module.split("/")[0])
    assert not hasattr(getattr(importlib.import_module(f"pulumi_aws.{service}"), name), "tags")
    assert list(everything.of(kind)), "nothing is of this type any more"
