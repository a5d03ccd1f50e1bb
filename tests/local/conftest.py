"""One repaired and one untouched emulator for the modules of this folder, each on a free port."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenantry.local.clients import Credentials, Session, session
from tenantry.local.emulator import child
from tenantry.local.emulator import parent as emulator
from tenantry.local.emulator.parent import Emulator
from tests.local.cloud import make_table
from tests.support.signed import Request


@pytest.fixture(scope="module")
def repaired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator.start(None, tmp_path_factory.mktemp("repaired")) as running:
        yield running


@pytest.fixture(scope="module")
def root(repaired: Emulator) -> Session:
    return repaired.root_session()


@pytest.fixture(scope="module")
def table(root: Session) -> None:
    """The one table of the repaired emulator."""
    make_table(root)


@pytest.fixture
def listing(repaired: Emulator, root: Session) -> Request:
    """ListTables, as the administrator signs it."""
    return Request(repaired.endpoint).by(root)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The emulator as its authors ship it, in the same environment: what the repairs are measured against."""
    directory = tmp_path_factory.mktemp("untouched")
    for name in ("tmp", "state", "s3"):
        (directory / name).mkdir()
    with socket.create_server((emulator.HOST, 0)) as probe:
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "ministack"],
        cwd=directory,
        env=child.environment(directory, port),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        await_ready(port, seconds=30)
        yield session(f"http://{emulator.HOST}:{port}", Credentials("test", "test"))
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def await_ready(port: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not emulator._answers(port):
        assert time.monotonic() < deadline, f"nothing answers on port {port}"
        time.sleep(0.05)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A directory for an emulator; the emulator makes it."""
    return tmp_path / "emulator"
