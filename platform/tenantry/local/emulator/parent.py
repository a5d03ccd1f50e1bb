"""Run the emulator as a child process that never outlives its purpose.

The parent binds the ports, so that a taken one is known before anything starts, and holds the child's stdin:
should the parent be killed, the child ends itself. A detached emulator is found again by its record.
"""

import http.client
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tenantry.errors import Failed
from tenantry.local import clients, issuer, receiver
from tenantry.local.emulator import processes
from tenantry.local.emulator.child import HOST, spawn
from tenantry.local.emulator.server import DETACH

READY_SECONDS = 30.0  # measured: under one second; a loaded machine gets its time
STOP_SECONDS = 5.0
LOG_LINES = 20


# By the emulator's address: variables that its functions get besides their own.
Environment = Callable[[str], Mapping[str, str]]


class EmulatorError(Failed):
    """The emulator could not do what was asked of it; the message says what to do."""


class PortTaken(EmulatorError):
    """Another process listens on the port."""


class DirectoryInUse(EmulatorError):
    """The directory holds something that the emulator did not make."""


class StartFailed(EmulatorError):
    """The child ended, or was not ready in time; the message ends with its last log lines."""


@dataclass(frozen=True, slots=True)
class RunningEmulator:
    """What another process needs to find a running emulator, and to be its administrator.

    `started` is in seconds since the epoch.
    """

    pid: int
    port: int
    issuer_port: int
    directory: Path
    started: float
    secret: str = field(repr=False)


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
    ) -> Self:
        """Start one, wait until it answers, and own `directory`: new or empty now, removed at the end.

        Args:
            environment: asked once, before anything runs; it may lead functions to a proxy.
            meanwhile: done once, while the emulator starts.

        Raises:
            PortTaken, DirectoryInUse: nothing was started.
            StartFailed: nothing was left running.
        """
        directory = directory.resolve()
        with _listen(port) as gateway, _listen(None) as keys:
            _make_directories(directory)
            child = None
            try:
                variables = environment(f"http://{HOST}:{gateway.getsockname()[1]}")
                secret = secrets.token_urlsafe(32)
                child = spawn(directory, gateway, keys, variables, secret)
                ports = gateway.getsockname()[1], keys.getsockname()[1]
                gateway.close()  # from here on a dead child refuses connections
                keys.close()
                emulator = cls(RunningEmulator(child.pid, *ports, directory, time.time(), secret), child)
                meanwhile()
                emulator._await_ready()
            except BaseException:  # Ctrl-C too: nothing may stay behind
                if child is not None:
                    processes.end_group(child.pid, directory, grace=0)
                    _reap(child)
                shutil.rmtree(directory, ignore_errors=True)
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

    def stop(self) -> None:
        """End the server and its workers and remove its directory; of a dead one, remove what it left."""
        try:
            processes.end_group(self.record.pid, self.record.directory, STOP_SECONDS)
        except processes.StillRunning as error:
            raise EmulatorError(str(error)) from error
        if self._child is not None:
            _reap(self._child)
        shutil.rmtree(self.record.directory, ignore_errors=True)

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


def _listen(port: int | None) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted connections inherit it
        listening.bind((HOST, port or 0))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise PortTaken(
            f"port {port} on {HOST} cannot be used ({error.strerror}); "
            f"choose another with --port; --port 0 takes a free one"
        ) from error
    return listening


def _make_directories(directory: Path) -> None:
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise DirectoryInUse(f"{directory} is not empty; remove it, or give the emulator another directory")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    for name in ("tmp", "state", "s3", "issuer"):
        (directory / name).mkdir(mode=0o700)


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
