"""The order of a rollout, what stops it, and what another process finds of it; the engine is played."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tenantry.config.rings import Gate
from tenantry.errors import Failed, WrongInput
from tenantry.holds import Holds
from tenantry.operations.engine import Began, Killed
from tenantry.operations.fleet import starts
from tenantry.operations.fleet.journals import Busy, Journal, Lock, Overtaken, latest
from tenantry.operations.fleet.listing import FleetStack, fleet
from tenantry.operations.fleet.rollouts import Judge, Rollout
from tenantry.operations.fleet.starts import begun, differing, journals, resumed
from tenantry.operations.stores import Folder
from tenantry.rollout.progress import Progress
from tenantry.wanted import Project
from tests.support.fleets import TENANT, recorded, written

CELLS = {"aa": ["acme"], "bb": ["acme-eu"], "cc": ["globex"], "dd": ["initech"]}


@dataclass
class Played:
    """An engine that records what is wanted; `bad` stacks fail, `late` ones once that is recorded, and
    `during` is called in each update.

    `release` is what tenants are moved to, as the program does it (tests/engine has the program itself).
    """

    root: Path
    bad: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    during: Any = None
    release: str = "one"
    order: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)

    def predicted(self, stack: FleetStack) -> Mapping[str, int]:
        return {"lambda:CreateFunction": 1, "iam:CreateRole": len(stack.tenants)}

    def update(self, stack: FleetStack, began: Began) -> None:
        self.order.append(stack.name)
        if self.during:
            self.during(stack, began)
        if stack.name in self.bad:
            raise Failed("on order")
        ran, runs, holds = stack.runs, {}, stack.holds or Holds()
        for slug, _ in stack.tenants:
            held = holds.held(slug, self.release, ran.get(slug))
            runs[slug] = {"release": held} | ({} if held == self.release else {"instead_of": self.release})
        recorded(self.root, stack.name, stack.wanted, runs)
        if stack.name in self.late:
            raise Failed("while it deleted")

    def mend(self, stack: FleetStack) -> list[str]:
        self.mended.append(stack.name)
        return ["1 imported"]


def passing(gate: Gate, stacks: Sequence[FleetStack], began: datetime) -> list[str]:  # noqa: ARG001
    return []


def failing(gate: Gate, stacks: Sequence[FleetStack], began: datetime) -> list[str]:  # noqa: ARG001
    return [f"{each.name} is slow" for each in stacks]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/backend")
    found = written(tmp_path / "project", CELLS)
    ringed(found, [{"name": "first", "stacks": ["cc", "dd"], "gate": {}}])
    return found


def ringed(root: Path, rings: list[Any], **others: int) -> None:
    content = {"rings": rings, "at_once": 1, "failing_percent": 50, **others}
    (root / "tenants" / "rings.yaml").write_text(json.dumps(content))


def up(root: Path, works: Played, judge: Judge = passing) -> Rollout:
    rollout = begun(fleet(Project(root)), (), lambda _: works, judge)
    assert rollout is not None
    return rollout


def again(root: Path, works: Played, judge: Judge = passing) -> Rollout:
    return resumed(fleet(Project(root)), lambda _: works, judge)


def last(root: Path) -> Progress:
    journal = latest(journals(fleet(Project(root))))
    assert journal is not None
    return journal.read()


def test_rings_come_in_their_order_and_only_what_differs_is_updated(root: Path) -> None:
    recorded(root, "bb", Project(root).digest("bb"))
    works = Played(root)
    assert up(root, works).run() == "done"
    assert (sorted(works.order[:2]), works.order[2:]) == (["cc", "dd"], ["aa"])
    assert begun(fleet(Project(root)), (), lambda _: works, passing) is None


def test_a_gate_that_fails_halts_and_going_on_asks_it_again(root: Path) -> None:
    works = Played(root)
    assert up(root, works, failing).run() == "halted"
    assert sorted(works.order) == ["cc", "dd"]
    assert "the gate of ring first fails: cc is slow" in last(root).stop
    assert again(root, works, failing).run() == "halted"
    assert again(root, works).run() == "done"
    assert sorted(works.order) == ["aa", "bb", "cc", "dd"]


def test_a_gate_that_cannot_be_asked_has_not_held(root: Path) -> None:
    def unknown(*_: object) -> list[str]:
        raise Failed("AWS refuses")

    assert up(root, Played(root), unknown).run() == "halted"
    assert "it cannot be checked: AWS refuses" in last(root).stop


def test_a_gate_compares_with_what_was_before_its_own_ring(root: Path) -> None:
    ringed(root, [{"name": name, "stacks": [name], "gate": {}} for name in ("cc", "dd")])
    asked: dict[str, datetime] = {}

    def judge(gate: Gate, stacks: Sequence[FleetStack], began: datetime) -> list[str]:  # noqa: ARG001
        asked[stacks[0].name] = began
        return []

    rollout = up(root, Played(root), judge)
    assert rollout.run() == "done"
    assert asked == {
        ring: next(
            datetime.fromisoformat(each["at"])
            for each in rollout.journal.events()
            if each["event"] == "updating" and each["stack"] == ring
        )
        for ring in ("cc", "dd")
    }


def test_one_failure_holds_up_nobody_and_is_tried_again(root: Path) -> None:
    works = Played(root, bad={"cc"})
    assert up(root, works).run() == "failed"
    assert sorted(works.order) == ["aa", "bb", "cc", "dd"]
    assert (last(root).of("failed"), last(root).reasons["cc"]) == (["cc"], "on order")
    works.bad.clear()
    assert again(root, works).run() == "done"
    assert works.order[4:] == ["cc"]


def test_too_many_failures_in_a_ring_halt(root: Path) -> None:
    works = Played(root, bad={"cc", "dd"})
    assert up(root, works).run() == "halted"
    assert "2 of 2 stacks of ring first failed" in last(root).stop
    assert sorted(works.order) == ["cc", "dd"]


def test_a_cell_goes_before_the_tenants_on_it(root: Path) -> None:
    (root / "Pulumi.bb.acme-eu.yaml").write_text("config: {}\n")
    ringed(root, [{"name": "first", "stacks": ["bb.acme-eu"]}])
    works = Played(root)
    assert up(root, works).run() == "done"
    assert works.order[:2] == ["bb", "bb.acme-eu"]


def split(root: Path, cell: str, slugs: Sequence[str]) -> None:
    """Its tenants have stacks of their own."""
    file = root / f"Pulumi.{cell}.yaml"
    file.write_text(f'{file.read_text()}  tenantry:tenantStacks: "true"\n')
    for slug in slugs:
        (root / "tenants" / cell / f"{slug}.yaml").write_text(TENANT.format(slug=slug))
        (root / f"Pulumi.{cell}.{slug}.yaml").write_text("config: {}\n")


def test_what_a_cells_stack_refuses_does_not_reach_its_tenants_one_by_one(root: Path) -> None:
    """Only the cell's stack sees that the files would close all of them at once."""
    split(root, "bb", ["acme-eu", "hooli"])
    ringed(root, [{"name": "first", "stacks": ["bb.hooli", "cc", "dd"]}])
    works = Played(root, bad={"bb"})
    assert up(root, works).run() == "failed"
    assert sorted(works.order) == ["aa", "bb", "cc", "dd"]
    there = last(root)
    assert there.of("failed") == ["bb", "bb.acme-eu", "bb.hooli"]
    assert there.reasons["bb.hooli"] == "its cell's stack bb failed"
    assert there.touched == ["aa", "bb", "cc", "dd"]  # what a rollback looks at
    works.bad.clear()
    assert again(root, works).run() == "done"
    assert works.order[4:] == ["bb", "bb.hooli", "bb.acme-eu"]


