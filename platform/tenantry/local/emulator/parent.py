"""Run the emulator as a child process that never outlives its purpose.

The parent binds the ports, so that a taken one is known before anything starts, and holds the child's stdin:
should the parent be killed, the child ends itself. A detached emulator is found again by its record. What one
holds goes with it, unless it is to be kept: then the next one of its directory goes on with it.
"""

import http.client
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tenantry.local import clients, issuer, receiver
from tenantry.local.emulator import directories, ports, processes, snapshots
from tenantry.local.emulator.child import HOST, spawn
from tenantry.local.emulator.failures import EmulatorError
from tenantry.local.emulator.server import DETACH, SAVE

READY_SECONDS = 30.0  # measured: under one second; a loaded machine gets its time
STOP_SECONDS = 5.0
SAVE_SECONDS = 30.0  # for a snapshot; measured: a fifth of a second
LOG_LINES = 20


# By the emulator's address: variables that its functions get besides their own.
Environment = Callable[[str], Mapping[str, str]]


class StartFailed(EmulatorError):
    """The child ended, or was not ready in time; the message ends with its last log lines."""


@dataclass(frozen=True, slots=True)
class RunningEmulator:
    """What another process needs to find a running emulator, and to be its administrator.

    `started` is in seconds since the epoch. `kept`: its directory outlasts it, with what it holds.
    """

    pid: int
    port: int
    issuer_port: int
    directory: Path
    started: float
    secret: str = field(repr=False)
    kept: bool = False


class Emulator:
    """A started emulator. As a context manager it stops at the end of the block, unless it was detached."""

    def __init__(self, record: RunningEmulator, child: subprocess.Popen[bytes] | None = None) -> None:
        self.record = record
        self._child = child
        self._detached = child is None

    @classmethod
    def start(
        cls,
        port: int | None,
        directory: Path,
        environment: Environment = lambda _: {},
        meanwhile: Callable[[], None] = lambda: None,
        kept: bool = False,
        earlier: RunningEmulator | None = None,
    ) -> Self:
        """Start one, wait until it answers, and own `directory`: new or empty now, removed at the end.

        Args:
            environment: asked once, before anything runs; it may lead functions to a proxy.
            meanwhile: done once, while the emulator starts.
            kept: go on with what the directory holds, and leave it for the next start.
            earlier: whose administrator's secret it has, and whose issuer's port, unless that is taken.

        Raises:
            PortTaken, DirectoryInUse, KeptByAnotherRelease: nothing was started.
            StartFailed: nothing was left running.
        """
        directory = directory.resolve()
        issuer_port = earlier.issuer_port if earlier else None
        with ports.listening(port) as gateway, ports.listening_if_free(issuer_port) as keys:
            goes_on = kept and snapshots.restored(directory) is not None
            if not goes_on:
                if kept:  # a start that was cut off left it: whoever has the port has the directory
                    directories.remove(directory)
                directories.require_unused(directory)
            child = None
            try:
                if goes_on:
                    directories.empty(directory / "tmp", directory / "issuer")
                else:
                    directories.make(directory)
                variables = environment(f"http://{HOST}:{gateway.getsockname()[1]}")
                secret = earlier.secret if earlier else secrets.token_urlsafe(32)
                child = spawn(directory, gateway, keys, variables, secret, kept)
                taken = gateway.getsockname()[1], keys.getsockname()[1]
                gateway.close()  # from here on a dead child refuses connections
                keys.close()
                record = RunningEmulator(child.pid, *taken, directory, time.time(), secret, kept)
                emulator = cls(record, child)
                meanwhile()
                emulator._await_ready()
            except BaseException:  # Ctrl-C too: nothing may stay behind
                if child is not None:
                    processes.end_group(child.pid, directory, grace=0)
                    _reap(child)
                directories.remove(directory)
                raise
        return emulator

    @classmethod
    def attach(cls, record: RunningEmulator) -> Self:
        """The handle of an emulator that another process started and detached, alive or not."""
        return cls(record)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._detached:
            self.stop()

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.record.port}"

    def root_session(self) -> clients.Session:
        """Of its administrator."""
        return clients.session(self.endpoint, clients.root(self.record.secret))

    @property
    def alive(self) -> bool:
        return processes.is_server(self.record.pid, self.record.directory)

    def issuer_url(self, tenant: str) -> str:
        return issuer.issuer_url(self.record.issuer_port, tenant)

    def webhook_url(self, tenant: str, name: str = "") -> str:
        """Where the local receiver takes, and shows, what is delivered to one of the tenant's receivers.

        None is named for the address that an option holds.
        """
        return receiver.webhook_url(self.record.issuer_port, tenant, self.record.secret, name)

    def publish(self, keys: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Serve these public JWKs, by tenant, and no others at the local issuer."""
        folder = self.record.directory / "issuer"
        for tenant, own in keys.items():
            issuer.publish(folder, tenant, own)
        issuer.withdraw_others(folder, keys)

    def detach(self) -> None:
        """Let it run on after this process; `attach` with the record finds it again.

        Raises:
            EmulatorError: it has ended meanwhile.
        """
        if self._child is not None and self._child.stdin is not None:
            try:
                self._child.stdin.write(f"{DETACH}\n".encode())
                self._child.stdin.close()
            except BrokenPipeError as error:
                raise EmulatorError(
                    f"the emulator has ended; start it again.\n{self._last_log_lines()}"
                ) from error
        self._detached = True

    def forget(self) -> None:
        """Leave what remains of a dead one to whoever ended it: another may have its directory already."""
        if self._child is not None:
            _reap(self._child)
        self._detached = True

    def save(self) -> None:
        """Have it take a snapshot of what it holds, if that is kept, and wait for it.

        Raises:
            EmulatorError: none was made.
        """
        if not self.record.kept:
            return
        before, deadline = snapshots.newest(self.record.directory), time.monotonic() + SAVE_SECONDS
        if self.alive:
            os.kill(self.record.pid, SAVE)
        while snapshots.newest(self.record.directory) == before:
            if not self.alive or time.monotonic() > deadline:
                raise EmulatorError(
                    f"the platform's state could not be kept in {self.record.directory}.\n"
                    f"{self._last_log_lines()}"
                )
            time.sleep(0.02)

    def delete(self) -> None:
        """Stop it, and remove what it kept."""
        self.stop()
        shutil.rmtree(self.record.directory, ignore_errors=True)

    def stop(self) -> None:
        """End the server and its workers and remove its directory, unless it is kept; of a dead one, what it
        left.
        """
        grace = SAVE_SECONDS if self.record.kept else STOP_SECONDS
        try:
            processes.end_group(self.record.pid, self.record.directory, grace)
        except processes.StillRunning as error:
            raise EmulatorError(str(error)) from error
        if self._child is not None:
            _reap(self._child)
        directories.remove(self.record.directory)

    def _await_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(self.record.port):
            if self._child is not None and self._child.poll() is not None:
                raise StartFailed(f"the emulator ended while it started.\n{self._last_log_lines()}")
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"the emulator was not ready after {READY_SECONDS:.0f} s; "
                    f"try again when the machine is less busy.\n{self._last_log_lines()}"
                )
            time.sleep(0.02)

    def _last_log_lines(self) -> str:
        log = (self.record.directory / "emulator.log").read_text(errors="replace").splitlines()
        return "\n".join(["Its last log lines:", *log[-LOG_LINES:]]) if log else "It wrote no log."


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/_ministack/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _reap(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        child.stdin.close()
    child.wait()
