"""A lock keeps others off a cell for as long as its holder lives, and no longer."""

import json
import os
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
    lock, right = held(store, host="elsewhere"), journals.now
    monkeypatch.setattr(journals, "now", lambda: right() + ahead)
    with pytest.raises(Busy, match="last heard of 0 s ago"):
        lock.take()
    ago(store, SILENT + 1)
    lock.take()