def test_tenants_that_their_cells_stack_holds_up_count_as_failures_of_their_ring(root: Path) -> None:
    """Else a ring in which nobody got the change would let the next one have it."""
    slugs = [f"tenant-{number}" for number in range(9)]
    split(root, "bb", slugs)
    ringed(root, [{"name": "first", "stacks": ["bb", *(f"bb.{each}" for each in slugs)], "gate": {}}])
    works = Played(root, bad={"bb"})
    assert up(root, works).run() == "halted"
    assert works.order == ["bb"]


@pytest.mark.parametrize("now", ["status: suspended\n", "status: [\n"])
def test_what_no_ring_has_tried_is_not_rolled_out(root: Path, now: str) -> None:
    """As after a `git pull` while the first ring soaks."""
    works = Played(root)
    file = root / "tenants" / "bb" / "acme-eu.yaml"
    began = file.read_text()

    def pulled(*_: object) -> list[str]:
        file.write_text(began + now)
        return []

    rollout = up(root, works, pulled)
    assert rollout.run() == "halted"
    assert "bb: files, settings or code have changed since rollout" in rollout.journal.read().stop
    assert sorted(works.order) == ["aa", "cc", "dd"]
    file.write_text(began)
    assert again(root, works).run() == "done"
    assert works.order[3:] == ["bb"]


