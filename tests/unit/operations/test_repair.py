"""A repair changes nothing of a stack that somebody deploys, or has deployed since it looked."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tenantry.errors import Failed
from tenantry.operations.checkpoint import Checkpoint, Pending
from tenantry.operations.engine import Engine, Locked
from tenantry.operations.repair import Damage, damage, mend
from tenantry.operations.strays import Stray
from tenantry.rules.kinds.tokens import ROLE

# The stack's record is a file, and so is its lock.
CLI = """\
#!/bin/sh
case "$1 $2" in
"stack export") cat record ;;
"stack import") if [ -e lock ]; then echo "the stack is currently locked" >&2; exit 1; fi; cat > record ;;
esac
"""


def role(name: str) -> dict[str, Any]:
    return {
        "urn": f"urn::{name}",
        "type": ROLE,
        "id": name,
        "inputs": {"name": name},
        "outputs": {"name": name},
    }


@dataclass(frozen=True)
class Stack:
    """Of roles alone, whose names are their ids."""

    folder: Path

    @property
    def engine(self) -> Engine:
        return Engine("demo", self.folder)

    def record(self, *roles: str, pending: str = "") -> Checkpoint:
        operations = [{"type": "creating", "resource": role(pending)}] if pending else []
        resources = [role(each) for each in roles]
        deployment = {"resources": resources, "pending_operations": operations}
        (self.folder / "record").write_text(json.dumps({"deployment": deployment}))
        return Checkpoint(self.engine.record())

    @property
    def recorded(self) -> list[str]:
        return [each["id"] for each in Checkpoint(self.engine.record()).of(ROLE)]


@dataclass(frozen=True)
class Account:
    """Whose roles these are, by name."""

    roles: list[str]

    def found(self, asked: Pending) -> str | None:
        return asked.name if asked.name in self.roles else None

    def strays(self, checkpoint: Checkpoint) -> list[Stray]:
        known = [each["id"] for each in checkpoint.of(ROLE)]
        return [Stray(ROLE, each, each) for each in self.roles if each not in known]

    def remove(self, stray: Stray) -> None:
        self.roles.remove(stray.id)


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    cli = tmp_path / "pulumi"
    cli.write_text(CLI)
    cli.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return Stack(tmp_path)


def mended(found: Damage, seen: Checkpoint, stack: Stack, account: Account) -> list[str]:
    steps: list[str] = []
    mend(found, seen, stack.engine, account, steps.append)
    return steps


def test_what_was_made_is_imported_and_what_no_record_knows_is_removed(stack: Stack) -> None:
    seen, account = stack.record("old", pending="made"), Account(["old", "made", "stray"])
    steps = mended(damage(seen, account), seen, stack, account)
    assert steps == ["1 imported, 0 cleared", "removed Role stray"]
    assert stack.recorded == account.roles == ["old", "made"]


def test_a_lock_stops_it_even_where_strays_alone_are_found(stack: Stack) -> None:
    seen, account = stack.record("old"), Account(["old", "stray"])
    (stack.folder / "lock").touch()
    with pytest.raises(Locked):
        mended(damage(seen, account), seen, stack, account)
    assert account.roles == ["old", "stray"]


def test_a_deploy_that_ended_since_it_looked_keeps_its_record_and_what_it_made(stack: Stack) -> None:
    seen, account = stack.record("old", pending="made"), Account(["old", "made", "later"])
    found = damage(seen, account)
    stack.record("old", "made", "later")
    with pytest.raises(Failed, match="demo was deployed meanwhile, and nothing was repaired"):
        mended(found, seen, stack, account)
    assert stack.recorded == account.roles == ["old", "made", "later"]


def test_a_stray_that_was_recorded_since_it_looked_stays(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, account = stack.record(pending="made"), Account(["made", "adopted", "stray"])
    found = damage(seen, account)
    monkeypatch.setattr(Engine, "refresh", lambda *_: stack.record("made", "adopted"))
    assert mended(found, seen, stack, account) == ["1 imported, 0 cleared", "removed Role stray"]
    assert account.roles == ["made", "adopted"]
