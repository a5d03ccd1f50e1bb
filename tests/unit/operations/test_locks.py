"""A lock keeps others off a cell for as long as its holder lives, and no longer."""

import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tenantry.operations.fleet import journals
from tenantry.operations.fleet.journals import SILENT, Busy, Lock
from tenantry.operations.stores import Folder

NAME = "fleet/locks/aa.json"


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def held(store: Folder, **holder: object) -> Lock:
    """By another process, of which this is known besides; returns the lock of who would take it."""
    Lock(store, "aa", "1", "first").take()
    there = json.loads(store.read(NAME))
    store.swap(NAME, store.read(NAME), json.dumps({**there, **holder}).encode())
    return Lock(store, "aa", "2", "second")


def ago(store: Folder, seconds: float) -> None:
    """The lock was last written so long ago."""
    moment = (store.root / NAME).stat().st_mtime - seconds
    os.utime(store.root / NAME, (moment, moment))


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1)])
def test_whose_clock_is_wrong_matters_to_no_lock(
    store: Folder, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    lock, right = held(store, machine="elsewhere"), journals.now
    monkeypatch.setattr(journals, "now", lambda: right() + ahead)
    with pytest.raises(Busy, match="last heard of 0 s ago"):
        lock.take()
    ago(store, SILENT + 1)
    lock.take()


def dead() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        return process.pid


def test_the_lock_of_a_dead_process_of_this_machine_is_free_at_once(store: Folder) -> None:
    held(store, pid=dead()).take()


def test_a_process_of_this_machine_holds_it_however_long_it_is_silent(store: Folder) -> None:
    lock = held(store)
    ago(store, SILENT + 1)
    with pytest.raises(Busy):
        lock.take()


def test_another_machine_of_the_same_name_counts_its_own_processes(store: Folder) -> None:
    lock = held(store, machine="another boot", pid=dead())
    with pytest.raises(Busy):
        lock.take()
    ago(store, SILENT + 1)
    lock.take()


def test_another_process_with_the_pid_of_a_dead_one_holds_nothing(store: Folder) -> None:
    held(store, started="1").take()


def test_without_proc_a_machine_goes_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: Path) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert journals.machine() == socket.gethostname()
    assert journals.alive(journals.myself())
    assert not journals.alive({**journals.myself(), "pid": dead()})


class Lossy(Folder):
    """Each write arrives, and its answer is lost; the next attempt finds the content changed."""

    def swap(self, name: str, seen: bytes, new: bytes) -> bool:
        super().swap(name, seen, new)
        return False


def test_a_write_whose_answer_is_lost_has_arrived(tmp_path: Path) -> None:
    store = Lossy(tmp_path)
    lock = Lock(store, "aa", "1", "first")
    lock.take()
    taken = store.read(NAME)
    lock.beat()
    assert store.read(NAME) not in (b"", taken)
    lock.give()
    assert store.read(NAME) == b""


def test_a_lock_is_given_back_though_a_beat_comes_between(store: Folder) -> None:
    lock, swap = Lock(store, "aa", "1", "first"), Folder.swap
    lock.take()

    class Beaten(Folder):
        def swap(self, name: str, seen: bytes, new: bytes) -> bool:
            if self.read(NAME) == taken:
                lock.beat()
            return swap(self, name, seen, new)

    taken = store.read(NAME)
    Lock(Beaten(store.root), "aa", "1", "first").give()
    assert store.read(NAME) == b""
