"""Which releases are kept, which one a tenant runs, and which it cannot run."""

from dataclasses import replace
from pathlib import Path

import pytest

from tenantry import releases
from tenantry.config import Cell, load_platform
from tenantry.errors import WrongInput
from tenantry.groups import current
from tenantry.holds import HOLDS, Holds
from tenantry.packing.artifact import Artifact, LambdaTarget
from tenantry.releases import Release, Releases
from tests.support.command import TENANTS

CELL = load_platform(TENANTS).cell("demo")
FUNCTIONS = releases.served(current())


def made(number: int, before: tuple[Release, ...] = (), contract: str = "b") -> Release:
    artifact, layer = Artifact(Path("code.zip"), f"{number:064x}"), Artifact(Path("layer.zip"), "a" * 64)
    target = LambdaTarget("python3.13", "arm64")
    digests = (contract * 64, contract * 64)
    return releases.made(artifact, {"": layer}, target, digests, current(), before, f"2026-01-{number:02}")


def history(*numbers: int) -> tuple[Release, ...]:
    found: tuple[Release, ...] = ()
    for number in numbers:
        found = (*found, made(number, found))
    return found


def resolved(newest: Release, before: tuple[Release, ...], cell: Cell = CELL, **wanted: str) -> Releases:
    """Where everybody ran the oldest."""
    ran = {tenant.slug: before[0].id for tenant in cell.tenants}
    return releases.resolved(newest, before, cell, wanted, ran, FUNCTIONS)


def pinned(release: str) -> Cell:
    tenants = tuple(each.model_copy(update={"release": release}) for each in CELL.tenants)
    return CELL.model_copy(update={"tenants": tenants})


def test_what_tenants_run_by_stacks_of_their_own_is_kept() -> None:
    *before, newest = history(1, 2, 3, 4, 5, 6, 7, 8)
    kept = releases.resolved(
        newest, tuple(before), CELL, {}, {}, FUNCTIONS, elsewhere={before[1].id, "not-of-here"}
    ).kept
    assert [each.since for each in kept] == [f"2026-01-{day:02}" for day in (2, 4, 5, 6, 7, 8)]


def test_parts_that_did_not_change_are_shared() -> None:
    one, two = history(1, 2)
    assert (one.layers, one.contract) == (two.layers, two.contract)
    assert (one.code.mark, two.code.mark) == ("", "@000000000000")


def test_equal_parts_are_one_release_whenever_they_are_made() -> None:
    before = history(1, 2)
    assert made(1, before) == before[0]
    assert made(1, before, contract="c").id != before[0].id


def test_a_release_is_read_as_it_is_written() -> None:
    [one] = history(1)
    assert Release.of_json(one.as_json()) == one


def test_the_last_five_are_kept_and_those_that_tenants_run() -> None:
    *before, newest = history(1, 2, 3, 4, 5, 6, 7)
    ran = {tenant.slug: newest.id for tenant in CELL.tenants}
    kept = releases.resolved(newest, tuple(before), CELL, {}, ran, FUNCTIONS).kept
    assert [each.since for each in kept] == [f"2026-01-{day:02}" for day in (3, 4, 5, 6, 7)]
    kept = releases.resolved(newest, tuple(before), CELL, {"acme": before[0].id}, ran, FUNCTIONS).kept
    assert [each.since for each in kept] == [f"2026-01-{day:02}" for day in (1, 3, 4, 5, 6, 7)]


def test_what_tenants_ran_is_kept_for_one_update_so_that_it_can_be_taken_back() -> None:
    *before, newest = history(1, 2, 3, 4, 5, 6, 7)
    assert [each.since for each in resolved(newest, tuple(before)).kept] == [
        f"2026-01-{day:02}" for day in (1, 3, 4, 5, 6, 7)
    ]


def test_a_release_that_comes_back_is_the_newest_again() -> None:
    one, two = history(1, 2)
    assert resolved(one, (one, two)).kept == (two, one)


def test_a_file_pins_its_tenant_whatever_the_stack_says() -> None:
    one, two = history(1, 2)
    assert resolved(two, (one,), pinned(one.id), acme="newest").runs["acme"] == one


def test_everybody_is_held_but_those_that_are_named() -> None:
    one, two = history(1, 2)
    runs = resolved(two, (one,), **{"*": "kept", "acme-eu": "newest"}).runs
    assert (runs["acme"], runs["acme-eu"]) == (one, two)


def test_a_tenant_that_ran_nothing_is_not_held_back() -> None:
    one, two = history(1, 2)
    found = releases.resolved(two, (one,), CELL, {"acme": "kept"}, {}, FUNCTIONS)
    assert found.runs["acme"] == two


def test_a_release_that_is_not_kept_is_refused_with_those_that_are() -> None:
    one, two = history(1, 2)
    with pytest.raises(WrongInput, match=rf"acme: no release 0{{12}} is kept here; .*{one.id} of 2026-01-01"):
        resolved(two, (one,), acme="0" * 12)


def test_a_release_of_no_tenant_is_refused() -> None:
    one, two = history(1, 2)
    with pytest.raises(WrongInput, match="names 'acmee', which is not a tenant of cell demo"):
        resolved(two, (one,), acmee="kept")


