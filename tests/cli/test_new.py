"""`new` writes a tenant's file that is valid as it is, or says why it cannot."""

import shutil
from pathlib import Path

import pytest

from tests.support.command import TENANTS, Command, Run


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """On a copy of the demo's tenants."""
    return Command(tmp_path / "state", shutil.copytree(TENANTS, tmp_path / "tenants"))


def new(run: Run, command: Command, slug: str, cell: str, tier: str) -> tuple[int, str]:
    code, _, err = run(
        command, "new", slug, "--cell", cell, "--tier", tier, "--tenants", str(command.tenants)
    )
    return code, err


@pytest.mark.parametrize("tier", ["bronze", "silver", "gold"])
@pytest.mark.parametrize("cell", ["demo", "second"])
def test_the_file_is_valid_commented_and_known_to_editors(
    run: Run, command: Command, cell: str, tier: str
) -> None:
    assert new(run, command, "initech", cell, tier) == (0, "")
    text = (command.tenants / cell / "initech.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=../schema/tenant.schema.json\n")
    assert f"tier: {tier}" in text
    assert text.count("#") > 3
    code, out, _ = run(command, "validate", "--tenants", str(command.tenants))
    assert (code, "initech" in out) == (0, True)


@pytest.mark.parametrize("cell", ["demo", "second"])
def test_a_slug_that_is_taken_is_refused_and_its_file_untouched(
    run: Run, command: Command, cell: str
) -> None:
    before = (command.tenants / "demo" / "acme.yaml").read_text()
    code, err = new(run, command, "acme", cell, "gold")
    assert code == 2
    assert "acme" in err
    assert (command.tenants / "demo" / "acme.yaml").read_text() == before
    assert not (command.tenants / "second").exists()


@pytest.mark.parametrize("slug", ["Acme", "a", "x" * 33, "in--itech", "initech-", "../initech", "init ech"])
def test_a_bad_slug_is_refused(run: Run, command: Command, slug: str) -> None:
    before = sorted(command.tenants.rglob("*"))
    code, err = new(run, command, slug, "demo", "gold")
    assert code == 2
    assert slug in err
    assert sorted(command.tenants.rglob("*")) == before


@pytest.mark.parametrize("cell", ["Demo", "../demo", "de--mo"])
def test_a_bad_cell_is_refused(run: Run, command: Command, cell: str) -> None:
    code, err = new(run, command, "initech", cell, "gold")
    assert (code, cell in err) == (2, True)
    assert not list(command.tenants.parent.rglob("initech.yaml"))


def test_an_unknown_tier_is_answered_with_those_there_are(run: Run, command: Command) -> None:
    code, err = new(run, command, "initech", "demo", "platinum")
    assert (code, "bronze, gold, silver" in err) == (2, True)


def test_a_full_cell_is_refused(run: Run, command: Command) -> None:
    for number in range(7):
        assert new(run, command, f"more{number}", "demo", "bronze") == (0, "")
    code, err = new(run, command, "initech", "demo", "bronze")
    assert code == 2
    assert "10 of 10 stages" in err
    assert not (command.tenants / "demo" / "initech.yaml").exists()
