"""A rollout keeps its locks for as long as it changes anything, and ends in time where it cannot."""

import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tenantry.errors import Failed
from tenantry.operations.engine import Began
from tenantry.operations.fleet import beats
from tenantry.operations.fleet.journals import Lock, Overtaken, latest
from tenantry.operations.fleet.listing import FleetStack, fleet
from tenantry.operations.fleet.rollouts import Rollout
from tenantry.operations.fleet.starts import begun, journals
from tenantry.wanted import Project
from tests.unit.operations.test_rollouts import Played, again, killed, last, passing, ringed, up
from tests.unit.operations.test_rollouts import root as root

ANOTHERS = b'{"runner": "another"}'
NAME = "fleet/locks/cc.json"
SECONDS = 10  # within which a beat has come

Beat = Callable[[Callable[[], None]], None]
"""Is given what a beat does."""


class Beating:
    """Beats without pauses, of which those of the lock of cell cc are counted, and may be others."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(beats, "BEAT", 0.01)
        self.came, self.runs = threading.Event(), threading.Event()
        self.instead: Beat | None = None
        ordinary = Lock.beat

        def beat(lock: Lock) -> None:
            if lock.cell == "cc" and self.instead and self.runs.is_set():
                self.instead(lambda: ordinary(lock))
            else:
                ordinary(lock)
            if lock.cell == "cc":
                self.came.set()

        monkeypatch.setattr(Lock, "beat", beat)

    def comes(self) -> bool:
        """Whether another one begins and succeeds; the first to end may be under way already."""
        for _ in range(2):
            self.came.clear()
            if not self.came.wait(SECONDS):
                return False
        return True

    def sleeps(self, _: FleetStack, began: Began) -> None:
        """An update that runs until it is interrupted; beats are others from then on."""
        command = [sys.executable, "-c", "import time; time.sleep(600)"]
        with subprocess.Popen(command, start_new_session=True, text=True) as process:
            began(process)
            self.runs.set()
            if process.wait():
                raise Failed("interrupted")


@pytest.fixture
def beating(monkeypatch: pytest.MonkeyPatch) -> Beating:
    return Beating(monkeypatch)


def of_cc(root: Path, works: Played) -> Rollout:
    rollout = begun(fleet(Project(root)), ["cc"], lambda _: works, passing)
    assert rollout is not None
    return rollout


def taken(beat: Callable[[], None], root: Path) -> None:
    """By another process, just before the beat."""
    store = journals(fleet(Project(root)))
    store.swap(NAME, store.read(NAME), ANOTHERS)
    beat()


def test_locks_are_kept_until_what_was_interrupted_has_ended(root: Path, beating: Beating) -> None:
    works, rollouts, kept = Played(root), list[Rollout](), list[bool]()

    def ends_slowly(*_: object) -> None:
        rollouts[0].stop()
        kept.append(beating.comes())
        raise Failed("interrupted")

    works.during = ends_slowly
    rollouts.append(up(root, works))
    assert rollouts[0].run() == "interrupted"
    assert kept == [True]
    assert not journals(fleet(Project(root))).read(NAME)


def test_locks_are_kept_while_what_a_killed_rollout_left_is_mended(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(root, monkeypatch)
    beating = Beating(monkeypatch)

    class Slow(Played):
        def mend(self, stack: FleetStack) -> list[str]:
            assert beating.comes()
            return super().mend(stack)

    works = Slow(root)
    assert again(root, works).run() == "done"
    assert works.mended == ["cc"]


def test_a_beat_that_fails_is_tried_again(root: Path, beating: Beating) -> None:
    works, failures, kept = Played(root), [Failed("SlowDown"), Failed("SlowDown")], list[bool]()

    def fails_twice(beat: Callable[[], None]) -> None:
        if failures:
            raise failures.pop()
        beat()

    beating.instead = fails_twice
    beating.runs.set()
    works.during = lambda *_: kept.append(beating.comes())
    assert up(root, works).run() == "done"
    assert kept == [True] * 4


def test_a_lock_that_cannot_be_renewed_ends_the_rollout_with_the_reason(
    root: Path, monkeypatch: pytest.MonkeyPatch, beating: Beating
) -> None:
    def fails(_: object) -> None:
        raise Failed("SlowDown: reduce your request rate")

    monkeypatch.setattr(beats, "LIMIT", 0.5)
    beating.instead = fails
    works = Played(root, during=beating.sleeps)
    with pytest.raises(Failed, match=r"the lock of cell cc could not be renewed for .*: SlowDown"):
        of_cc(root, works).run()
    assert (last(root).outcome, last(root).of("interrupted")) == ("interrupted", ["cc"])


def test_a_store_that_does_not_answer_ends_the_rollout_too(
    root: Path, monkeypatch: pytest.MonkeyPatch, beating: Beating
) -> None:
    over = threading.Event()

    def hangs(_: object) -> None:
        over.wait(SECONDS)

    monkeypatch.setattr(beats, "LIMIT", 0.5)
    beating.instead = hangs
    with pytest.raises(Failed, match="its store does not answer"):
        of_cc(root, Played(root, during=beating.sleeps)).run()
    over.set()
    assert last(root).of("interrupted") == ["cc"]


def test_who_loses_a_lock_interrupts_what_runs_and_says_so(root: Path, beating: Beating) -> None:
    beating.instead = partial(taken, root=root)
    with pytest.raises(Overtaken, match="the lock of cell cc was taken over"):
        up(root, Played(root, during=beating.sleeps)).run()
    assert len(last(root).of("interrupted")) == 1
    store = journals(fleet(Project(root)))
    assert (store.read(NAME), store.read("fleet/locks/dd.json")) == (ANOTHERS, b"")


def test_who_is_overtaken_interrupts_what_runs(root: Path, beating: Beating) -> None:
    ringed(root, [], at_once=2)

    def another_resumes(stack: FleetStack, began: Began) -> None:
        if stack.name == "aa":
            beating.sleeps(stack, began)
        assert beating.runs.wait(SECONDS)
        journal = latest(journals(fleet(Project(root))))
        assert journal is not None
        journal.write("resumed", "another", by="another")

    with pytest.raises(Overtaken, match="was resumed by another process"):
        up(root, Played(root, during=another_resumes)).run()


def test_nothing_else_is_mended_under_a_lock_that_was_lost(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = threading.Event()

    class Slow(Played):
        def mend(self, stack: FleetStack) -> list[str]:
            assert lost.wait(SECONDS)
            return super().mend(stack)

    killed(root, monkeypatch)
    journal = latest(journals(fleet(Project(root))))
    assert journal is not None
    journal.write("updating", stack="dd", pid=None)
    beating = Beating(monkeypatch)
    beating.instead = partial(taken, root=root)
    beating.runs.set()
    monkeypatch.setattr(Rollout, "stop", lambda _: lost.set())
    works = Slow(root)
    with pytest.raises(Overtaken):
        again(root, works)
    assert works.mended == ["cc"]
