"""Tables at 80 columns, the width of what is piped too: they show everything that they are given."""

import pkgutil
import shutil
from importlib import import_module

import pytest

from agreed.clients import Known
from tenantry import cli
from tenantry.cli import token_clients, verification
from tenantry.cli.output import Table, stdout
from tenantry.operations.trail import kept, origin
from tenantry.verification.findings import Finding
from tests.support.command import TENANTS, Command, Run

SLUGS = [f"a-very-long-tenant-slug-number-{number}" for number in (1, 2)]
WHEN = "2026-11-28T21:22:33.123Z"


class Narrow(Command):
    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "COLUMNS": "80"}


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The demo's tenants, and two whose slugs are as long as slugs may be and differ at the end."""
    folder = tmp_path_factory.mktemp("narrow")
    tenants = shutil.copytree(TENANTS, folder / "tenants")
    for slug in SLUGS:
        shutil.copy(tenants / "demo" / "acme-eu.yaml", tenants / "demo" / f"{slug}.yaml")
    return Narrow(folder / "state", tenants)


def columns(out: str) -> list[str]:
    """The text of each column, as if no line of it had been broken."""
    assert "…" not in out
    lines = [line.strip("│").split("│") for line in out.splitlines() if line.startswith("│")]
    return ["".join(cell.strip() for cell in column) for column in zip(*lines, strict=True)]


def test_a_table_shows_all_of_a_word_that_is_wider_than_its_column(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    table = Table("one", "other")
    table.add_row("a" * 100, "b" * 100)
    stdout().print(table)
    assert columns(capsys.readouterr().out) == ["a" * 100, "b" * 100]


def test_every_table_but_the_live_one_is_of_that_kind() -> None:
    names = {each.name for each in pkgutil.iter_modules(cli.__path__)} - {"__main__"}
    modules = [import_module(f"tenantry.cli.{name}") for name in names]
    other = [each.__name__ for each in modules if getattr(each, "Table", Table) is not Table]
    assert other == ["tenantry.cli.rollout_progress"]  # a line to each ring, drawn again and again


def test_costs_name_each_tenant(run: Run, narrow: Command) -> None:
    code, out, _ = run(narrow, "cost", "--tenants", str(narrow.tenants))
    assert (code, [slug for slug in SLUGS if slug not in columns(out)[0]]) == (0, [])


@pytest.mark.parametrize("wide", [(), ("--wide",)], ids=["words", "matrix"])
def test_a_proof_of_isolation_is_shown_whole(run: Run, narrow: Command, wide: tuple[str, ...]) -> None:
    code, out, _ = run(narrow, "isolation", *wide, "--tenants", str(narrow.tenants))
    assert (code, "…" in out) == (0, False)


def test_a_matrix_breaks_no_word(run: Run, narrow: Command) -> None:
    _, out, _ = run(narrow, "isolation", "--wide", "--tenants", str(narrow.tenants))
    words = set(out.split())
    assert {*SLUGS, "encryption", "whole", "tables", "artifacts", "BatchGetUpdate"} <= words


def test_an_audit_tells_its_acts_apart(run: Run, narrow: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in narrow.environment.items():
        monkeypatch.setenv(name, value)
    arn = "arn:aws:sts::123456789012:assumed-role/deploy/jane"
    monkeypatch.setattr(origin, "by", lambda _arn=None: {"name": None, "run": None, "arn": arn})
    with kept.of_cell("demo").act("update", SLUGS[0], changed=SLUGS):
        pass
    code, out, _ = run(narrow, "audit", SLUGS[0])
    assert code == 0
    when, who, _, what, _ = columns(out)
    assert (when.endswith("Z"), who, SLUGS[1] in what) == (True, arn, True)


def test_clients_show_the_second_at_which_a_secret_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    known = Known("reporting-nightly", ("items:read", "items:write"), WHEN, WHEN, WHEN, WHEN)
    stdout().print(token_clients.table([known]))
    name, scopes, since, used, ends = columns(capsys.readouterr().out)
    moment = "2026-11-2821:22:33Z"  # broken between the date and the time
    assert (name, scopes) == (known.id, "items:readitems:write")
    assert (since, used, ends) == (moment, moment, f"{moment}earliersecret:{moment}")


def test_a_difference_names_its_property(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    where = "metricQueries[0].metric.dimensions.FunctionName"
    found = Finding(SLUGS[0], "aws:cloudwatch", f"{SLUGS[0]}-throttles", where, 1, 2, "`pulumi up`")
    stdout().print(verification.table([found], on_aws=True))
    assert columns(capsys.readouterr().out)[:3] == [SLUGS[0], f"{SLUGS[0]}-throttles", where]
