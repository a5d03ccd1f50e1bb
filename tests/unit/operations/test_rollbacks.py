"""What a rollback takes back, whom it leaves alone, and what keeps the bad release away afterwards."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tenantry.errors import Failed, WrongInput
from tenantry.operations.fleet.listing import FleetStack, fleet
from tenantry.operations.fleet.rollouts import Rollout
from tenantry.operations.fleet.starts import begun, taken_back
from tenantry.rollout.progress import Event
from tenantry.wanted import Project
from tests.support.fleets import TENANT
from tests.unit.operations.test_rollouts import (
    CELLS,
    Played,
    again,
    failing,
    killed,
    last,
    passing,
    ringed,
    split,
    up,
)
from tests.unit.operations.test_rollouts import root as root


def back(root: Path, works: Played, left: set[tuple[str, str]] | None = None) -> Rollout | None:
    """
    Args:
        left: is given what is left as it is, by stack.
    """

    def heard(event: Event) -> None:
        if left is not None and event["event"] == "left":
            left.add((event["stack"], event["what"]))

    return taken_back(fleet(Project(root)), lambda _: works, heard)


def stacks(root: Path) -> dict[str, FleetStack]:
    return {each.name: each for each in fleet(Project(root)).stacks}


def running(root: Path) -> dict[str, str]:
    return {slug: release for each in stacks(root).values() for slug, release in each.runs.items()}


def edited(root: Path) -> None:
    """Every stack differs then."""
    tiers = root / "tenants" / "tiers.yaml"
    tiers.write_text(tiers.read_text().replace("burst: 10", "burst: 11"))


@pytest.fixture
def bad(root: Path) -> Played:
    """All tenants ran release one; a rollout of release two was halted after its first ring, cc and dd."""
    works = Played(root)
    assert up(root, works).run() == "done"
    edited(root)
    works.release = "two"
    assert up(root, works, failing).run() == "halted"
    assert running(root) == {"acme": "one", "acme-eu": "one", "globex": "two", "initech": "two"}
    works.order.clear()
    return works


def test_tenants_run_what_they_ran_and_no_other_stack_is_touched(root: Path, bad: Played) -> None:
    rollback = back(root, bad)
    assert rollback is not None
    assert rollback.run() == "done"
    assert sorted(bad.order) == ["cc", "dd"]
    assert set(running(root).values()) == {"one"}
    assert {name: each.standing for name, each in stacks(root).items()} == {
        "aa": "differs",
        "bb": "differs",
        "cc": "held",
        "dd": "held",
    }
    assert stacks(root)["cc"].instead == {"globex": "two"}
    assert back(root, bad) is None


def test_the_next_up_moves_nobody_to_what_was_rolled_back(root: Path, bad: Played) -> None:
    rollback = back(root, bad)
    assert rollback is not None
    rollback.run()
    bad.order.clear()
    assert up(root, bad).run() == "done"
    assert sorted(bad.order) == ["aa", "bb"]
    assert set(running(root).values()) == {"one"}
    assert begun(fleet(Project(root)), (), lambda _: bad, passing) is None


def test_a_release_that_is_yet_another_ends_what_holds(root: Path, bad: Played) -> None:
    rollback = back(root, bad)
    assert rollback is not None
    rollback.run()
    edited_again = root / "tenants" / "tiers.yaml"
    edited_again.write_text(edited_again.read_text().replace("burst: 11", "burst: 12"))
    bad.release = "three"
    assert up(root, bad).run() == "done"
    assert set(running(root).values()) == {"three"}
    assert {each.standing for each in stacks(root).values()} == {"as wanted"}


def test_whoever_lifts_what_holds_has_tenants_move(root: Path, bad: Played) -> None:
    rollback = back(root, bad)
    assert rollback is not None
    rollback.run()
    lifting = begun(fleet(Project(root)), ["cc"], lambda _: bad, passing, lift=True)
    assert lifting is not None
    assert lifting.run() == "done"
    assert running(root) == {"acme": "one", "acme-eu": "one", "globex": "two", "initech": "one"}


def test_a_stack_that_failed_is_taken_back_as_well(root: Path, bad: Played) -> None:
    bad.bad = {"aa"}
    assert again(root, bad).run() == "failed"
    bad.bad.clear()
    bad.order.clear()
    rollback = back(root, bad)
    assert rollback is not None
    assert rollback.run() == "done"
    assert sorted(bad.order) == ["aa", "bb", "cc", "dd"]
    assert set(running(root).values()) == {"one"}


def test_tenants_do_not_wait_for_their_cells_stack(root: Path) -> None:
    """It runs no release itself, so it is not taken back."""
    split(root, "bb", ["acme-eu"])
    works = Played(root)
    assert up(root, works).run() == "done"
    edited(root)
    works.release = "two"
    assert up(root, works).run() == "done"
    works.bad, works.order = {"bb"}, []
    rollback = back(root, works)
    assert rollback is not None
    assert rollback.run() == "done"
    assert sorted(works.order) == ["aa", "bb.acme-eu", "cc", "dd"]
    assert set(running(root).values()) == {"one"}


def test_a_stack_whose_preview_was_refused_is_left_alone(root: Path, bad: Played) -> None:
    def refused(stack: FleetStack) -> Mapping[str, int]:
        if stack.name == "aa":
            raise Failed("a policy refuses it")
        return {}

    bad.predicted = refused  # type: ignore[method-assign]
    assert again(root, bad).run() == "failed"
    assert last(root).of("failed") == ["aa"]
    bad.order.clear()
    rollback = back(root, bad)
    assert rollback is not None
    assert rollback.run() == "done"
    assert sorted(bad.order) == ["bb", "cc", "dd"]


def test_one_that_failed_when_it_ran_the_bad_release_goes_back_to_the_one_before(
    root: Path, bad: Played
) -> None:
    bad.late = {"aa"}
    assert again(root, bad).run() == "failed"
    assert running(root)["acme"] == "two"
    bad.late.clear()
    bad.order.clear()
    assert up(root, bad).run() == "done"
    assert bad.order == ["aa"]
    rollback = back(root, bad)
    assert rollback is not None
    assert rollback.run() == "done"
    assert running(root)["acme"] == "one"


def test_a_rollback_has_no_rings_and_one_failure_keeps_nobody_on_the_bad_release(
    root: Path, bad: Played
) -> None:
    bad.bad = {"cc"}
    rollback = back(root, bad)
    assert rollback is not None
    assert rollback.run() == "failed"
    assert sorted(bad.order) == ["cc", "dd"]
    bad.bad.clear()
    assert again(root, bad, failing).run() == "done"
    assert set(running(root).values()) == {"one"}


def test_a_rollback_that_was_killed_goes_on(root: Path, bad: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    killed(root, monkeypatch, lambda: back(root, bad))
    assert again(root, bad).run() == "done"
    assert bad.mended == ["cc"]
    assert set(running(root).values()) == {"one"}


def test_of_a_rollback_that_was_killed_another_one_does_the_rest(
    root: Path, bad: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(root, monkeypatch, lambda: back(root, bad))
    rollback = back(root, bad)
    assert rollback is not None
    assert rollback.run() == "done"
    assert (bad.mended, set(running(root).values())) == (["cc"], {"one"})


def test_what_a_rollback_leaves_as_it_is_is_named(root: Path) -> None:
    works = Played(root)
    assert up(root, works).run() == "done"
    edited(root)
    (root / "tenants" / "aa" / "hooli.yaml").write_text(TENANT.format(slug="hooli"))
    file = root / "tenants" / "dd" / "initech.yaml"
    file.write_text(file.read_text() + "status: removed\n")
    works.release = "two"
    assert up(root, works).run() == "done"
    left: set[tuple[str, str]] = set()
    rollback = back(root, works, left)
    assert rollback is not None
    assert rollback.run() == "done"
    assert left == {
        ("aa", "hooli did not run before, and stays as it is"),
        ("dd", "initech was removed, and stays removed"),
    }
    assert running(root) == {"acme": "one", "acme-eu": "one", "globex": "one", "hooli": "two"}


def test_a_change_of_files_alone_has_nothing_that_a_pointer_could_take_back(root: Path) -> None:
    works = Played(root)
    assert up(root, works).run() == "done"
    edited(root)
    assert up(root, works).run() == "done"
    left: set[tuple[str, str]] = set()
    assert back(root, works, left) is None
    what = "it runs the release that it ran before; take other changes back in its files"
    assert left == {(each, what) for each in CELLS}


def test_a_rollback_with_other_files_is_refused(root: Path, bad: Played) -> None:
    file = root / "tenants" / "cc" / "globex.yaml"
    file.write_text(file.read_text() + "status: suspended\n")
    with pytest.raises(WrongInput, match="cc: files, settings or code have changed since rollout"):
        back(root, bad)


def test_before_the_first_rollout_there_is_nothing_to_take_back(root: Path) -> None:
    with pytest.raises(WrongInput, match="there was no rollout yet"):
        back(root, Played(root))


@pytest.mark.parametrize("asked", [True, False])
def test_a_gate_that_fails_asks_for_a_rollback_where_the_rings_say_so(root: Path, asked: bool) -> None:
    ringed(root, [{"name": "first", "stacks": ["cc", "dd"], "gate": {}}], auto_rollback=asked)
    rollout = up(root, Played(root), failing)
    assert rollout.run() == "halted"
    assert rollout.to_be_taken_back is asked


def test_a_gate_that_cannot_be_asked_and_a_person_who_halts_ask_for_none(root: Path) -> None:
    def unknown(*_: object) -> list[str]:
        raise Failed("AWS refuses")

    ringed(root, [{"name": "first", "stacks": ["cc", "dd"], "gate": {}}], auto_rollback=True)
    rollout = up(root, Played(root), unknown)
    assert rollout.run() == "halted"
    assert not rollout.to_be_taken_back
    assert last(root).stop.endswith("it cannot be checked: AWS refuses")
