"""Keep what the emulator of this process holds: a snapshot now and then, and each write to a table at once.

A write is in the journal before its request is answered, so that no kill loses an item that was acknowledged.
Everything else (secrets that operators set, messages in queues, logs, metrics, counts) comes from the newest
snapshot: at most `SECONDS` older, unless an update was under way. While one is, none is taken, since
inventory and services would not agree.
"""

import asyncio
import fcntl
import json
import logging
import os
import threading
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from tenantry.local.emulator import snapshots
from tenantry.local.emulator.repairs.gateway import deployments, usage
from tenantry.local.emulator.repairs.metrics import alarm_contributors
from tenantry.local.emulator.repairs.storage import saved_queries
from tenantry.local.engine.inventory import LOCK

SECONDS = 5.0  # between snapshots, while the platform is asked anything
ATTEMPTS = 20  # a service's state may change under the copy: workers have threads of their own
BLOBS = "code"
# What repairs know beside the services' own state, by the name of its file.
REPAIRS = {
    "alarm_contributors": alarm_contributors,
    "deployments": deployments,
    "saved_queries": saved_queries,
    "usage": usage,
}

_pending: ContextVar[list[str] | None] = ContextVar("pending", default=None)
_log = logging.getLogger(__name__)


class Incomplete(RuntimeError):
    """A service's state could not be written or read."""


class Keeper:
    """Of one directory. To be made before the emulator serves: it restores what the directory holds."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._number = snapshots.newest(directory) or 0
        self._restorable = self._number > 0
        self._asked = False
        self._writing = threading.Lock()
        snapshots.folder(directory).mkdir(mode=0o700, exist_ok=True)
        self._journal = self._opened(self._number)
        self._take_over()
        self._follow_writes()

    def watched(self, app: Any) -> Any:
        """The application, with a note of whether anything was asked since the last snapshot."""

        async def noted(scope: Any, receive: Any, send: Any) -> None:
            self._asked = True
            await app(scope, receive, send)

        return noted

    async def run(self) -> None:
        """Take a snapshot whenever something may have changed, until cancelled."""
        while True:
            await asyncio.sleep(SECONDS)
            if self._restorable and self._asked:
                with (self._directory / LOCK).open("w") as lock:
                    try:
                        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        continue  # an update is under way
                    self.save()

    def save_last(self) -> None:
        """At an orderly end; before the first deployment has ended there is nothing worth keeping."""
        if self._restorable:
            self.save()

    def save(self) -> None:
        """Take a snapshot; one that fails leaves the one before in force, and says so in the log."""
        self._asked = False
        try:
            self._save()
            self._restorable = True
        except (OSError, Incomplete):
            _log.exception("the platform's state could not be kept")

    def _save(self) -> None:
        from ministack import app
        from ministack.core import persistence

        number = self._number + 1
        part = snapshots.begun(self._directory, number)
        with self._writing:
            earlier, self._journal = self._journal, self._opened(number)
            os.close(earlier)
            self._number = number
        persistence.STATE_DIR = str(part)
        for service, get_state in app._build_persistence_save_dict().items():
            state = _state(service, get_state)
            if state is None:  # it never came to life
                continue
            persistence.save_state(service, state)
            if not (part / f"{service}.json").exists():  # it logs why, and goes on
                raise Incomplete(service)
        for name, repair in REPAIRS.items():
            (part / name).write_text(json.dumps(_state(name, repair.kept)))
        snapshots.complete(part)
        self._prune(self._code)

    def _opened(self, number: int) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return os.open(snapshots.journal(self._directory, number), flags, 0o600)

    def _write(self, lines: str) -> None:
        with self._writing:
            os.write(self._journal, lines.encode())

    def _take_over(self) -> None:
        """The emulator would restore what it can read and begin the rest anew, without a word."""
        from ministack import app
        from ministack.core import persistence
        from ministack.services import lambda_svc

        persistence.PERSIST_STATE = app.PERSIST_STATE = True
        lambda_svc.CODE_BLOB_DIR = str(snapshots.folder(self._directory) / BLOBS)
        self._prune, self._code = lambda_svc._prune_orphan_code_blobs, set[str]()

        def note(referenced: set[str]) -> None:
            self._code = referenced  # until this snapshot is complete, the one before may need more

        lambda_svc._prune_orphan_code_blobs = note
        app._load_persisted_state = self._restore
        app.save_all = lambda _services: None

    def _restore(self) -> None:
        if not self._restorable:
            return
        from ministack import app
        from ministack.core import persistence

        snapshot = snapshots.folder(self._directory) / str(self._number)
        persistence.STATE_DIR = str(snapshot)
        for service, module in app._state_map.items():
            if (snapshot / f"{service}.json").exists():
                state = persistence.load_state(service)
                if state is None:
                    raise Incomplete(service)
                app._get_module(module).load_persisted_state(state)
        for name, repair in REPAIRS.items():
            if (snapshot / name).exists():  # not every repair has always known something to keep
                repair.restore(json.loads((snapshot / name).read_text()))
        for line in snapshots.writes(self._directory, self._number):
            _write_again(*json.loads(line))

    def _follow_writes(self) -> None:
        """The lines of one request are written at once, as a transaction is one."""
        from ministack.services import dynamodb

        emit, handle = dynamodb._emit_stream_event, dynamodb.handle_request

        def emit_and_note(table: str, event: str, old: Any, new: Any, replicate: bool = True) -> Any:
            line, pending = json.dumps([table, old, new]) + "\n", _pending.get()
            if pending is None:
                self._write(line)
            else:
                pending.append(line)
            return emit(table, event, old, new, replicate)

        async def handle_and_write(*request: Any) -> Any:
            lines: list[str] = []
            token = _pending.set(lines)
            try:
                return await handle(*request)
            finally:
                _pending.reset(token)
                if lines:
                    self._write("".join(lines))

        dynamodb._emit_stream_event, dynamodb.handle_request = emit_and_note, handle_and_write


def _state(service: str, get_state: Callable[[], Any]) -> Any:
    for _ in range(ATTEMPTS):
        try:
            return get_state()
        except RuntimeError:  # a dictionary changed its size while it was copied
            continue
    raise Incomplete(service)


def _write_again(table_name: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
    from ministack.services import dynamodb

    table, item = dynamodb._tables.get(table_name), new or old
    if table is None or item is None:  # of an update that never ended
        return
    key = dynamodb._extract_key_val(item.get(table["pk_name"]))
    sort = dynamodb._extract_key_val(item.get(table["sk_name"])) if table["sk_name"] else "__no_sort__"
    if new is None:
        dynamodb._remove_item(table, key, sort)
    else:
        dynamodb._set_item(table, key, sort, new)
