"""The command `isolation` says what is proven, and fails with a line for each leak."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tenantry.config import Cell as CellConfig
from tenantry.isolation import cells
from tenantry.isolation.cells import RegisteredCell
from tests.support.command import TENANTS, Command, Run
from tests.support.leaks import COMPARED
from tests.support.mutations import allow, granted, set_input

Registering = Callable[[RegisteredCell], None]
FOLDER = ("--tenants", str(TENANTS))


@pytest.fixture
def registering(monkeypatch: pytest.MonkeyPatch) -> Registering:
    """Let the program register this cell, whatever its files say."""

    def registering(cell: RegisteredCell) -> None:
        def registered(_: CellConfig) -> RegisteredCell:
            return cell

        monkeypatch.setattr(cells, "registered", registered)

    return registering


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path / "state")


def test_a_cell_without_leaks_exits_0(
    demo: RegisteredCell, registering: Registering, run: Run, command: Command
) -> None:
    registering(demo)
    code, out, err = run(command, "isolation", *FOLDER)
    assert (code, err) == (0, "")
    assert "items of acme, acme-eu" in out
    assert "✓ no leak in cell demo" in out
    assert "✗" not in out.replace("✗ LEAK: that statement", "")


def test_a_leak_exits_1_and_is_told_in_a_line(
    demo: RegisteredCell, registering: Registering, run: Run, command: Command
) -> None:
    leaking = granted("acme.items", allow("secretsmanager:GetSecretValue", "*"))(demo)
    registering(set_input("Permission", "acme-eu.items", sourceArn=None)(leaking))
    code, out, err = run(command, "isolation", "--cell", "demo", *FOLDER)
    assert code == 1
    assert re.search(r"items of acme  .*✗ LEAK of secrets, by Wide", out)
    assert "✗ LEAK: only its own stage or schedule invokes a function" in out
    role, *_, permission = [line for line in err.splitlines() if not line.endswith(COMPARED)]
    assert role.startswith("tenantry_demo_acme_items: secretsmanager:GetSecretValue on ")
    assert "by own/Wide" in role
    assert permission.startswith("Permission acme-eu.items: lambda:InvokeFunction on ")


def test_programs_get_the_same_as_json(
    demo: RegisteredCell, registering: Registering, run: Run, command: Command
) -> None:
    registering(granted("acme.items", allow("dynamodb:Scan", "*"))(demo))
    code, out, err = run(command, "isolation", "--json", *FOLDER)
    [shown] = json.loads(out)["cells"]
    assert (code, shown["leaks"]) == (1, err.splitlines())
    items = next(each for each in shown["roles"] if each["role"] == "tenantry_demo_acme_items")
    leaked = [kind for kind, square in items["others"].items() if square["decision"] == "LEAK"]
    assert leaked == ["keys", "whole tables"]
    assert [rule for rule, leaks in shown["rules"].items() if leaks] == [COMPARED]


@pytest.mark.parametrize(
    ("arguments", "said"), [(("--live", "--cell", "demo"), "--cell"), (("--port", "1"), "--live")]
)
def test_options_that_contradict_each_other_are_refused(
    run: Run, command: Command, arguments: tuple[str, ...], said: str
) -> None:
    code, _, err = run(command, "isolation", *arguments)
    assert (code, said in err) == (2, True)


def test_a_cell_that_is_not_there_is_answered_with_those_there_are(run: Run, command: Command) -> None:
    code, _, err = run(command, "isolation", "--cell", "prod", *FOLDER)
    assert (code, "there are: demo" in err) == (2, True)
