"""The demo cell and a full one leak nowhere, and the proof of it has looked at what there is."""

import itertools
from dataclasses import replace
from typing import Any

import pytest

from tenantry.config import Cell as CellConfig
from tenantry.config.tiers import Monitoring
from tenantry.isolation import understanding
from tenantry.isolation.cells import RegisteredCell, registered
from tenantry.isolation.neighbours import possible
from tenantry.isolation.proof import RULES, Proof, prove
from tenantry.isolation.roles import roles
from tenantry.isolation.targets import TargetKind, TenantPlace
from tenantry.local.engine.resources.tracking import Tracked
from tenantry.rules.kinds import KINDS

NEAR = ("acme", "acme-eu", "acme-eu-2", "acmes", "acm", "xcme", "bcme")
FULL = 25


@pytest.fixture(scope="module")
def proof(demo: RegisteredCell) -> Proof:
    return prove(demo)


def test_the_demo_cell_leaks_nowhere(proof: Proof) -> None:
    assert proof.leaks == []


def test_a_cell_of_twenty_five_tenants_leaks_nowhere(cell: CellConfig) -> None:
    """Slugs as near to each other as they may be, on pooled and silo tables, with every group or one."""
    slugs = [*NEAR, *(f"tenant-{number}" for number in range(FULL - len(NEAR)))]
    tenants = [
        cell.tenants[number % len(cell.tenants)].model_copy(update={"slug": slug})
        for number, slug in enumerate(slugs)
    ]
    proof = prove(registered(cell.model_copy(update={"tenants": tuple(tenants)})))
    assert {row.role.tenant for row in proof.rows} == set(slugs)
    assert proof.leaks == []


def test_a_cell_of_every_way_to_watch_leaks_nowhere(cell: CellConfig) -> None:
    ways = [Monitoring(alarms=of) for of in ("own", "cell", "none")]
    ways += [Monitoring(alarms="cell", metrics="free", traces="off")]
    tenants = [
        tenant.model_copy(
            update={
                "slug": f"{tenant.slug}-{number}",
                "tier": tenant.tier.model_copy(update={"monitoring": way, "cursors": cursors}),
            }
        )
        for tenant in cell.tenants
        for number, (way, cursors) in enumerate(itertools.product(ways, ("sealed", "unsealed")))
    ]
    assert prove(registered(cell.model_copy(update={"tenants": tuple(tenants)}))).leaks == []


def test_every_function_has_a_row(proof: Proof, demo: RegisteredCell) -> None:
    functions = [each.name for each in demo.of("aws:lambda/function:Function")]
    assert sorted(row.role.function for row in proof.rows) == sorted(functions)


def test_whatever_may_lead_anywhere_is_read_by_a_rule(demo: RegisteredCell) -> None:
    """Rules that look at every input alike do not count."""
    tracked = {each.urn: Tracked(each.inputs) for each in demo.resources}
    watched = demo.with_resources(replace(each, inputs=tracked[each.urn]) for each in demo.resources)
    for rule in RULES.values():
        if rule.__module__ != understanding.__name__:
            list(rule(watched))
    roles(watched)
    for each in watched.resources:
        kind = KINDS.get(each.type)
        leading = {path.partition(".")[0] for path in (*kind.policies, *kind.judged)} if kind else set()
        assert leading.intersection(tracked[each.urn].unread()) == set(), each.type


def own(proof: Proof, function: str) -> dict[TargetKind, list[str]]:
    return next(row.own for row in proof.rows if row.role.function == function)


def test_what_a_role_may_do_of_its_own_is_shown(proof: Proof) -> None:
    """Else the cells of others could be empty because the evaluation sees no grant at all."""
    assert own(proof, "acme.tools") == {
        TargetKind.KEYS: ["own/BatchGetGet", "own/Delete", "own/Put", "own/Query", "own/Update"],
        TargetKind.SECRETS: ["own/ReadSecret"],
        TargetKind.LOGS: ["own/Log"],
    }
    assert own(proof, "globex.items").keys() == {
        TargetKind.KEYS,
        TargetKind.SECRETS,
        TargetKind.LOGS,
        TargetKind.ENCRYPTION,
    }
    assert own(proof, "acme.authorizer") == {TargetKind.LOGS: ["own/Log"]}


def test_the_statement_that_decides_is_told(proof: Proof) -> None:
    shown = proof.shown()
    tools = next(each for each in shown["roles"] if each["role"] == "tenantry_demo_acme_tools")
    assert tools["others"]["keys"]["decided_by"] == [
        "nothing allows it",
        *(f"the condition of own/{each}" for each in ("BatchGetGet", "Delete", "Put", "Query", "Update")),
    ]
    assert tools["others"]["secrets"]["decided_by"] == ["nothing allows it"]
    assert (shown["cell"], shown["leaks"]) == ("demo", [])


def test_everything_that_a_tenant_has_is_among_the_targets(demo: RegisteredCell) -> None:
    resources = {target.resource for target in TenantPlace(demo, demo.names, "acme-eu").targets()}
    theirs: dict[str, Any] = {
        each.arn: each.type
        for each in demo.resources
        if demo.owner(each) == "acme-eu" and each.arn.startswith("arn:aws:")
    }
    assert theirs
    assert set(theirs) <= resources


@pytest.mark.parametrize("slug", ["acme", "ab1", "a" * 32, "a" * 30 + "-b"])
def test_possible_tenants_are_ones_that_could_be(demo: RegisteredCell, slug: str) -> None:
    for place in possible(demo, slug):
        assert 3 <= len(place.slug) <= 32
        assert "--" not in place.slug
        assert (place.names, place.slug) != (demo.names, slug)
