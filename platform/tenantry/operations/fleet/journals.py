"""Keep a journal of a rollout beside the state, so that another process, on another machine, can continue it.

A journal grows by whole lines, each written only onto what its writer has read. A cell is locked by a file
that says who holds it and when that process was last heard of.
"""

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tenantry.errors import Failed
from tenantry.operations.stores import Store
from tenantry.rollout.progress import Event, Progress, events, progress

_JOURNALS, _LOCKS = "fleet/rollouts", "fleet/locks"
FLEET = "_fleet"  # in place of a cell, whose name has no underscore
SILENT = 180  # seconds without a word after which a holder is taken for dead


class Busy(Failed):
    """Another process rolls out to one of the cells."""


class Overtaken(Failed):
    """Another process has continued this rollout."""


def now() -> datetime:
    return datetime.now(UTC)


def myself() -> dict[str, Any]:
    return running(os.getpid())


def running(pid: int) -> dict[str, Any]:
    """A process of this machine, so that `alive` does not mistake another one for it."""
    host = socket.gethostname()
    return {"host": host, "machine": machine(), "pid": pid, "started": _state_and_start(pid)[1]}


def machine() -> str:
    """Where pids are counted: a boot and a namespace, because containers and machines may share a name, which
    has to do where there is no /proc.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return socket.gethostname()


def alive(process: Event) -> bool:
    """Whether that process still runs; of another machine's nobody here knows, so it does not count."""
    if process.get("machine") != machine():
        return False
    try:
        os.kill(process["pid"], 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is another user's
    state, started = _state_and_start(process["pid"])
    return state != "Z" and started in ("", process["started"])


def _state_and_start(pid: int) -> tuple[str, str]:
    """Z is a process that has ended, and only waits for its parent to notice; the start tells it from an
    earlier one of the same pid. Both are empty where there is no /proc to read them in.
    """
    try:
        fields = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", ""
    return fields[0], fields[19]  # proc_pid_stat(5) counts them from 3


@dataclass
class Journal:
    """Of one rollout. `heard` gets each event that this process writes."""

    store: Store
    id: str
    heard: Callable[[Event], None] = lambda _: None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def _name(self) -> str:
        return f"{_JOURNALS}/{self.id}.jsonl"

    def read(self) -> Progress:
        return progress(self.events())

    def events(self) -> list[Event]:
        return events(self.store.read(self._name))

    def write(self, kind: str, runner: str = "", **details: Any) -> None:
        """
        Args:
            runner: who writes; empty for whoever does not run it, as `halt` does.

        Raises:
            Overtaken: the runner is not the last that began or resumed it.
        """
        event = {"at": now().isoformat(), "event": kind, **details}
        line = json.dumps(event).encode() + b"\n"
        with self._lock:
            while True:
                seen = self.store.read(self._name)
                if runner and kind != "resumed" and seen and progress(events(seen)).runner != runner:
                    raise Overtaken(f"rollout {self.id} was resumed by another process; this one ends")
                if self.store.swap(self._name, seen, seen + line):
                    break
            self.heard(event)


def latest(store: Store) -> Journal | None:
    return next(latest_first(store), None)


def latest_first(store: Store) -> Iterator[Journal]:
    """All, by their names, which begin with the time."""
    for name in reversed(store.names(_JOURNALS)):
        yield Journal(store, name.rpartition("/")[2].removesuffix(".jsonl"))


@dataclass(frozen=True, slots=True)
class Lock:
    """On one cell, or on the fleet. A write whose answer was lost may have arrived: what is there decides."""

    store: Store
    cell: str
    rollout: str
    runner: str

    def take(self) -> None:
        """From nobody, or from a holder that is dead or has been silent for long.

        Raises:
            Busy: somebody else holds it.
        """
        mine = self._mine()
        while (seen := self.store.read(self._name)) != mine:
            self._require_free(seen)
            if self.store.swap(self._name, seen, mine):
                return

    def require_free(self) -> None:
        """Raises Busy where `take` would."""
        self._require_free(self.store.read(self._name))

    def _require_free(self, seen: bytes) -> None:
        holder = json.loads(seen or b"{}")
        if holder and not self._silent(holder):
            raise Busy(self._held(holder))

    def beat(self) -> None:
        """Raises Overtaken."""
        mine = self._mine()
        while (seen := self.store.read(self._name)) != mine:
            if not self._holds(seen):
                raise Overtaken(f"the lock of {self.what} was taken over by another process; this one ends")
            if self.store.swap(self._name, seen, mine):
                return

    def give(self) -> None:
        """If this process holds it."""
        while self._holds(seen := self.store.read(self._name)):
            if self.store.swap(self._name, seen, b""):
                return

    def _holds(self, seen: bytes) -> bool:
        return bool(json.loads(seen or b"{}").get("runner") == self.runner)

    @property
    def what(self) -> str:
        return "the fleet" if self.cell == FLEET else f"cell {self.cell}"

    @property
    def _name(self) -> str:
        return f"{_LOCKS}/{self.cell}.json"

    def _mine(self) -> bytes:
        held = {"rollout": self.rollout, "runner": self.runner, "at": now().isoformat(), **myself()}
        return json.dumps(held).encode()

    def _silent(self, holder: Event) -> bool:
        if holder.get("machine") == machine():
            return not alive(holder)
        return self.store.age(self._name) > SILENT

    def _held(self, holder: Event) -> str:
        ago = round(self.store.age(self._name))
        return (
            f"{self.what} is held by rollout {holder['rollout']}, process {holder['pid']} on "
            f"{holder['host']}, last heard of {ago} s ago; wait for it, or ask it to `tenantry fleet "
            f"halt`. If that process is dead, the lock is free {SILENT} s after it was last heard of"
        )
