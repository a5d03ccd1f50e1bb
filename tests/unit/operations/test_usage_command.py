"""`usage` prints what was counted for people, spreadsheets and programs, and says where it cannot be sure."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tenantry.operations import running
from tenantry.operations.metering import usage_reports
from tenantry.operations.metering.usage import Day, KeyUsage, first_kept
from tenantry.operations.metering.usage_reports import Report, UsageLine
from tenantry.operations.running import PlanQuota, Running, RunningTenant
from tests.support.command import Command, Run
from tests.support.console import NAMES, PLACE

JULY = date(2026, 7, 1)
ACME = RunningTenant(
    "acme", "gold", False, "https://acme.example", "plan1", 5, 10, PlanQuota(5_000, "DAY"), (), {}, ()
)
HOSTILE = "=cmd|' /C calc'!A0"
LINES = (
    UsageLine(JULY, "web", "k1", None, 9),
    UsageLine(date(2026, 7, 2), "", "", "GET /health", 1, 1, 0, 0),
    UsageLine(date(2026, 7, 2), "web", "k1", "POST /contact", 1_200, 1_000, 150, 50),
    UsageLine(date(2026, 7, 3), "web", "k1", "POST /contact", 300, 300, 0, 0),
    UsageLine(date(2026, 7, 3), HOSTILE, "[red]k2[/]", "GET /health", 2, 2, 0, 0),
)
KEYS = (KeyUsage("k1", "web", (Day(JULY, 9, 4_991),)), KeyUsage("k0", None, (Day(JULY, 1, 4_999),)))


def report(start: date = JULY, logged_from: date | None = JULY, planned: int = 1_502) -> Report:
    return Report(ACME, start, date(2026, 7, 31), LINES, KEYS, logged_from, 1_502, 2, planned)


@pytest.fixture
def usage(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    project: Path,  # noqa: ARG001 - there is a stack
    no_credentials: None,  # noqa: ARG001
) -> Callable[..., tuple[int, str, str]]:
    """The command on the stack `demo`, which runs acme alone; with what it asks a report for."""

    def usage(
        *options: str, told: Report | None = None, incomplete: tuple[str, ...] = ()
    ) -> tuple[int, str, str]:
        found = Running(PLACE, "a1b2c3", NAMES.cell, (ACME,), incomplete)
        monkeypatch.setattr(running, "survey", lambda _place: found)
        monkeypatch.setattr(usage_reports, "report", lambda *asked: asks.append(asked) or told or report())
        return run(Command(tmp_path), "usage", *options, "--stack", "demo")

    asks: list[Any] = []
    usage.asks = asks  # type: ignore[attr-defined]
    return usage


def test_people_see_keys_and_routes_with_sums(usage: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = usage("--month", "2026-07")
    rows = [[cell.strip() for cell in row.split("│")[1:-1]] for row in out.splitlines() if "│" in row]
    assert (code, err) == (0, "")
    assert rows == [
        ["no key", "GET /health", "1", "1", "0", "0"],
        [HOSTILE, "GET /health", "2", "2", "0", "0"],
        ["web", "all routes", "9", "", "", ""],
        ["web", "POST /contact", "1,500", "1,300", "150", "50"],
        ["total", "", "1,512", "", "", ""],
    ]
    assert "by day: 07-01 9, 07-02 1,201, 07-03 302" in out
    assert "quota: web has 4,991 left of 5,000 a day" in out
    assert out.count("quota:") == 1  # the other key is deleted


def test_a_spreadsheet_gets_a_line_for_each_day_key_and_route(
    usage: Callable[..., tuple[int, str, str]],
) -> None:
    code, out, _ = usage("acme", "--csv")
    head, *rows = csv.reader(io.StringIO(out, newline=""))
    assert (code, out.count("\r\n")) == (0, 1 + len(LINES))
    assert head == ["tenant", "day", "key", "key_id", "route", "requests", "2xx", "4xx", "5xx"]
    assert rows[0] == ["acme", "2026-07-01", "web", "k1", "all routes", "9", "", "", ""]
    assert rows[2] == ["acme", "2026-07-02", "web", "k1", "POST /contact", "1200", "1000", "150", "50"]
    assert rows[4][2:4] == [f"'{HOSTILE}", "[red]k2[/]"]  # no formula


def test_programs_get_all_of_it(usage: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = usage("--json")
    (told,) = json.loads(out)["tenants"]
    assert (code, told["requests"], len(told["lines"])) == (0, 1_512, len(LINES))
    assert told["keys"][1] == {"id": "k0", "name": None, "planned": 1, "remaining": 4_999}
    assert told["agreement"] == {
        "logged_with_key": 1_502,
        "of_which_throttled": 2,
        "planned": 1_502,
        "agrees": True,
    }


@pytest.mark.parametrize("format_", [(), ("--csv",), ("--json",)])
def test_tenants_that_are_left_out_are_named(
    usage: Callable[..., tuple[int, str, str]], format_: tuple[str, ...]
) -> None:
    code, out, err = usage(*format_, incomplete=("zeta",))
    assert (code, "acme" in out) == (0, True)
    assert "no usage plan, so left out: zeta; wait for the update" in err
    if format_ == ("--json",):
        assert json.loads(out)["incomplete"] == ["zeta"]


def test_who_asks_for_one_tenant_hears_of_no_other_that_is_left_out(
    usage: Callable[..., tuple[int, str, str]],
) -> None:
    assert usage("acme", incomplete=("zeta",))[::2] == (0, "")
    code, out, err = usage("zeta", incomplete=("zeta",))
    assert (code, out) == (1, "")
    assert "has a stage zeta, but no usage plan" in err


def test_log_and_plan_that_differ_are_told(usage: Callable[..., tuple[int, str, str]]) -> None:
    code, _, err = usage("--csv", told=report(planned=1_400))
    assert code == 0
    assert "acme: the access log has 1,502 requests with a key, 2 of them throttled" in err
    assert "the usage plan counted 1,400" in err


def test_days_without_a_log_are_told(usage: Callable[..., tuple[int, str, str]]) -> None:
    _, _, err = usage(told=report(start=first_kept(), logged_from=first_kept() + timedelta(days=3)))
    assert (
        f"no access log is kept before {first_kept() + timedelta(days=3)}; the usage plan counts those days"
        in err
    )
    _, _, err = usage(told=report(start=first_kept() - timedelta(days=1), logged_from=None))
    assert f"no access log is kept; the usage plan counts those from {first_kept()} on" in err


def test_a_month_is_whole_and_this_one_ends_today(usage: Callable[..., tuple[int, str, str]]) -> None:
    today = datetime.now(UTC).date()
    usage("--month", "2026-02")
    usage("--month", f"{today:%Y-%m}")
    usage()
    (february, this, now) = usage.asks  # type: ignore[attr-defined]
    assert february[2:4] == (date(2026, 2, 1), date(2026, 2, 28))
    assert this[2:4] == now[2:4] == (today.replace(day=1), today)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--month", "2999-01"), "--month 2999-01 has not begun"),
        (("--month", "2026-13"), "--month '2026-13' is not a month; write it as 20"),
        (("--month", "July"), "--month 'July' is not a month"),
        (("--csv", "--json"), "give one of them"),
    ],
)
def test_what_makes_no_sense_is_refused(
    usage: Callable[..., tuple[int, str, str]], options: tuple[str, ...], word: str
) -> None:
    code, out, err = usage(*options)
    assert (code, out) == (2, "")
    assert word in err
