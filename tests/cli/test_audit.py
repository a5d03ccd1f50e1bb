"""`audit` of a tenant on this machine: its record outlives the platform, and the tenant."""

import json
from pathlib import Path

import pytest

from tenantry.operations.trail import kept, origin
from tests.support.command import Command, Run


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Nothing runs. Two cells have a record, and one of them names acme."""
    command = Command(tmp_path / "state")
    for name, value in command.environment.items():
        monkeypatch.setenv(name, value)
    for cell, action, tenant in (("demo", "keys set", "acme"), ("demo", "up", None), ("other", "up", None)):
        with kept.of_cell(cell).act(action, tenant):
            pass
    return command


def actions(out: str) -> set[str]:
    return {each["action"] for each in json.loads(out)["lines"]}


def test_a_record_is_read_though_nothing_runs(run: Run, command: Command) -> None:
    code, out, err = run(command, "audit", "acme", "--verify", "--json")
    assert (code, err, actions(out)) == (0, "", {"keys set", "up"})
    assert json.loads(out)["faults"] == []


@pytest.mark.parametrize(
    ("action", "details"),
    [("up", {"tenants": ["globex"]}), ("update", {"changed": {"globex": 2}})],
    ids=["tenants", "changed"],
)
def test_the_record_that_names_a_tenant_among_all_is_meant(
    run: Run, command: Command, action: str, details: dict[str, object]
) -> None:
    with kept.of_cell("other").act(action, None, **details):
        pass
    code, out, err = run(command, "audit", "globex", "--json")
    assert (code, err, actions(out)) == (0, "", {"up", action})


def test_a_tenant_that_no_record_names_needs_its_cell(run: Run, command: Command) -> None:
    code, _, err = run(command, "audit", "globex")
    said = "no record on this machine names globex; to read one all the same, use --cell: demo, other"
    assert (code, err.strip()) == (2, said)
    code, out, _ = run(command, "audit", "globex", "--cell", "other", "--json")
    assert (code, actions(out)) == (0, {"up"})


def test_of_records_that_name_a_tenant_one_is_chosen(run: Run, command: Command) -> None:
    with kept.of_cell("other").act("up", None, tenants=["acme"]):
        pass
    code, _, err = run(command, "audit", "acme")
    assert (code, err.strip()) == (2, "the records of cells demo, other name acme; choose one with --cell")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--cell", "dmo"), "did you mean demo?"),
        (("--cell", "demo", "--port", "4566"), "--cell names a record on this machine"),
    ],
    ids=["unknown", "with a port"],
)
def test_a_cell_that_cannot_be_meant_is_refused(
    run: Run, command: Command, options: tuple[str, ...], said: str
) -> None:
    code, _, err = run(command, "audit", "acme", *options)
    assert (code, said in err) == (2, True)


def test_without_any_record_it_says_so(run: Run, tmp_path: Path) -> None:
    code, _, err = run(Command(tmp_path / "empty"), "audit", "acme")
    assert (code, "nothing is recorded on this machine yet" in err) == (2, True)


def test_names_are_shown_as_they_are(run: Run, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origin, "by", lambda _arn=None: {"name": "dependabot[bot]", "run": None, "arn": None})
    with kept.of_cell("demo").act("export", "acme", file="out[/tmp]/a"):
        pass
    code, out, err = run(command, "audit", "acme")
    assert (code, err) == (0, "")
    assert ("dependabot[bot]" in out, "out[/tmp]/a" in out) == (True, True)
