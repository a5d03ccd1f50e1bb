"""A started emulator is ready, private and alone; however it ends, nothing of it stays."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from tenantry.local.clients import Session, root, session
from tenantry.local.emulator import parent as emulator
from tenantry.local.emulator import processes, repairs
from tenantry.local.emulator.directories import DirectoryInUse
from tenantry.local.emulator.failures import EmulatorError
from tenantry.local.emulator.parent import Emulator, StartFailed
from tenantry.local.emulator.ports import PortTaken
from tests.local.cloud import ECHO, Api, make_function, make_role

SLEEPER = """
    import time
    def handle(event, context):
        time.sleep(60)
"""


@pytest.fixture
def running(scratch: Path) -> Iterator[Emulator]:
    with Emulator.start(None, scratch) as started:
        yield started


def group(pid: int) -> list[int]:
    """The living processes of a process group."""
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            if os.getpgid(process.pid) == pid and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
        except ProcessLookupError:
            continue
    return found


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def with_busy_worker(root: Session, pid: int) -> None:
    """Return while a function of the emulator is in the middle of a long run."""
    make_function(root, "sleeper", SLEEPER, make_role(root, "sleeper"), Timeout=90)
    root.client("lambda").invoke(FunctionName="sleeper", InvocationType="Event")
    assert eventually(lambda: len(group(pid)) == 2)
    time.sleep(0.5)  # the worker imports, then sleeps


def test_its_directory_is_private_and_removed(scratch: Path) -> None:
    with Emulator.start(None, scratch) as started:
        assert {path.stat().st_mode & 0o777 for path in (scratch, *scratch.iterdir()) if path.is_dir()} == {
            0o700
        }
        assert started.alive
    assert not started.alive
    assert not scratch.exists()


def test_it_listens_on_loopback_alone(running: Emulator) -> None:
    server = psutil.Process(running.record.pid)
    listening = {tuple(c.laddr) for c in server.net_connections() if c.status == psutil.CONN_LISTEN}
    assert listening == {("127.0.0.1", running.record.port), ("127.0.0.1", running.record.issuer_port)}


def test_functions_see_nothing_of_the_callers_environment(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPERATORS_SECRET", "x")
    monkeypatch.setenv("PYTHONSTARTUP", "x")
    with Emulator.start(None, scratch) as started:
        cloud = started.root_session()
        make_function(cloud, "echo", ECHO, make_role(cloud, "echo"))
        api = Api.make(cloud, authorized=False)
        api.add_stage("acme", items_function="echo")
        seen = api.get("acme")[1]["environment"]
    assert not {"OPERATORS_SECRET", "PYTHONSTARTUP", "PYTHONPATH"} & seen.keys()


def test_a_taken_port_is_refused_and_nothing_starts(scratch: Path) -> None:
    with socket.create_server((emulator.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} .* choose another"):
            Emulator.start(port, scratch)
    assert not scratch.exists()


def test_a_freed_port_can_be_taken_again_at_once(scratch: Path) -> None:
    with Emulator.start(None, scratch) as first:
        first.root_session().client("sts").get_caller_identity()
    with Emulator.start(first.record.port, scratch) as second:
        assert second.record.port == first.record.port


def test_a_directory_in_use_is_left_alone(scratch: Path) -> None:
    scratch.mkdir()
    (scratch / "thesis.txt").write_text("mine")
    with pytest.raises(DirectoryInUse, match="not empty"):
        Emulator.start(None, scratch)
    assert [path.name for path in scratch.iterdir()] == ["thesis.txt"]


def test_a_child_that_dies_shows_its_last_log_lines(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "SERVER_MODULE", "tenantry.local.no_such_module")
    with pytest.raises(StartFailed, match=r"No module named tenantry\.local\.no_such_module"):
        Emulator.start(None, scratch)
    assert not scratch.exists()


def test_an_interrupted_start_leaves_nothing(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a child that hangs, which no closed pipe would end."""
    started: list[int] = []
    spawn = emulator.spawn

    def spawn_seen(*args: Any) -> subprocess.Popen[bytes]:
        child = spawn(*args)
        started.append(child.pid)
        return child

    def interrupt(_port: int) -> bool:
        os.kill(started[0], signal.SIGSTOP)
        raise KeyboardInterrupt

    monkeypatch.setattr(emulator, "spawn", spawn_seen)
    monkeypatch.setattr(emulator, "_answers", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Emulator.start(None, scratch)
    assert not psutil.pid_exists(started[0])
    assert not scratch.exists()


def test_a_start_that_is_interrupted_while_it_makes_its_directory_leaves_none(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mkdir = Path.mkdir

    def interrupted(folder: Path, *args: Any, **options: Any) -> None:
        mkdir(folder, *args, **options)
        if folder.parent == scratch:
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Emulator.start(None, scratch)
    assert not scratch.exists()


def test_the_terminals_interrupt_does_not_reach_it(running: Emulator) -> None:
    assert os.getpgid(running.record.pid) != os.getpgrp()
    assert os.getsid(running.record.pid) != os.getsid(0)


def test_stopping_ends_busy_functions(running: Emulator) -> None:
    with_busy_worker(running.root_session(), running.record.pid)
    running.stop()
    assert group(running.record.pid) == []
    assert not running.record.directory.exists()


def test_stopping_a_killed_server_ends_its_busy_functions(running: Emulator) -> None:
    with_busy_worker(running.root_session(), running.record.pid)
    os.kill(running.record.pid, signal.SIGKILL)
    assert eventually(lambda: not running.alive)
    assert group(running.record.pid)  # why `stop` must look for them
    running.stop()
    assert group(running.record.pid) == []


def test_a_detached_emulator_is_found_by_its_record(running: Emulator) -> None:
    running.detach()
    found = Emulator.attach(running.record)
    assert not eventually(lambda: not found.alive, seconds=0.5)
    assert found.root_session().client("sts").get_caller_identity()["Account"] == "000000000000"
    found.stop()
    assert not found.alive
    found.stop()  # of one that is gone: nothing to do, no error
    running.stop()


@pytest.mark.parametrize("other", ["pid", "directory"])
def test_a_recycled_process_id_is_not_ours(running: Emulator, tmp_path: Path, other: str) -> None:
    """Neither our process id with another's directory, nor another process with ours."""
    stranger = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True
    )
    changed = {"pid": stranger.pid} if other == "pid" else {"directory": tmp_path / "another"}
    mistaken = Emulator.attach(replace(running.record, **changed))
    assert not mistaken.alive
    if other == "directory":
        mistaken.stop()
    assert (stranger.poll(), running.alive) == (None, True)
    stranger.communicate()


def test_it_may_end_while_it_is_looked_for(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    read, seen = psutil.Process.cmdline, set[int]()

    def zombie_when_read_again(process: psutil.Process) -> list[str]:
        if process.pid in seen:
            raise psutil.ZombieProcess(process.pid)
        seen.add(process.pid)
        return read(process)

    monkeypatch.setattr(psutil.Process, "cmdline", zombie_when_read_again)
    assert [running.alive, running.alive] == [True, False]


def test_a_reader_of_the_log_is_not_ended_with_it(running: Emulator) -> None:
    """A command line that names the directory is not enough: the process must be in the server's group."""
    log = running.record.directory / "emulator.log"
    reader = subprocess.Popen([sys.executable, "-c", "input()", str(log)], stdin=subprocess.PIPE)
    running.stop()
    assert reader.poll() is None
    reader.communicate()


def test_a_killed_parent_leaves_no_process_and_no_directory(scratch: Path) -> None:
    source = (
        "import sys, time; from pathlib import Path; from tenantry.local.emulator.parent import Emulator;"
        "e = Emulator.start(None, Path(sys.argv[1])); "
        "print(e.record.pid, e.endpoint, e.record.secret, flush=True); time.sleep(60)"
    )
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", source, str(scratch)], env=environment, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid, endpoint, secret = parent.stdout.readline().split()
        with_busy_worker(session(endpoint, root(secret)), int(pid))
        parent.kill()
    assert eventually(lambda: group(int(pid)) == [])
    assert not scratch.exists()


def test_a_dead_emulator_cannot_be_detached(running: Emulator) -> None:
    os.kill(running.record.pid, signal.SIGKILL)
    psutil.Process(running.record.pid).wait(10)  # until its last thread has let go of the pipe
    with pytest.raises(EmulatorError, match="has ended; start it again"):
        running.detach()


def test_two_emulators_do_not_share_state(running: Emulator, tmp_path: Path) -> None:
    with Emulator.start(None, tmp_path / "second") as second:
        running.root_session().client("s3").create_bucket(Bucket="mine")
        assert second.root_session().client("s3").list_buckets()["Buckets"] == []


def test_another_release_of_the_emulator_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repairs, "version", lambda _: "1.6.0")
    with pytest.raises(repairs.UnsupportedEmulator, match=r"ministack 1\.6\.0 .* 1\.5\.33"):
        repairs.apply(root("any"))
