"""What the commands of `fleet` record, show, and end with; no engine is asked."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tenantry import paths
from tenantry.cli import rollouts
from tenantry.errors import Failed
from tenantry.operations import splitting
from tenantry.operations.fleet.journals import FLEET, Lock
from tenantry.operations.fleet.listing import fleet
from tenantry.operations.fleet.starts import journals
from tenantry.operations.trail import kept
from tenantry.wanted import Project
from tests.support.command import Command, Run
from tests.support.fleets import recorded, written


@pytest.fixture
def command(tmp_path: Path, project: Path) -> Command:  # noqa: ARG001 - its stack `demo`
    return Command(tmp_path / "own")


def acts() -> list[tuple[str, str, Any]]:
    lines = kept.of_stack("demo", lambda: None).lines("acme")
    return [(each.action, each.step, each.details) for each in lines]


@pytest.mark.parametrize("act", ["split", "join"])
def test_a_cell_that_is_split_or_joined_has_it_in_its_record(
    run: Run, command: Command, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    def moved(_: splitting.Cell, done: Callable[[str], None]) -> list[str]:
        done("acme: copied")
        return ["acme"]

    monkeypatch.setattr(splitting, act, moved)
    code, out, _ = run(command, "fleet", act, "demo", "--yes")
    assert (code, "1 tenants" in out) == (0, True)
    assert acts() == [(f"fleet {act}", "begun", {}), (f"fleet {act}", "done", {"tenants": ["acme"]})]


def test_a_split_that_fails_is_recorded_as_one(
    run: Run, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> list[str]:
        raise Failed("somebody deployed meanwhile")

    monkeypatch.setattr(splitting, "split", broken)
    assert run(command, "fleet", "split", "demo", "--yes")[0] == 1
    assert [step for _, step, _ in acts()] == ["begun", "failed"]


def test_everyday_commands_are_listed_first(run: Run, command: Command) -> None:
    _, out, _ = run(command, "fleet", "--help")
    words = ("list", "plan", "up", "status", "halt", "resume", "rollback", "drift", "split", "join")
    positions = [out.index(f"│ {word} ") for word in words]
    assert positions == sorted(positions)


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two cells, one of which differs; an engine that finds nothing to do; answers where its calls are."""
    root, said = written(tmp_path / "project", {"one": ["acme"], "two": ["globex"]}), tmp_path / "said"
    monkeypatch.setattr(paths, "ROOT", root)
    monkeypatch.setattr(rollouts, "_fleet", lambda: fleet(Project(root)))
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/backend")
    recorded(root, "two", Project(root).digest("two"))
    script = tmp_path / "bin" / "pulumi"
    script.parent.mkdir()
    script.write_text(f"""#!/bin/sh\necho "$TENANTRY_HOLDS $*" >> {said}\necho '{{"steps": []}}'\n""")
    script.chmod(0o700)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    return said


def test_a_plan_asks_the_policy_pack_and_writes_a_digest_for_each_stack_that_differs(
    run: Run, command: Command, pulumi: Path, tmp_path: Path
) -> None:
    (tmp_path / "pack").mkdir()
    options = ("--policy-pack", str(tmp_path / "pack"), "--digest", str(tmp_path / "planned"))
    code, out, _ = run(command, "fleet", "plan", *options)
    assert (code, "never deployed" in out) == (3, True)
    judged, previewed = pulumi.read_text().splitlines()
    assert f"preview --policy-pack {tmp_path}/pack --stack one" in judged
    assert "preview --json --stack one" in previewed
    [line] = (tmp_path / "planned").read_text().splitlines()
    assert (line.split()[0], len(line.split()[1])) == ("one", 64)


def test_a_rollout_is_made_under_the_policy_pack_and_shown_in_lines(
    run: Run, command: Command, pulumi: Path, tmp_path: Path
) -> None:
    (tmp_path / "pack").mkdir()
    code, out, err = run(command, "fleet", "up", "--policy-pack", str(tmp_path / "pack"))
    assert (code, err) == (0, "")
    assert out.splitlines() == ["1 stacks differ", "… one", "✓ one", "✓ ring rest"]
    *_, up = pulumi.read_text().splitlines()
    assert f"up --yes --skip-preview --suppress-outputs --policy-pack {tmp_path}/pack --stack one" in up


def test_a_plan_and_a_rollout_tell_the_engine_what_was_rolled_back(
    run: Run, command: Command, pulumi: Path, tmp_path: Path
) -> None:
    root = tmp_path / "project"
    held = {"globex": {"release": "old", "instead_of": "bad"}}
    recorded(root, "two", Project(root).digest("two"), held)
    for act in ("plan", "up"):
        run(command, "fleet", act)
    said = pulumi.read_text().splitlines()
    assert {each.partition("} ")[0] for each in said} == {'{"off": ["bad"], "back": {}'}
    code, out, _ = run(command, "fleet", "rollback")
    assert (code, "nothing to take back" in out) == (0, True)


def test_drift_is_looked_for_in_every_stack_and_one_that_cannot_be_read_is_named(
    run: Run, command: Command, pulumi: Path
) -> None:
    cli = pulumi.parent / "bin" / "pulumi"
    cli.write_text("""#!/bin/sh
case "$*" in *"--stack one"*) echo "error: AccessDenied" >&2; exit 255;; esac
printf 'Previewing refresh (two):\\nDiagnostics:\\n  aws:table:\\n    warning: slow\\n'
echo "error: no changes were expected but changes were proposed" >&2
exit 255
""")
    code, out, err = run(command, "fleet", "drift", "--json")
    assert code == 1
    assert [(each["stack"], each["drifted"], bool(each["why"])) for each in json.loads(out)] == [
        ("one", None, True),
        ("two", True, False),
    ]
    assert "one: `pulumi refresh --preview-only`: error: AccessDenied" in err
    code, out, _ = run(command, "fleet", "drift", "two")
    assert (code, "1 of 1 stacks have drifted" in out) == (3, True)


def test_drift_is_not_looked_for_while_a_rollout_runs(
    run: Run, command: Command, pulumi: Path, tmp_path: Path
) -> None:
    running = Lock(journals(fleet(Project(tmp_path / "project"))), FLEET, "20261101T000000000000", "another")
    running.take()
    code, out, err = run(command, "fleet", "drift")
    assert (code, out) == (5, "")
    assert "the fleet is held by rollout 20261101T000000000000" in err
    assert not pulumi.exists()
    running.give()
    assert run(command, "fleet", "drift")[0] == 0
