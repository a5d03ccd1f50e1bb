"""Find the emulator's processes among all others, and end them.

A process is the emulator's when it is in the server's process group and its command line names the
emulator's directory: the server has it as an argument, each worker runs a script below it. That holds when
process ids are recycled, and on every system that psutil knows.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

SERVER_MODULE = "tenantry.local.emulator.server"
KILL_SECONDS = 5.0


class StillRunning(RuntimeError):
    """The system did not end a killed process in time."""


def is_server(pid: int, directory: Path) -> bool:
    return any(SERVER_MODULE in line for each, line in _members(pid, directory) if each.pid == pid)


def servers_below(folder: Path) -> Iterator[tuple[int, Path]]:
    """(process id, directory) of every server whose directory lies in the folder."""
    for process in psutil.process_iter():
        try:
            command = process.cmdline()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if SERVER_MODULE in command:
            directory = Path(command[command.index("--directory") + 1])
            if directory.parent == folder:
                yield process.pid, directory


def end_group(pid: int, directory: Path, grace: float) -> None:
    """Ask the server to end, then kill what is left of its group after `grace` seconds.

    Raises:
        StillRunning: a killed process has not gone.
    """
    if grace and is_server(pid, directory):
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(pid).terminate()
        _wait_until_gone(pid, directory, grace)
    for process, _ in _members(pid, directory):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    if not _wait_until_gone(pid, directory, KILL_SECONDS):
        left = ", ".join(str(process.pid) for process, _ in _members(pid, directory))
        raise StillRunning(f"the emulator's processes {left} do not end; look at them with ps")


def _wait_until_gone(pid: int, directory: Path, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while any(_members(pid, directory)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _members(group: int, directory: Path) -> Iterator[tuple[psutil.Process, list[str]]]:
    """With their command lines: whoever read one again could find that the process has ended."""
    for pid in psutil.pids():
        try:
            if os.getpgid(pid) != group:
                continue
            process = psutil.Process(pid)
            line = _command_line(process)
        except (ProcessLookupError, PermissionError, psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # it has just ended, or it is another user's: not ours either way
        if any(Path(part).is_relative_to(directory) for part in line):
            yield process, line


def _command_line(process: psutil.Process) -> list[str]:
    """For a moment a process has none: while it executes its program, and between its end and the zombie.

    Raises:
        psutil.NoSuchProcess: of a zombie too.
    """
    deadline = time.monotonic() + KILL_SECONDS
    while not (command := process.cmdline()) and time.monotonic() < deadline:
        time.sleep(0.001)
    return command
