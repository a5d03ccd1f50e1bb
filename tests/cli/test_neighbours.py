"""What one tenant's broken file stops, and what it does not."""

import shutil
from pathlib import Path

import pytest

from tests.support.command import TENANTS, Command, Run

FAULT = "tier: platinum\n"


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Globex's file is broken."""
    tenants = shutil.copytree(TENANTS, tmp_path / "tenants")
    (tenants / "demo" / "globex.yaml").write_text(FAULT)
    return Command(tmp_path / "state", tenants)


def ran(run: Run, command: Command, line: str) -> tuple[int, str, str]:
    return run(command, *line.split(), "--tenants", str(command.tenants))


@pytest.mark.parametrize(
    "line",
    [
        "keys list acme",
        "keys add acme",
        "cost acme",
        "cost acme --compare tier",
        "fit acme",
        "openapi acme",
        "new initech --cell demo --tier bronze",
    ],
)
def test_what_is_of_one_tenant_works_beside_anothers_broken_file_and_names_it(
    run: Run, command: Command, line: str
) -> None:
    code, _, err = ran(run, command, line)
    assert code == 0, err
    assert f"warning: left aside: {command.tenants}/demo/globex.yaml:1: " in err


@pytest.mark.parametrize("line", ["validate", "cost", "fit", "isolation", "guardrails", "up --port 0"])
def test_what_reads_all_is_stopped(run: Run, command: Command, line: str) -> None:
    code, _, err = ran(run, command, line)
    assert (code, "globex.yaml:1: " in err, "left aside" in err) == (2, True, False)


@pytest.mark.parametrize("line", ["keys list globex", "keys add globex", "cost globex", "openapi globex"])
def test_a_tenants_own_broken_file_stops_what_is_of_that_tenant(
    run: Run, command: Command, line: str
) -> None:
    code, _, err = ran(run, command, line)
    assert (code, "globex.yaml:1: " in err, "left aside" in err) == (2, True, False)


def test_broken_tiers_stop_what_is_of_one_tenant(run: Run, command: Command) -> None:
    (command.tenants / "tiers.yaml").write_text("tiers: {}\n")
    for line in ("keys list acme", "new initech --cell demo --tier bronze"):
        code, _, err = ran(run, command, line)
        assert (code, "tiers.yaml:1: " in err) == (2, True)


def test_a_broken_file_takes_its_slug_and_its_place_in_the_cell(run: Run, command: Command) -> None:
    code, _, err = ran(run, command, "new globex --cell second --tier bronze")
    assert (code, "demo/globex.yaml exists already" in err) == (2, True)
    for number in range(8):
        (command.tenants / "demo" / f"more{number}.yaml").write_text(FAULT)
    code, _, err = ran(run, command, "new initech --cell demo --tier bronze")
    assert (code, "cell demo is full" in err) == (2, True)


def test_two_files_of_one_slug_stop_that_tenant(run: Run, command: Command) -> None:
    (command.tenants / "second").mkdir()
    shutil.copy(command.tenants / "demo" / "acme.yaml", command.tenants / "second" / "acme.yaml")
    code, _, err = ran(run, command, "keys add acme")
    assert (code, "the slug acme is taken by" in err) == (2, True)


def test_of_many_problems_the_first_are_named_and_the_rest_are_counted(run: Run, command: Command) -> None:
    for number in range(5):
        (command.tenants / "demo" / f"more{number}.yaml").write_text(FAULT)
    _, _, err = ran(run, command, "keys list acme")
    lines = err.splitlines()
    assert len(lines) == 4
    assert "more problems; `tenantry validate` shows all" in lines[-1]
