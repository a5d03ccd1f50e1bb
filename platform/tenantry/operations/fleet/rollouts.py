"""Update the stacks that differ, ring after ring, and write down each step before and after it is taken.

A stack that fails holds up no other, unless it is a cell's and tenants on it have stacks of their own, or too
many of a ring fail. Whoever asks to halt lets what runs come to its end; Ctrl-C interrupts it, as it does one
`pulumi up`.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal, Protocol

from tenantry.config.rings import REST, Gate, Ring, RingsFile
from tenantry.errors import Failed
from tenantry.holds import NONE_HELD
from tenantry.operations.engine import Began, Killed
from tenantry.operations.fleet.beats import Beats
from tenantry.operations.fleet.journals import Journal, Lock, Overtaken, myself, now, running
from tenantry.operations.fleet.listing import FleetStack
from tenantry.rollout.buckets import Bucket
from tenantry.rollout.progress import Progress, too_many_failed

Outcome = Literal["done", "failed", "halted", "interrupted"]
_WHOLE = "nothing was left half-done"
_POLL = 1.0  # seconds of a soak between looks at whether somebody asked to halt


class Works(Protocol):
    """What is done to one stack; each raises Failed with the reason."""

    def predicted(self, stack: FleetStack) -> Mapping[str, int]:
        """The calls that an update will make, by operation."""

    def update(self, stack: FleetStack, began: Began) -> None: ...

    def mend(self, stack: FleetStack) -> list[str]:
        """What an update that was killed left is put right; says what was found."""


Judge = Callable[[Gate, Sequence[FleetStack], datetime], list[str]]
"""What speaks against going on, when the updates of these stacks began then."""


@dataclass
class Rollout:
    """`runner` names this process's part in it; `stacks` are all that differ, by name.

    `taken_back` is, of a rollback, the id of the rollout that it takes back.
    """

    journal: Journal
    runner: str
    stacks: Mapping[str, FleetStack]
    rings: RingsFile
    works: Works
    judge: Judge
    locks: Sequence[Lock]
    taken_back: str = ""
    _forced: bool = False
    _lost: Failed | None = None
    _stopped: threading.Event = field(default_factory=threading.Event)
    _running: dict[str, "subprocess.Popen[str]"] = field(default_factory=dict)
    _buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, before: Progress, left: Sequence[FleetStack]) -> None:
        """
        Args:
            before: of the rollout before this one.
            left: stacks in it whose engine may have been killed.

        Raises:
            Busy: another rollout runs.
            Failed: what was left of a stack cannot be mended; the next rollout tries it again.
        """
        self._take()
        rings = _rings_of(self.stacks, self.rings)
        holds = {name: each.holds or NONE_HELD for name, each in self.stacks.items()}
        stacks = {
            name: {
                "ring": rings[name],
                "cell": each.cell,
                "was": each.recorded,
                "wanted": each.wanted,
                "ran": before.undone.get(name, each.runs),
                "back": holds[name].back,
            }
            for name, each in self.stacks.items()
        }
        off = sorted({release for each in holds.values() for release in each.off})
        self._write(
            "begun",
            by=self.runner,
            taken_back=self.taken_back,
            off=off,
            stacks=stacks,
            undone=before.legacy,
        )
        self._mend(left)

    def take_over(self, left: Sequence[FleetStack]) -> None:
        """Go on with what another process began, which is dead, or ended before all was done.

        Args:
            left: stacks whose engine may have been killed.

        Raises:
            Busy: that process lives, or another rollout runs.
            Failed: what it left of a stack cannot be mended; the next try does it again.
        """
        self._take()
        self._write("resumed", by=self.runner)
        self._mend(left)

    def _mend(self, left: Sequence[FleetStack]) -> None:
        try:
            for stack in left:
                if self._lost:
                    raise self._lost
                for found in self.works.mend(stack) or [_WHOLE]:
                    self._write("mended", stack=stack.name, what=found)
        except Failed:
            self._give()
            raise

    @property
    def to_be_taken_back(self) -> bool:
        """Whether a gate has failed, and the rings say what to do then."""
        return self.rings.auto_rollback and self.journal.read().condemned

    def run(self) -> Outcome:
        """
        Raises:
            Overtaken: another process went on with it meanwhile, or took a lock.
            Failed: a lock could not be kept.
        """
        try:
            outcome = self._run()
            self._write("ended", outcome=outcome)
            if self._lost and outcome == "interrupted":
                raise self._lost
        finally:
            self._give()
        return outcome

    def _run(self) -> Outcome:
        for ring in (*self.rings.rings, Ring.model_construct(name=REST, soak_minutes=0, gate=None)):
            there = self.journal.read()
            names = sorted(name for name, of in there.rings.items() if of == ring.name)
            self._update(names)
            if self._stopped.is_set():
                return "interrupted"
            failed = len(self._failed(names))
            if too_many_failed(failed, len(names), self.rings.failing_percent):
                self._write("halt", why=f"{failed} of {len(names)} stacks of ring {ring.name} failed")
            elif names and ring.name not in there.passed:
                self._pass(ring, names)
            if self._stopped.is_set():
                return "interrupted"
            if self.journal.read().stop:
                return "halted"
        return "failed" if self.journal.read().of("failed") else "done"

    def _update(self, names: Sequence[str]) -> None:
        """Cells before tenants on them, so many at once."""
        states = self.journal.read().states
        left = [self.stacks[name] for name in names if states[name] != "updated"]
        for wave in ([each for each in left if not each.tenant], [each for each in left if each.tenant]):
            with ThreadPoolExecutor(self.rings.at_once) as pool:
                for done in as_completed([pool.submit(self._one, each, names) for each in wave]):
                    done.result()

    def _one(self, stack: FleetStack, ring: Sequence[str]) -> None:
        if self._to_stop(ring):
            return
        try:
            self._require_its_cells(stack)
            calls = self.works.predicted(stack)
            if self._stopped.wait(self._admitted(stack, calls)) or self._to_stop(ring):
                return
            if stack.changed:  # no ring has tried what the files are now
                self._write("halt", why=changed([stack.name], self.journal.id))
                return
            self._write("updating", stack=stack.name, calls=sum(calls.values()), **myself() | {"pid": None})
            self.works.update(stack, lambda process: self._began(stack, process))
        except Overtaken as overtaken:
            self._lose(overtaken)
            raise
        except Failed as failed:
            kind = "interrupted" if self._stopped.is_set() else "failed"
            cut_off = isinstance(failed, Killed) or self._forced
            self._write(kind, stack=stack.name, why=str(failed), **{"cut_off": True} if cut_off else {})
        else:
            self._write("updated", stack=stack.name)
        finally:
            self._running.pop(stack.name, None)

    def _require_its_cells(self, stack: FleetStack) -> None:
        """Only the cell's stack sees how many tenants the files close at once: what it refuses must not
        happen tenant by tenant.

        Such a tenant counts as failed: a ring whose tenants did not get the change has not tried it. The
        stack of such a cell runs no release, so it is never part of a rollback.

        Raises:
            Failed: the cell's stack is part of this rollout and was not updated.
        """
        above = stack.cells_stack
        if stack.tenant and self.journal.read().states.get(above, "updated") != "updated":
            raise Failed(f"its cell's stack {above} failed")

    def _began(self, stack: FleetStack, process: "subprocess.Popen[str]") -> None:
        self._running[stack.name] = process
        self._write("updating", stack=stack.name, **running(process.pid))
        if self._stopped.is_set():
            self._interrupt()

    def _admitted(self, stack: FleetStack, calls: Mapping[str, int]) -> float:
        """Seconds to wait until the account's control plane has room."""
        with self._lock:
            bucket = self._buckets.setdefault((stack.account, stack.region), Bucket())
            moment = time.monotonic()
            return bucket.admitted(calls, moment) - moment

    def _to_stop(self, ring: Sequence[str]) -> bool:
        return (
            self._stopped.is_set()
            or bool(self.journal.read().stop)
            or too_many_failed(len(self._failed(ring)), len(ring), self.rings.failing_percent)
        )

    def _failed(self, names: Sequence[str]) -> list[str]:
        """In this run: those of an earlier one are tried again."""
        there = self.journal.read()
        return [name for name in names if there.states[name] == "failed" and name in there.tried]

    def _pass(self, ring: Ring, names: Sequence[str]) -> None:
        there = self.journal.read()
        if ring.gate is not None or ring.soak_minutes:
            since = there.soaking.get(ring.name)
            if since is None:
                since = now()
                self._write("soaking", ring=ring.name, minutes=ring.soak_minutes)
            until = since + timedelta(minutes=ring.soak_minutes)
            while now() < until and not self.journal.read().stop:
                if self._stopped.wait(_POLL):
                    return
        if self.journal.read().stop:
            return
        began = there.updating.get(ring.name, now())  # by the default none of its stacks was begun
        updated = [self.stacks[name] for name in names if there.states[name] == "updated"]
        condemned = True
        try:
            found = self.judge(ring.gate, updated, began) if ring.gate is not None else []
        except Failed as unknown:
            found, condemned = [f"it cannot be checked: {unknown}"], False
        if found:
            why = f"the gate of ring {ring.name} fails: {'; '.join(found)}"
            self._write("halt", why=why, condemned=condemned)
        else:
            self._write("passed", ring=ring.name)

    def _take(self) -> None:
        try:
            for lock in self.locks:
                lock.take()
        except Failed:
            self._give()
            raise
        self._beats.begin()

    def _give(self) -> None:
        """Those that this process holds; one whose store fails is free when it has been silent for long."""
        self._beats.end()
        for lock in self.locks:
            with suppress(Failed):
                lock.give()

    @cached_property
    def _beats(self) -> Beats:
        return Beats(self.locks, self._lose)

    def _lose(self, why: Failed) -> None:
        """Somebody else may be at the stacks now, or soon: end as on `stop`."""
        self._lost = self._lost or why
        if not self._stopped.is_set():  # at a second interrupt the engine ends at once
            self.stop()

    def stop(self) -> None:
        """Begin nothing else, and interrupt what runs: the engine records how far it came.

        Not for a handler of signals itself, which may have interrupted a thread that holds a lock.
        """
        self._forced = self._stopped.is_set()  # the engine ends at once then
        self._stopped.set()
        self._interrupt()

    def _interrupt(self) -> None:
        for process in list(self._running.values()):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)

    def _write(self, kind: str, **details: object) -> None:
        self.journal.write(kind, self.runner, **details)


def changed(stacks: Iterable[str], rollout: str) -> str:
    """Why that rollout does not update these, and what to do."""
    return (
        f"{', '.join(stacks)}: files, settings or code have changed since rollout {rollout} began; "
        "check out the earlier ones, or start another with today's by `tenantry fleet up`, which also "
        "mends what this one left"
    )


def _rings_of(stacks: Mapping[str, FleetStack], rings: RingsFile) -> dict[str, str]:
    """A cell's stack goes with the first of its tenants': they cannot go before it."""
    order = [*(ring.name for ring in rings.rings), REST]
    found = {name: each.ring for name, each in stacks.items()}
    for each in stacks.values():
        above = each.cells_stack
        if above in found and order.index(each.ring) < order.index(found[above]):
            found[above] = each.ring
    return found