def test_who_asks_to_halt_lets_what_runs_end(root: Path) -> None:
    works = Played(root)

    def ask(*_: object) -> None:
        journal = latest(journals(fleet(Project(root))))
        assert journal is not None
        journal.write("halt", why="enough")

    works.during = ask
    assert up(root, works).run() == "halted"
    assert len(works.order) == 1
    assert len(last(root).of("updated")) == 1


def test_an_interrupt_reaches_the_engine_and_leaves_the_rest(root: Path) -> None:
    works, rollouts = Played(root), list[Rollout]()

    def sleeps(_: FleetStack, began: Began) -> None:
        command = [sys.executable, "-c", "import time; time.sleep(600)"]
        with subprocess.Popen(command, start_new_session=True, text=True) as process:
            began(process)
            threading.Thread(target=rollouts[0].stop).start()
            if process.wait():
                raise Failed("interrupted")

    works.during = sleeps
    rollouts.append(up(root, works))
    assert rollouts[0].run() == "interrupted"
    assert len(last(root).of("interrupted")) == 1
    works.during = None
    assert again(root, works).run() == "done"


def test_one_rollout_runs_at_a_time_whatever_its_cells(root: Path) -> None:
    """`halt`, `resume` and `rollback` mean the last one."""

    def of(*names: str) -> Rollout:
        rollout = begun(fleet(Project(root)), names, lambda _: Played(root), passing)
        assert rollout is not None
        return rollout

    first = of("bb")
    for other in ("aa", "bb", "cc"):
        with pytest.raises(Busy, match=r"the fleet is held by rollout .*, process \d+ on"):
            of(other)
    assert first.run() == "done"
    assert of("aa").run() == "done"


