"""What the commands of `fleet` record, show, and end with; no engine is asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tenantry.errors import Failed
from tenantry.operations import splitting
from tenantry.operations.trail import kept
from tests.support.command import Command, Run


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
