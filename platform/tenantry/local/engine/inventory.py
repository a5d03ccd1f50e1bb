"""Remember every resource that was made, in a journal that is true after each step, however the process ends.

It is a file of JSON lines in the emulator's own directory. Each call to AWS is announced before it (`begun`)
and confirmed after it (`made`, `removed`), so that a reader knows of each resource that it is there, or that
nobody knows. It holds secrets (API keys' values, private keys): directory 0700, file 0600, and it goes with
the emulator, or is kept with what that holds.
"""

import fcntl
import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import IO, Any

from tenantry.errors import Failed

JOURNAL, LOCK = "resources.jsonl", "resources.lock"


class UpdateUnderWay(Failed):
    """Another process changes the same platform."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource, as the engine would record it.

    Attributes:
        owner: the tenant, or empty for what the cell's tenants share.
        inputs: comparable ones: an asset is its digest.
        retained: it stays when the program no longer declares it.
        unsure: a call on it was cut off, so that it may differ from what is said here.
    """

    urn: str
    type: str
    name: str
    owner: str
    inputs: dict[str, Any]
    id: str = ""
    outputs: dict[str, Any] = field(default_factory=dict)
    retained: bool = False
    unsure: bool = False


@dataclass
class Inventory:
    """What is declared, what is `left` behind by it, and what was `begun` and never confirmed."""

    file: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    left: list[Entry] = field(default_factory=list)
    begun: dict[str, Entry] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, entry: Entry) -> None:
        """Say what is about to be made, changed or removed: for something new, what it is to be."""
        self._write("begun", entry)

    def made(self, entry: Entry, replaces: bool = False) -> None:
        """It is there as `entry` says; what it replaces, if anything, is left behind."""
        self._write("replaced" if replaces else "made", entry)

    def leave(self, entry: Entry) -> None:
        """It is there, and nothing that is declared."""
        self._write("left", entry)

    def removed(self, entry: Entry) -> None:
        self._write("removed", entry)

    def compact(self, order: Iterable[str] = ()) -> None:
        """Write the journal anew, without its history.

        Args:
            order: URNs, each after those that it needs; others keep their place before them.
        """
        with self._lock:
            for urn in order:
                self.entries[urn] = self.entries.pop(urn)
            said = [("left", each) for each in self.left]
            said += [("made", each) for each in self.entries.values()]
            said += [("begun", each) for each in self.begun.values()]
            part = self.file.with_suffix(".part")
            with _private(part, os.O_TRUNC) as new:
                new.writelines(_line(word, entry) for word, entry in said)
            part.replace(self.file)

    def _write(self, word: str, entry: Entry) -> None:
        with self._lock:
            with _private(self.file, os.O_APPEND) as journal:
                journal.write(_line(word, entry))
            self._apply(word, entry)

    def _apply(self, word: str, entry: Entry) -> None:
        if word == "begun":
            self.begun[entry.urn] = entry
            return
        self.begun.pop(entry.urn, None)
        self.left = [each for each in self.left if (each.urn, each.id) != (entry.urn, entry.id)]
        current = self.entries.get(entry.urn)
        if word == "replaced" and current is not None:
            self.left.append(current)
        if word == "left":
            self.left.append(entry)
        if word in ("made", "replaced"):
            self.entries[entry.urn] = entry
        elif current is not None and current.id == entry.id:
            del self.entries[entry.urn]


@contextmanager
def opened(directory: Path) -> Iterator[Inventory]:
    """The inventory in `directory`, for this process alone; empty if there is none.

    Raises:
        UpdateUnderWay: another process has it.
    """
    with looked_into(directory) as inventory:
        inventory.compact()
        yield inventory


@contextmanager
def looked_into(directory: Path) -> Iterator[Inventory]:
    """The same, to read alone: its journal stays as it is."""
    with _private(directory / LOCK, os.O_TRUNC) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UpdateUnderWay("another update of this platform is under way; wait for it to end") from None
        inventory = Inventory(directory / JOURNAL)
        for word, entry in _read(inventory.file):
            inventory._apply(word, entry)
        yield inventory


def exists(directory: Path) -> bool:
    return (directory / JOURNAL).exists()


def unsure(entry: Entry) -> Entry:
    return replace(entry, unsure=True)


def _read(file: Path) -> Iterator[tuple[str, Entry]]:
    """Every line but a last one that was cut off; what it would have confirmed stays begun."""
    for line in file.read_text().splitlines(keepends=True) if file.exists() else []:
        if line.endswith("\n"):
            word, stored = json.loads(line)
            yield word, Entry(**stored)


def _line(word: str, entry: Entry) -> str:
    """Without `asdict`, which copies all that an entry holds: nine tenths of the time that lines take."""
    return json.dumps([word, {field.name: getattr(entry, field.name) for field in fields(entry)}]) + "\n"


def _private(file: Path, flags: int) -> IO[str]:
    """Open for writing what its owner alone may read."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | flags, 0o600), "w")
