"""`up` and `down`: whatever happens, a clear answer, and no process left running."""

import io
import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tenantry.local.emulator import parent as emulator
from tests.support.command import TENANTS, Command, Run, eventually, free_port, was_interrupted

TENANT = """\
name: Only
tier: gold
routes: [items]
auth:
  managed:
    keys: [main]
api_keys: [web]
"""


def small(folder: Path) -> Command:
    """A command whose cell holds one small tenant, so that it is up soon."""
    command = Command(folder / "state", folder / "tenants")
    (command.tenants / "demo").mkdir(parents=True)
    (command.tenants / "demo" / "only.yaml").write_text(TENANT)
    (command.tenants / "tiers.yaml").write_text((TENANTS / "tiers.yaml").read_text())
    return command


def records(command: Command) -> dict[int, int]:
    """The process of the platform on each port."""
    files = [json.loads(file.read_bytes())["record"] for file in command.home.glob("*.json")]
    return {record["port"]: record["pid"] for record in files}


@pytest.fixture(scope="module")
def detached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """One platform runs, detached; tests leave one running on the same port."""
    command = small(tmp_path_factory.mktemp("detached"))
    try:
        command.up("--port", "0")
        yield command
    finally:
        down = command("down", "--all", "--delete")
    assert (down.returncode, command.remains()) == (0, [])


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Command]:
    """Nothing runs."""
    command = small(tmp_path)
    yield command
    for process in command.processes():
        process.kill()


def deploying(command: Command) -> bool:
    """Whether the emulator answers, which is when the deployment begins."""
    return any(
        emulator._answers(connection.laddr.port)
        for process in command.processes()
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    )


def test_up_again_says_that_it_runs_and_changes_nothing(detached: Command) -> None:
    before = records(detached)
    (port,) = before
    done = detached("up", "--port", str(port), "--tenants", str(detached.tenants))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"runs already at http://127.0.0.1:{port}; nothing was changed" in done.stdout
    assert records(detached) == before


def test_addresses_and_keys_are_the_same_after_every_start(alone: Command, run: Run) -> None:
    shown = []
    for _ in range(2):
        alone.up("--port", "0")
        tenant = json.loads(run(alone, "status", "--json")[1])["tenants"][0]
        shown.append((urlsplit(tenant["url"]).path, tenant["api_keys"]))
        assert alone("down").returncode == 0
    assert shown[0] == shown[1]
    assert run(alone, "down", "--delete")[1] == "no local platform runs\n✓ the API keys' values are deleted\n"
    assert [each.name for each in alone.home.iterdir()] == ["audit"]


def test_a_value_that_is_given_is_the_keys_from_the_next_update_on(
    detached: Command, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = json.loads(run(detached, "status", "--json")[1])["tenants"][0]["api_keys"]["web"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"given-to-web-of-only\n")))
    assert run(detached, "keys", "set", "only", "web", "--tenants", str(detached.tenants))[0] == 0
    assert run(detached, "call", "only", "GET", "/items/orders")[0] == 0
    done = run(detached, "update")
    assert (done[0], before in "".join(done[1:])) == (0, False)
    assert json.loads(run(detached, "status", "--json")[1])["tenants"][0]["api_keys"] == {
        "web": "given-to-web-of-only"
    }
    assert run(detached, "call", "only", "GET", "/items/orders")[1].startswith("200")


