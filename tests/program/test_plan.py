"""The plan says of each edit whom it touches and how, and asks for a person where something is taken away."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from tenantry.planning.declared import Declared, declared
from tenantry.planning.effects import Effect, TenantPlan, plans

TIERS = """\
tiers:
  bronze: {rate_per_second: 5, burst: 10, quota: {limit: 10000, period: day}}
  silver: {rate_per_second: 50, burst: 100, quota: {limit: 1000000, period: month}}
  gold: {rate_per_second: 200, burst: 400, reserved_concurrency: 5}
  shared:
    rate_per_second: 50
    burst: 100
    quota: {limit: 1000000, period: month}
    monitoring: {alarms: cell, metrics: free, traces: off}
    cursors: unsealed
  unwatched:
    rate_per_second: 50
    burst: 100
    quota: {limit: 1000000, period: month}
    monitoring: {alarms: none}
"""
ACME = """\
name: Acme
tier: silver
routes: [contact, items]
auth:
  managed:
    keys: [main]
api_keys: [web]
"""
BETA = ACME.replace("Acme", "Beta").replace("silver", "bronze")
KEY = "{kid: k, kty: OKP, crv: Ed25519, x: BOXX43plviIq_k62XKCL5IP3kdY_IWn0_HSvBN1moZA}"
Edit = tuple[str, str]


def written(folder: Path, **files: str) -> Path:
    (folder / "demo").mkdir(parents=True)
    (folder / "tiers.yaml").write_text(TIERS)
    for slug, text in files.items():
        (folder / "demo" / f"{slug}.yaml").write_text(text)
    return folder


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Declared:
    return declared(written(tmp_path_factory.mktemp("before"), acme=ACME, beta=BETA))


@pytest.fixture
def planned(before: Declared, tmp_path: Path) -> Callable[..., dict[str, TenantPlan]]:
    """By tenant, what comes of these files."""

    def planned(**files: str) -> dict[str, TenantPlan]:
        after = declared(written(tmp_path / "after", **{"acme": ACME, "beta": BETA} | files))
        return {each.tenant: each for each in plans(before, after)}

    return planned


# What is edited of acme's file, what comes of it, and a line that says so; a line with ! asks for a person.
EDITS: dict[str, tuple[list[Edit], Effect, str]] = {
    "a comment": ([("tier:", "# the middle one\ntier:")], Effect.UNTOUCHED, ""),
    "another name": ([("name: Acme", "name: Acme Corporation")], Effect.UNTOUCHED, ""),
    "the order of routes": ([("[contact, items]", "[items, contact]")], Effect.UNTOUCHED, ""),
    "a workload": ([("tier:", "workload: {requests_per_month: 5}\ntier:")], Effect.UNTOUCHED, ""),
    "a lower tier": ([("silver", "bronze")], Effect.CHANGED, "!rate a second: 50 → 5"),
    "a higher tier": ([("silver", "gold")], Effect.CHANGED, "rate a second: 50 → 200"),
    "alarms of the cell": ([("silver", "shared")], Effect.CHANGED, "alarms: own → cell"),
    "unsealed cursors": ([("silver", "shared")], Effect.CHANGED, "cursors: sealed → unsealed; those that"),
    "no alarms": ([("silver", "unwatched")], Effect.CHANGED, "!alarms: own → none"),
    "a lower quota": (
        [("tier:", "limits: {quota: {limit: 7, period: week}}\ntier:")],
        Effect.CHANGED,
        "!quota: 1,000,000 a month → 7 a week",
    ),
    "a higher quota": (
        [("tier:", "limits: {quota: {limit: 900000, period: day}}\ntier:")],
        Effect.CHANGED,
        "quota: 1,000,000 a month → 900,000 a day",
    ),
    "one more key": ([("[web]", "[web, app]")], Effect.CHANGED, "API key app is new"),
    "another key": ([("[web]", "[app]")], Effect.CHANGED, "!API key web goes: whoever uses it is refused"),
    "one more signing key": ([("[main]", "[main, new]")], Effect.CHANGED, "signing key new is new"),
    "another signing key": ([("[main]", "[new]")], Effect.CHANGED, "!signing key main goes"),
    "a route group on": (
        [("[contact, items]", "[contact, items, tools]")],
        Effect.CHANGED,
        "route group tools",
    ),
    "a route group off": ([("[contact, items]", "[items]")], Effect.CHANGED, "!route group contact goes"),
    "suspension": ([("tier:", "status: suspended\ntier:")], Effect.CHANGED, "!status: active → suspended"),
    "a table of its own": (
        [("tier:", "data: {isolation: silo}\ntier:")],
        Effect.CHANGED,
        "!isolation: pooled → silo; it starts without its records",
    ),
    "keys of its own signer": (
        [("managed:\n    keys: [main]", f"jwks:\n    keys: [{KEY}]")],
        Effect.CHANGED,
        "!auth: managed → jwks; tokens of before are refused",
    ),
    "another audience": (
        [("auth:\n", "auth:\n  audience: api\n")],
        Effect.CHANGED,
        "!audience: acme → api; tokens of before are refused",
    ),
    "origins": ([("tier:", "cors_origins: ['https://acme.example']\ntier:")], Effect.CHANGED, ""),
    "a webhook": (
        [("tier:", "contact: {notify: 'https://hooks.acme.example/'}\ntier:")],
        Effect.CHANGED,
        "!role acme.contact may now sqs:SendMessage on",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_touches_its_own_tenant_in_its_own_way(
    planned: Callable[..., dict[str, TenantPlan]], edit: str
) -> None:
    edits, effect, line = EDITS[edit]
    text = ACME
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    found = planned(acme=text)
    assert (found["acme"].effect, found["beta"].effect) == (effect, Effect.UNTOUCHED)
    said = [f"{'!' if each.needs_person else ''}{each.text}" for each in found["acme"].lines]
    assert any(each.startswith(line) for each in said) or (said, line) == ([], ""), said
    assert found["acme"].needs_person == line.startswith("!")


def test_a_tenant_that_comes_costs_and_one_whose_file_goes_loses_access(
    before: Declared, tmp_path: Path
) -> None:
    after = declared(written(tmp_path, acme=ACME, gamma=BETA))
    found = {each.tenant: each for each in plans(before, after)}
    assert [found[slug].effect for slug in ("acme", "beta", "gamma")] == [
        Effect.UNTOUCHED,
        Effect.REMOVED,
        Effect.ADDED,
    ]
    assert found["beta"].needs_person
    assert not found["gamma"].needs_person
    assert found["gamma"].usd == pytest.approx(-found["beta"].usd)
    assert found["gamma"].usd > 1


def test_a_cell_too_small_for_what_comes_and_what_goes_at_once_is_named(tmp_path: Path) -> None:
    full = {f"tenant-{number}": BETA for number in range(10)}
    was = declared(written(tmp_path / "full", **full))
    full["gamma"] = full.pop("tenant-9")
    is_ = declared(written(tmp_path / "other", **full))
    [shared] = [each for each in plans(was, is_) if not each.tenant]
    assert "needs 11 for a while: gamma would come before tenant-9 goes" in shared.lines[0].text
    assert shared.needs_person


def test_what_is_printed_is_read_back_and_nothing_has_changed(before: Declared) -> None:
    again = Declared.read(json.dumps(asdict(before)))
    assert again == before
    assert {each.effect for each in plans(before, again)} == {Effect.UNTOUCHED}
