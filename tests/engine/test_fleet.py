"""A rollout over stacks of the real engine: rings, a failure, a gate, a kill at some moment, and going on."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from tenantry.config.rings import Gate
from tenantry.operations.fleet.journals import latest
from tenantry.operations.fleet.listing import FleetStack, fleet
from tenantry.operations.fleet.starts import journals
from tenantry.rollout.progress import Progress
from tenantry.wanted import Project
from tests.engine.account import Account
from tests.engine.backends import Backend, in_bucket, in_folder
from tests.engine.fleet import project, release, resume, trail, up
from tests.support.command import ROOT

CELLS = {name: [f"{name}-{number}" for number in range(3)] for name in ("aa", "bb", "cc", "dd", "ee", "ff")}
FIRST, REST = ["aa", "bb"], ["cc", "dd", "ee", "ff"]
FEW = {name: CELLS[name] for name in ("aa", "cc")}
SECONDS = 300


@pytest.fixture
def in_a_folder(tmp_path: Path) -> Backend:
    return in_folder(tmp_path / "backend")


@pytest.fixture
def in_a_bucket(tmp_path: Path) -> Iterator[Backend]:
    with in_bucket(tmp_path / "bucket") as backend:
        yield backend


@pytest.fixture(params=[(CELLS, "in_a_folder")])
def root(
    request: pytest.FixtureRequest, tmp_path: Path, providers: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    cells, kept = request.param
    for name in ("home", "account"):
        (tmp_path / name).mkdir()
    environment = {
        **request.getfixturevalue(kept).environment,
        "PATH": f"{providers}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_CONFIG_PASSPHRASE": "of-a-test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "STAND_IN_ACCOUNT": str(tmp_path / "account"),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    root = project(tmp_path / "project", cells, ROOT / ".venv")
    rings = {"rings": [{"name": "first", "stacks": FIRST, "gate": {}}], "at_once": 2, "failing_percent": 50}
    (root / "tenants" / "rings.yaml").write_text(json.dumps(rings))
    for stack in cells:
        pulumi(root, "stack", "init", stack)
    return root


def pulumi(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["pulumi", *arguments, "--non-interactive"],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def standings(root: Path) -> dict[str, str]:
    return {each.name: each.standing for each in fleet(Project(root)).stacks}


def journal(root: Path) -> Progress:
    found = latest(journals(fleet(Project(root))))
    assert found is not None
    return found.read()


def changed(root: Path) -> None:
    """Each tenant's resource is another then."""
    tiers = root / "tenants" / "tiers.yaml"
    tiers.write_text(tiers.read_text() + "  gold: {rate_per_second: 6, burst: 10}\n")
    for file in (root / "tenants").glob("*/*.yaml"):
        file.write_text(file.read_text().replace("tier: bronze", "tier: gold"))


def failing(gate: Gate, stacks: Sequence[FleetStack], began: datetime) -> list[str]:  # noqa: ARG001
    return [f"{each.name} is slow" for each in stacks]


def test_rings_gates_failures_and_kills(root: Path) -> None:
    assert up(root, failing) == "halted"
    assert [each for each in journal(root).reasons.values() if each] == []
    assert standings(root) == {**dict.fromkeys(FIRST, "as wanted"), **dict.fromkeys(REST, "never deployed")}
    assert journal(root).stop == "the gate of ring first fails: aa is slow; bb is slow"

    faults = Path(os.environ["STAND_IN_ACCOUNT"], "random", "faults.json")
    faults.write_text(json.dumps([{"operation": "create", "urn": "::cc-1", "how": "fails"}]))
    assert resume(root) == "failed"
    found = journal(root)
    assert (found.of("failed"), found.of("updated")) == (["cc"], [*FIRST, "dd", "ee", "ff"])
    assert "InternalFailure: on order" in found.reasons["cc"]
    faults.write_text("[]")
    assert resume(root) == "done"
    assert set(standings(root).values()) == {"as wanted"}
    assert up(root) is None

    changed(root)
    killed(root, "up")
    assert journal(root).outcome == ""
    assert resume(root) == "done"
    assert set(standings(root).values()) == {"as wanted"}
    for stack in CELLS:
        pulumi(root, "preview", "--stack", stack, "--expect-no-changes")


def running(root: Path) -> dict[str, str]:
    """The number of the release that each tenant runs, by what was made of it; by slug."""
    there = {each.id: each for each in Account(Path(os.environ["STAND_IN_ACCOUNT"], "random"))}
    states = [json.loads(pulumi(root, "stack", "export", "--stack", name)) for name in standings(root)]
    return {
        each["urn"].rpartition("::")[2]: str(int(there[each["id"]].values["byteLength"]) // 10)
        for state in states
        for each in state["deployment"]["resources"]
        if each.get("id") in there
    }


@pytest.mark.parametrize("root", [(FEW, "in_a_bucket")], indirect=True)
def test_a_bad_release_halts_in_its_ring_and_is_taken_back_everywhere(root: Path) -> None:
    assert up(root) == "done"
    before = running(root)
    assert set(before.values()) == {"1"}

    release(root, 2)
    assert up(root, failing) == "halted"
    assert running(root) == before | dict.fromkeys(CELLS["aa"], "2")

    killed(root, "rollback", within=1)
    assert journal(root).taken_back
    assert journal(root).outcome == "done" or resume(root) == "done"  # it may have been done by then
    assert running(root) == before
    assert standings(root) == {"aa": "held", "cc": "differs"}
    acts = {stack: [(each.action, each.step) for each in trail(root, stack).lines("")] for stack in FEW}
    assert (acts["aa"][-1], acts["cc"]) == (("fleet rollback", "done"), [])
    pulumi(root, "preview", "--stack", "aa", "--expect-no-changes")  # by hand, too, it stays held

    assert up(root) == "done"
    assert running(root) == before


def killed(root: Path, act: str, within: float = 3) -> None:
    """A rollout whose processes all die at some moment, in so many seconds after a stack has begun."""
    command = [sys.executable, "-m", "tests.engine.fleet", str(root), act]
    path = os.pathsep.join(str(ROOT / each) for each in ("platform", "functions", "."))
    environment = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True) as process:
        while process.poll() is None and not journal(root).of("updating"):
            time.sleep(0.1)
        time.sleep(random.uniform(0, within))  # noqa: S311 - any moment
        process.kill()
    while left := list(engines(root)):
        for each in left:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        time.sleep(0.1)


def engines(root: Path) -> Iterator[int]:
    """Processes at work in this project, beside those that have ended."""
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if link.resolve().is_relative_to(root):
                yield int(link.parent.name)