def test_a_release_that_needs_a_right_of_before_is_refused_by_name() -> None:
    one, two = history(1, 2)
    items = one.functions["items"]
    more = replace(items, rights=(*items.rights, "dynamodb:Scan on the table"))
    old = replace(one, functions={**one.functions, "items": more})
    with pytest.raises(WrongInput, match="its items needs dynamodb:Scan on the table, which no declaration"):
        resolved(two, (old,), acme="kept")


def test_the_newest_release_needs_what_todays_program_grants() -> None:
    """Whatever an earlier program granted to the same code."""
    [one] = history(1)
    items = one.functions["items"]
    more = replace(items, rights=(*items.rights, "dynamodb:Scan on the table"))
    before = (replace(one, functions={**one.functions, "items": more}),)
    newest = made(1, before)
    assert newest == one
    assert resolved(newest, before).runs["acme"] == one


def test_a_release_without_a_function_that_a_tenant_has_is_refused_by_name() -> None:
    one, two = history(1, 2)
    fewer = {name: each for name, each in one.functions.items() if name != "items"}
    with pytest.raises(WrongInput, match=rf"acme cannot run release {one.id}: it has no function items"):
        resolved(two, (replace(one, functions=fewer),), acme="kept")


def test_a_release_that_serves_a_group_of_before_is_refused_by_name() -> None:
    one, two = history(1, 2)
    with pytest.raises(WrongInput, match="it serves group quotes, which is not installed"):
        resolved(two, (replace(one, groups=(*one.groups, "quotes")),), acme="kept")


def test_a_tenant_goes_back_and_then_keeps_off_what_was_rolled_back() -> None:
    one, two = history(1, 2)
    ran = {tenant.slug: two.id for tenant in CELL.tenants}
    holds = Holds(back={"acme": one.id})
    taken = releases.resolved(two, (one, two), CELL, {}, ran, FUNCTIONS, holds)
    assert (taken.runs["acme"], taken.runs["acme-eu"]) == (one, two)
    assert taken.instead == {"acme": two.id}

    ran = {slug: each.id for slug, each in taken.runs.items()}
    off = Holds(off=frozenset(taken.instead.values()))
    after = releases.resolved(two, (one, two), CELL, {}, ran, FUNCTIONS, off)
    assert (after.runs, after.instead) == (taken.runs, taken.instead)
    three = made(3, (one, two))
    after = releases.resolved(three, (one, two), CELL, {}, ran, FUNCTIONS, off)
    assert (set(after.instead), {each.id for each in after.runs.values()}) == (set(), {three.id})


def test_neither_a_pin_nor_the_stack_moves_a_tenant_to_what_was_rolled_back() -> None:
    one, two = history(1, 2)
    ran = {tenant.slug: one.id for tenant in CELL.tenants}
    off = Holds(off=frozenset({two.id}))
    for each, wanted in ((pinned(two.id), {}), (CELL, {"*": two.id})):
        found = releases.resolved(two, (one, two), each, wanted, ran, FUNCTIONS, off)
        assert {each.id for each in found.runs.values()} == {one.id}


@pytest.mark.parametrize("how", ["kept", "the stack", "a pin"])
def test_what_a_setting_keeps_a_tenant_at_meanwhile_does_not_end_a_hold(how: str) -> None:
    one, two = history(1, 2)
    cell = pinned(one.id) if how == "a pin" else CELL
    wanted = {"kept": {"*": "kept"}, "the stack": {"*": one.id}, "a pin": {}}[how]
    ran = {tenant.slug: one.id for tenant in CELL.tenants}
    held, off = dict.fromkeys(ran, two.id), Holds(off=frozenset({two.id}))
    kept = releases.resolved(two, (one, two), cell, wanted, ran, FUNCTIONS, off, instead_of=held)
    assert kept.instead == held

    after = releases.resolved(two, kept.kept, CELL, {}, ran, FUNCTIONS, off, instead_of=kept.instead)
    assert ({each.id for each in after.runs.values()}, after.instead) == ({one.id}, held)


def test_a_hold_ends_when_it_is_lifted_and_when_a_tenant_moves() -> None:
    one, two = history(1, 2)
    three = made(3, (one, two))
    ran = {tenant.slug: one.id for tenant in CELL.tenants}
    held, off = dict.fromkeys(ran, two.id), Holds(off=frozenset({two.id}))
    kept = {"*": "kept"}
    lifted = releases.resolved(two, (one, two), CELL, kept, ran, FUNCTIONS, instead_of=held)
    moved = releases.resolved(three, (one, two), CELL, {}, ran, FUNCTIONS, off, instead_of=held)
    assert (lifted.instead, moved.instead) == ({}, {})


def test_a_tenant_that_ran_nothing_runs_even_what_was_rolled_back() -> None:
    one, two = history(1, 2)
    off = Holds(off=frozenset({two.id}))
    found = releases.resolved(two, (one,), CELL, {}, {}, FUNCTIONS, off)
    assert ({each.id for each in found.runs.values()}, found.instead) == ({two.id}, {})


def test_holds_are_read_as_they_are_written() -> None:
    holds = Holds(frozenset({"a"}), {"acme": "b"})
    assert Holds.given({HOLDS: holds.written()}) == holds
    assert Holds.given({}) is None
