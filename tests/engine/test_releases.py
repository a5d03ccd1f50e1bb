"""Tenants of one cell run different releases, go back to what they ran, and settle at each step."""

import json
from typing import Any

import pytest

from tenantry.operations.fleet.listing import fleet
from tenantry.rollout.turns import FILE
from tenantry.rules.kinds import tokens
from tenantry.wanted import Project
from tests.engine import rates
from tests.engine.account import Account
from tests.engine.fleet import rollback, up
from tests.engine.stack import NAME, Stack


def account(stack: Stack) -> list[Any]:
    return list(Account(stack.folder / "account" / "aws"))


def running(stack: Stack, slug: str) -> tuple[str, tuple[str, ...], str, set[str]]:
    """What a tenant's stage and functions name: the contract's digest, layers, and the keys of the code."""
    there = account(stack)
    [stage] = [each for each in there if each.type == tokens.STAGE and each.values["stageName"] == slug]
    [snapshot] = [
        each for each in there if each.type == tokens.DEPLOYMENT and each.id == stage.values["deployment"]
    ]
    functions = [
        each for each in there if each.type == tokens.FUNCTION and each.values["tags"]["tenant"] == slug
    ]
    [layers] = {tuple(each.values["layers"]) for each in functions}
    return (
        snapshot.id,
        layers,
        snapshot.values["triggers"]["body"],
        {each.values["s3Key"] for each in functions},
    )


def released(stack: Stack, number: int) -> str:
    """Other code and another contract than before; answers the newest release's id once it is deployed."""
    module = stack.project.root / "functions" / "api" / "problems.py"
    module.write_text(module.read_text() + f"\nRELEASE_{number} = {number}\n")
    contract = stack.project.root / "functions" / "openapi.yaml"
    text = contract.read_text()
    [line] = [each for each in text.splitlines() if each.startswith("  version:")]
    contract.write_text(text.replace(line, f"  version: 9.{number}.0"))
    stack.up()
    return kept(stack)[-1]


def kept(stack: Stack) -> list[str]:
    return [each["id"] for each in json.loads(stack.outputs()["releases"])]


def test_a_tenant_is_held_moved_and_taken_back_to_what_it_ran(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a fleet runs it, beside AWS's rates."""
    turns = stack.project.root / ".tenantry" / "turns" / "own-eu-central-1.json"  # as the fleet's own updates
    turns.parent.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv(FILE, str(turns))
    rates.enforce(stack.folder / "account" / "aws")
    for slug in ("acme", "initech"):
        stack.project.tenant(slug, "items")
    stack.up()
    [first] = kept(stack)
    before = running(stack, "acme")
    stack.preview("--expect-no-changes")

    stack.configure("tenantry:releases", "{acme: kept}")
    second = released(stack, 2)
    stack.preview("--expect-no-changes")
    assert kept(stack) == [first, second]
    assert running(stack, "acme") == before
    moved = running(stack, "initech")
    assert not {moved[2]} & {before[2]}
    assert not moved[3] & before[3]

    done = stack.tenantry("releases", "--stack", NAME, "--json")
    assert [(each["id"], each["tenants"]) for each in json.loads(done.stdout)] == [
        (second, ["initech"]),
        (first, ["acme"]),
    ]

    stack.configure("tenantry:releases", f"{{acme: kept, initech: '{first}'}}")
    stack.up()
    assert running(stack, "initech") == running(stack, "acme") == before
    stack.preview("--expect-no-changes")

    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    stack.configure("tenantry:releases", "{}")
    root = stack.project.root
    (root / "Pulumi.demo.yaml").unlink()  # another stack, which the fleet would update too
    assert up(root) == "done"
    assert running(stack, "acme")[2:] == running(stack, "initech")[2:] == moved[2:]
    assert rollback(root) == "done"
    assert running(stack, "initech") == running(stack, "acme") == before
    [there] = fleet(Project(root)).stacks
    assert there.runs == {"acme": first, "initech": first}
    assert there.instead == {"acme": second, "initech": second}
    stack.preview("--expect-no-changes")

    stack.configure("tenantry:releases", "{initech: '000000000000'}")
    assert "initech: no release 000000000000 is kept here" in stack.preview(fails=True)


def test_a_release_is_deleted_an_update_after_the_last_tenant_left_it(stack: Stack) -> None:
    """Where no more is kept than that: each release takes an update."""
    module = stack.project.root / "platform" / "tenantry" / "releases.py"
    text = module.read_text()
    assert "\nKEPT = 5 " in text
    module.write_text(text.replace("\nKEPT = 5 ", "\nKEPT = 1 "))
    stack.project.tenant("acme", "items")
    stack.up()
    [first] = kept(stack)
    oldest = running(stack, "acme")

    second = released(stack, 2)
    assert kept(stack) == [first, second]
    third = released(stack, 3)
    assert kept(stack) == [second, third]
    served = running(stack, "acme")
    assert served[2] != oldest[2]

    stack.up()
    assert kept(stack) == [third]
    there = account(stack)
    assert [each.id for each in there if each.type == tokens.DEPLOYMENT] == [served[0]]
    assert {each.values["key"] for each in there if each.type == tokens.BUCKET_OBJECT} >= served[3]
    assert not oldest[3] & {each.values["key"] for each in there if each.type == tokens.BUCKET_OBJECT}
    assert running(stack, "acme") == served
    stack.preview("--expect-no-changes")