def test_the_last_rollout_is_the_one_that_began_last_whatever_its_machines_clock_says(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = Played(root, bad=set(CELLS))
    first = up(root, works)
    first.run()
    monkeypatch.setattr(starts, "now", lambda: datetime.now(UTC) - timedelta(seconds=30))
    second = up(root, works)
    second.run()
    third = up(root, works)
    assert first.journal.id < second.journal.id < third.journal.id
    assert last(root).runner == third.runner


def test_a_cell_whose_state_is_elsewhere_hides_no_rollout(root: Path) -> None:
    works = Played(root, bad={"cc"})
    failed = up(root, works)
    assert failed.run() == "failed"
    (root / "Pulumi.a0.yaml").write_text("config:\n  tenantry:cell: a0\n  aws:region: eu-central-1\n")
    (root / "tenants" / "a0").mkdir()
    site = {"backend": f"file://{root.parent}/elsewhere"}
    (root / "tenants" / "platform.yaml").write_text(json.dumps({"cells": {"a0": site}}))
    works.bad.clear()
    assert again(root, works).run() == "done"
    assert last(root).runner != failed.runner
    assert up(root, works).run() == "done"
    assert last(root).states.keys() == {"a0"}


def dead() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        return process.pid


def killed(
    root: Path, monkeypatch: pytest.MonkeyPatch, begin: Callable[[], Rollout | None] | None = None
) -> None:
    """A rollout whose process is gone while it is at a stack."""
    with monkeypatch.context() as gone:
        pid = dead()
        gone.setattr(os, "getpid", lambda: pid)
        rollout = begin() if begin else up(root, Played(root))
    assert rollout is not None
    rollout.journal.write("updating", rollout.runner, stack="cc", host="elsewhere", pid=pid)


def test_what_a_killed_rollout_was_at_is_mended_before_another_goes_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(root, monkeypatch)
    works = Played(root)
    assert again(root, works).run() == "done"
    assert works.mended == ["cc"]


def test_with_other_files_a_new_rollout_mends_and_the_old_one_does_not_go_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(root, monkeypatch)
    file = root / "tenants" / "aa" / "acme.yaml"
    file.write_text(file.read_text() + "status: suspended\n")
    with pytest.raises(WrongInput, match="aa: files, settings or code have changed"):
        again(root, Played(root))
    works = Played(root)
    assert up(root, works).run() == "done"
    assert works.mended == ["cc"]


def test_what_could_not_be_mended_is_mended_by_whatever_comes_next(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(_: FleetStack) -> list[str]:
        raise Failed("still being updated by process 4711")

    killed(root, monkeypatch)
    for tried in (up, again, up):
        works = Played(root)
        with monkeypatch.context() as failing_:
            failing_.setattr(works, "mend", cannot)
            with pytest.raises(Failed, match="4711"):
                tried(root, works)
    works = Played(root)
    assert again(root, works).run() == "done"
    assert works.mended == ["cc"]
    assert last(root).cut_off == set()


def test_what_a_rollout_of_other_stacks_mended_is_not_mended_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(root, monkeypatch)
    works = Played(root)
    some = begun(fleet(Project(root)), ["aa"], lambda _: works, passing)
    assert some is not None
    assert some.run() == "done"
    assert (works.order, works.mended) == (["aa"], ["cc"])
    assert up(root, works).run() == "done"
    assert works.mended == ["cc"]


def test_an_engine_that_was_killed_is_mended_and_one_that_failed_is_not(root: Path) -> None:
    works = Played(root, bad={"dd"})

    def dies(stack: FleetStack, _: Began) -> None:
        if stack.name == "aa":
            raise Killed("`pulumi up` was ended by signal 9")

    works.during = dies
    assert up(root, works).run() == "failed"
    works.during = None
    works.bad.clear()
    assert up(root, works).run() == "done"
    assert works.mended == ["aa"]


def test_a_second_interrupt_ends_the_engine_at_once_so_it_is_mended(root: Path) -> None:
    works, rollouts = Played(root), []

    def twice(_: FleetStack, __: Began) -> None:
        rollouts[0].stop()
        rollouts[0].stop()
        raise Failed("terminated")

    works.during = twice
    rollouts.append(up(root, works))
    assert rollouts[0].run() == "interrupted"
    [cut_off] = last(root).cut_off
    works.during = None
    assert again(root, works).run() == "done"
    assert works.mended == [cut_off]


def test_what_failed_after_it_was_recorded_is_not_forgotten_by_a_rollout_of_others(root: Path) -> None:
    works = Played(root, late={"cc"})
    assert up(root, works).run() == "failed"
    file = root / "tenants" / "aa" / "acme.yaml"
    file.write_text(file.read_text() + "status: suspended\n")
    some = begun(fleet(Project(root)), ["aa"], lambda _: works, passing)
    assert some is not None
    assert some.run() == "done"
    assert list(differing(fleet(Project(root)), ())) == ["cc"]  # what `plan` shows, and `up` takes
    works.late.clear()
    assert up(root, works).run() == "done"
    assert differing(fleet(Project(root)), ()) == {}


def test_one_whose_ring_is_gone_is_not_gone_on_with(root: Path) -> None:
    ringed(root, [{"name": "first", "stacks": ["cc"], "gate": {}}, {"name": "second", "stacks": ["aa"]}])
    works = Played(root)
    assert up(root, works, failing).run() == "halted"
    ringed(root, [{"name": "first", "stacks": ["cc"], "gate": {}}, {"name": "other", "stacks": ["aa"]}])
    with pytest.raises(WrongInput, match=r"still has stacks in ring second, which rings\.yaml no longer has"):
        again(root, works)
    ringed(root, [{"name": "second", "stacks": ["aa"]}])  # nothing is left in the first
    assert again(root, works).run() == "done"
    assert sorted(works.order) == ["aa", "bb", "cc", "dd"]


def test_who_was_overtaken_writes_nothing_more(tmp_path: Path) -> None:
    store = Folder(tmp_path)
    first, second = Journal(store, "1"), Journal(store, "1")
    first.write("begun", "a", by="a", taken_back="", off=[], stacks={})
    second.write("resumed", "b", by="b")
    with pytest.raises(Overtaken):
        first.write("updated", "a", stack="cc")
    lock = Lock(store, "demo", "1", "a")
    lock.take()
    store.swap("fleet/locks/demo.json", store.read("fleet/locks/demo.json"), b'{"runner": "b"}')
    with pytest.raises(Overtaken):
        lock.beat()
    lock.give()
    assert store.read("fleet/locks/demo.json") == b'{"runner": "b"}'


def test_a_rollout_of_nothing_loads_nothing_of_the_engine() -> None:
    """Its SDK alone takes over a second of CPU, each time."""
    modules = ", ".join(f"tenantry.operations.fleet.{name}" for name in ("gates", "starts", "works"))
    asked = f"import sys, {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert not {"pulumi", "pulumi_aws"} & {*done.stdout.split()}