def test_a_killed_emulator_is_said_to_have_died_and_up_starts_it_again(detached: Command, run: Run) -> None:
    (port, pid), *_ = records(detached).items()
    psutil.Process(pid).kill()
    assert eventually(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie")
    for arguments in (("status",), ("token", "only"), ("call", "only", "GET", "/health")):
        code, out, err = run(detached, *arguments)
        assert (code, out) == (1, "")
        assert "has died; `tenantry up` starts it again" in err
    detached.up("--port", str(port))
    assert run(detached, "call", "only", "GET", "/items/orders")[0] == 0
    assert len([each for each in detached.home.iterdir() if each.is_dir()]) == 2  # its own, and the record


def test_with_two_platforms_a_port_must_be_said(detached: Command, run: Run) -> None:
    (first,) = records(detached)
    detached.up("--port", "0")
    second = next(port for port in records(detached) if port != first)
    for arguments in (("status",), ("token", "only"), ("down",)):
        code, out, err = run(detached, *arguments)
        assert (code in (1, 2), out) == (True, "")
        assert all(str(port) in err for port in (first, second))
        assert "--port" in err
    shown = json.loads(run(detached, "status", "--json", "--port", str(second))[1])
    assert shown["endpoint"] == f"http://127.0.0.1:{second}"
    assert run(detached, "down", "--port", str(second))[0] == 0
    assert list(records(detached)) == [first]


def test_a_port_of_a_stranger_is_refused_and_nothing_is_left(alone: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        done = alone("up", "--detach", "--port", str(port), "--tenants", str(alone.tenants))
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert alone.remains() == []


def test_a_damaged_state_file_is_named(alone: Command, run: Run) -> None:
    alone.home.mkdir()
    file = alone.home / "4999.json"
    file.write_text('{"record": ')
    code, _, err = run(alone, "status")
    assert code == 1
    assert f"{file} is damaged" in err
    assert "run `tenantry down`" in err


def test_down_ends_a_platform_whose_record_is_damaged(alone: Command, run: Run) -> None:
    alone.up("--port", "0")
    [file] = alone.home.glob("*.json")
    file.write_text("{}")
    code, out, _ = run(alone, "down")
    assert (code, "without a readable record: down" in out) == (0, True)
    assert alone.remains() == []


def test_without_a_platform_the_commands_say_so(alone: Command, run: Run) -> None:
    code, out, err = run(alone, "status")
    assert (code, out) == (1, "")
    assert "no local platform runs; `tenantry up` starts one" in err
    assert run(alone, "down") == (0, "no local platform runs\n", "")


def test_in_the_foreground_it_runs_until_ctrl_c(alone: Command) -> None:
    with alone.started("up", "--port", "0", "--tenants", str(alone.tenants)) as up:
        assert up.stdout is not None
        assert any("Ctrl-C" in line for line in up.stdout)
        tree = [psutil.Process(up.pid), *psutil.Process(up.pid).children(recursive=True)]
        listening = {
            c.laddr.ip for each in tree for c in each.net_connections() if c.status == psutil.CONN_LISTEN
        }
        assert listening == {"127.0.0.1"}
        up.send_signal(signal.SIGINT)
        _, err = up.communicate(timeout=20)
    assert was_interrupted(up.returncode)
    assert "interrupted" in err
    assert alone.remains() == []


@pytest.mark.parametrize(
    ("keeps", "options"),
    [(False, ()), (True, ()), (False, ("--watch",))],
    ids=["nothing kept", "kept", "watching"],
)
def test_in_the_foreground_it_ends_well_when_down_stops_it(
    alone: Command, keeps: bool, options: tuple[str, ...]
) -> None:
    port = str(free_port() if keeps else 0)
    with alone.started("up", "--port", port, "--tenants", str(alone.tenants), *options) as up:
        assert up.stdout is not None
        assert any("Ctrl-C" in line for line in up.stdout)
        done = alone("down")
        assert (done.returncode, "brings its data and keys back" in done.stdout) == (0, keeps)
        out, err = up.communicate(timeout=20)
    said = "✓ stopped by another command: `tenantry down`, or `tenantry up --fresh`"
    assert (up.returncode, " ".join(out.split()), err) == (0, said, "")
    assert alone.processes() == []


def test_in_the_foreground_it_leaves_alone_what_has_taken_its_place(alone: Command, run: Run) -> None:
    port = str(free_port())
    with alone.started("up", "--port", port, "--tenants", str(alone.tenants)) as up:
        assert up.stdout is not None
        assert any("Ctrl-C" in line for line in up.stdout)
        alone.up("--fresh", "--port", port)
        assert up.wait(timeout=20) == 0
    assert run(alone, "call", "only", "GET", "/items/orders")[0] == 0
    assert run(alone, "down", "--delete")[0] == 0


@pytest.mark.parametrize("keeps", [False, True], ids=["nothing kept", "kept"])
def test_in_the_foreground_it_says_that_the_emulator_was_killed(alone: Command, keeps: bool) -> None:
    port = str(free_port() if keeps else 0)
    with alone.started("up", "--port", port, "--tenants", str(alone.tenants)) as up:
        assert up.stdout is not None
        assert any("Ctrl-C" in line for line in up.stdout)
        [pid] = records(alone).values()
        psutil.Process(pid).kill()
        out, err = up.communicate(timeout=20)
    assert (up.returncode, out) == (1, "")
    assert err == "the emulator has died; `tenantry up` starts it again\n"


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda each: each.name)
def test_an_interrupted_up_leaves_nothing(alone: Command, sent: signal.Signals) -> None:
    with alone.started("up", "--port", "0", "--tenants", str(alone.tenants)) as up:
        assert eventually(lambda: deploying(alone), seconds=30)
        assert records(alone) == {}
        up.send_signal(sent)
        _, err = up.communicate(timeout=20)
    if sent == signal.SIGKILL:
        assert up.returncode == -sent
    else:
        assert was_interrupted(up.returncode)
        assert "interrupted" in err
    assert eventually(lambda: alone.remains() == []), alone.remains()
