"""The command `tenantry` as a process of its own, with a state of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

ROOT = Path(__file__).parents[2]
TENANTS = ROOT / "tests" / "fixtures" / "tenants"  # the product's own; those in `tenants` are the operator's
SECONDS = 300  # for one command: a platform is up in ten, but in a minute or two where much else runs


@dataclass(frozen=True)
class Command:
    """Commands on the platforms whose state is below `home`, and on no other; of the project below `root`."""

    home: Path
    tenants: Path = TENANTS
    root: Path = ROOT

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._line(arguments),
            cwd=self.root,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    @property
    def environment(self) -> dict[str, str]:
        """What differs from this process's own; it works whether the package is installed or not.

        The proxy answers nobody: what is on this machine must be reached without one.
        """
        return {
            "PYTHONPATH": os.pathsep.join(str(self.root / each) for each in ("platform", "functions")),
            "TENANTRY_STATE": str(self.home),
            "COLUMNS": "120",
            "http_proxy": "http://127.0.0.1:9",
        }

    def up(self, *arguments: str) -> None:
        """Bring one up, detached."""
        done = self("up", "--detach", "--tenants", str(self.tenants), *arguments)
        assert done.returncode == 0, done.stderr

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """A command that runs during the block and is killed after it, if it has not ended."""
        handler = signal.getsignal(signal.SIGINT)
        if handler == signal.SIG_IGN:  # as in a shell's background job; a child would inherit the deafness
            signal.signal(signal.SIGINT, signal.default_int_handler)
        with subprocess.Popen(
            self._line(arguments),
            cwd=self.root,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            signal.signal(signal.SIGINT, handler)
            try:
                yield process
            finally:
                process.kill()

    def processes(self) -> list[psutil.Process]:
        """All that run for a platform of this home: their command lines name it."""
        found = []
        for process in psutil.process_iter():
            try:
                if any(part.startswith(str(self.home)) for part in process.cmdline()):
                    found.append(process)
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue
        return found

    def remains(self) -> list[str]:
        """Processes and files that are still there; empty after a clean end.

        Without the API keys' values, which are there for the next start, and the record of what was done.
        """
        # os.walk passes over what goes while it looks; rglob would raise.
        files = [str(Path(at, name)) for at, dirs, names in os.walk(self.home) for name in (*dirs, *names)]
        kept = [str(self.home / each) for each in ("api-keys", "audit")]
        files = [each for each in files if each not in kept and not each.startswith(f"{kept[1]}/")]
        return [str(process) for process in self.processes()] + files

    def _line(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "tenantry.cli", *arguments]


class Run(Protocol):
    """Run a command in this process, which is soon done: exit code, stdout and stderr."""

    def __call__(self, command: Command, *arguments: str) -> tuple[int, str, str]: ...


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def was_interrupted(code: int) -> bool:
    """As a shell says it. If Ctrl-C comes into the `exec` of a string, of which each dataclass has one,
    `python -m` ends by SIGINT, whatever its code exits with; the installed command does not.
    """
    return code in (130, -signal.SIGINT)


def eventually(holds: Callable[[], object], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
