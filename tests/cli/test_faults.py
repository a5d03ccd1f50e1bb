"""The environment's faults end in one sentence and an exit code, and take back no part of what was done."""

import os
import resource
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import SECONDS, TENANTS, Command

FULL = Path("/dev/full")
no_full_device = pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path / "state", shutil.copytree(TENANTS, tmp_path / "tenants"))


def ran(command: Command, line: str, **options: Any) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **command.environment, **options.pop("variables", {})}
    without: tuple[str, ...] = options.pop("without", ())
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.run(
        command._line((*line.split(), "--tenants", str(command.tenants))),
        cwd=command.root,
        env={name: value for name, value in environment.items() if name not in without},
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=SECONDS,
        check=False,
        **streams,
    )


def keys(command: Command) -> str:
    return (command.tenants / "demo" / "acme.yaml").read_text()


def on_a_full_disk() -> None:
    """Every write to a file fails; Python ignores the signal."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.mark.parametrize("line", ["new initech --cell demo --tier bronze", "keys add acme", "up --port 0"])
def test_a_full_disk_is_said_in_a_sentence_and_leaves_the_files_as_they_were(
    command: Command, line: str
) -> None:
    before = {path: path.read_bytes() for path in command.tenants.rglob("*.yaml")}
    done = ran(command, line, preexec_fn=on_a_full_disk)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "run it again" in done.stderr or "nothing was changed" in done.stderr
    assert {path: path.read_bytes() for path in command.tenants.rglob("*.yaml")} == before
    assert command.processes() == []


@no_full_device
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_what_cannot_be_printed_stops_nothing_and_is_said_at_the_end(
    command: Command, unbuffered: str
) -> None:
    with FULL.open("w") as full:
        done = ran(command, "keys add acme new", stdout=full, variables={"PYTHONUNBUFFERED": unbuffered})
    assert done.returncode == 1
    assert done.stderr == (
        "the output could not be printed: No space left on device; what the command did stays\n"
    )
    assert "api_keys: [web, new]" in keys(command)


@no_full_device
@pytest.mark.parametrize(("line", "code"), [("keys add acme new", 0), ("keys list nobody", 2)])
def test_a_full_disk_below_stderr_changes_no_exit_code(command: Command, line: str, code: int) -> None:
    (command.tenants / "demo" / "globex.yaml").write_text("a: warning\n")
    with FULL.open("w") as full:
        assert ran(command, line, stderr=full).returncode == code


def test_a_pipe_that_nobody_reads_ends_a_command_without_a_word(command: Command) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = ran(command, "keys add acme new", stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
    assert "api_keys: [web, new]" in keys(command)


def closed() -> None:
    os.close(1)
    os.close(2)


@pytest.mark.parametrize("option", ["", " --json"])
def test_closed_streams_are_no_fault(command: Command, option: str) -> None:
    done = ran(command, f"keys add acme new{option}", preexec_fn=closed)
    assert done.returncode == 0
    assert "api_keys: [web, new]" in keys(command)


@pytest.mark.parametrize("line", ["keys list acme", "openapi"])
def test_neither_a_home_nor_a_terminal_is_needed(command: Command, line: str) -> None:
    done = ran(command, line, without=("HOME", "TERM", "USER", "LOGNAME"))
    assert (done.returncode, done.stderr) == (0, "")
