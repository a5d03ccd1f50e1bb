"""`cost` and `fit` on the demo's files: what they print adds up, and wrong options are told."""

import json
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tenantry.cli.bill_tables import drivers
from tenantry.costs.lines import BillLine, Estimate
from tests.support.command import TENANTS, Command, Run

FOLDER = ("--tenants", str(TENANTS))


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path / "state")


def as_json(run: Run, command: Command, *arguments: str) -> Any:
    folder = () if "--tenants" in arguments else FOLDER
    code, out, err = run(command, *arguments, *folder, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_one_tenant_is_itemised_with_drivers_and_the_prices_day(run: Run, command: Command) -> None:
    code, out, err = run(command, "cost", "acme", *FOLDER)
    assert (code, err) == (0, "")
    for words in ("gateway", "$17.50", "mostly for", "what costs most", "us-east-1", "checked 2026-"):
        assert words in out


def test_all_tenants_are_listed_with_their_sum(run: Run, command: Command) -> None:
    code, out, _ = run(command, "cost", *FOLDER)
    assert code == 0
    assert all(slug in out for slug in ("acme", "acme-eu", "globex", "in all"))


def test_a_column_for_each_number_of_calls(run: Run, command: Command) -> None:
    volumes = ("--requests-per-month", "1000", "--requests-per-month", "2000000")
    told = as_json(run, command, "cost", "acme", *volumes)
    [tenant] = told["tenants"]
    assert [each["requests"] for each in tenant["estimates"]] == [1000, 2000000]
    assert tenant["estimates"][1]["components"]["gateway"] == 7
    _, out, _ = run(command, "cost", "acme", *volumes, *FOLDER)
    assert "2,000,000" in out


def test_one_call_is_told_as_one(run: Run, command: Command) -> None:
    _, out, _ = run(command, "cost", "acme", "--requests-per-month", "1", *FOLDER)
    assert "acme: 1 call\n" in out.replace("  ", "").replace(" \n", "\n")
    assert "mostly for (1 call):" in out
    assert "e-0" not in out  # small quantities too are written for people
    _, out, _ = run(command, "cost", "--requests-per-month", "1", *FOLDER)
    assert "1 call " in out


def test_what_comes_to_nothing_is_not_named_as_a_driver() -> None:
    lines = (
        BillLine("data", "p", Fraction(1), Fraction(999)),
        BillLine("secrets", "p", Fraction(1), Fraction(1)),
    )
    assert drivers(Estimate("acme", 1, lines)) == "data 100%"


def test_json_tells_quantities_units_and_what_they_add_up_to(run: Run, command: Command) -> None:
    told = as_json(run, command, "cost", "globex", "--free-tier")
    assert (told["currency"], told["free_tier"], told["architecture"]) == ("USD", True, "arm64")
    [bill] = told["tenants"][0]["estimates"]
    assert bill["total_usd"] == pytest.approx(sum(line["usd"] for line in bill["lines"]), abs=1e-4)
    [calls] = [line for line in bill["lines"] if line["price"] == "gateway_request"]
    assert (calls["quantity"], calls["unit"]) == (800_000, "requests")


@pytest.mark.parametrize("kind", ["tier", "architecture", "isolation"])
def test_a_comparison_marks_what_holds_now(run: Run, command: Command, kind: str) -> None:
    told = as_json(run, command, "cost", "acme", "--compare", kind)
    assert told["current"] in told["estimates"][0]
    _, out, _ = run(command, "cost", "acme", "--compare", kind, *FOLDER)
    assert f"{told['current']} (now)" in out
    assert "the same" in out


def test_what_nobody_said_is_told_as_assumed(run: Run, tmp_path: Path) -> None:
    silent = Command(tmp_path / "state", tmp_path / "tenants")
    (tmp_path / "tenants" / "demo").mkdir(parents=True)
    (tmp_path / "tenants" / "tiers.yaml").write_text("tiers:\n  bronze: {rate_per_second: 5, burst: 10}\n")
    folder = ("--tenants", str(silent.tenants))
    assert run(silent, "new", "initech", "--cell", "demo", "--tier", "bronze", *folder)[0] == 0
    _, out, _ = run(silent, "cost", *folder)
    assert "initech: the file names no workload.requests_per_month; a million is assumed" in out
    _, out, _ = run(silent, "cost", "--requests-per-month", "5", *folder)
    assert "assumed\n" not in out.replace("what is assumed", "")


WRONG = {
    "nobody": (("cost", "nobody"), "there is no tenant 'nobody'"),
    "compare all": (("cost", "--compare", "tier"), "needs one tenant; name it"),
    "measure what": (("cost", "--stack", "demo"), "give --actual too"),
    "both": (("cost", "acme", "--actual", "--requests-per-month", "5"), "leave --requests-per-month"),
    "too many": (("cost", "acme", "--requests-per-month", "1" + 400 * "0"), "goes up to 1,000,000,000,000"),
    "fit nobody": (("fit", "nobody"), "there is no tenant 'nobody'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_options_that_make_no_sense_are_told(run: Run, command: Command, case: str) -> None:
    arguments, words = WRONG[case]
    code, out, err = run(command, *arguments, *FOLDER)
    assert (code, out) == (2, "")
    assert words in err


def test_fit_shows_verdicts_and_where_containers_would_cost_less(run: Run, command: Command) -> None:
    code, out, err = run(command, "fit", "acme", *FOLDER)
    assert (code, err) == (0, "")
    assert "✗" not in out
    assert "calls a month on, containers cost no more" in out
    [told] = as_json(run, command, "fit", "acme")["tenants"]
    assert (told["fits"], told["misfits"]) == (True, [])
    assert f"{told['containers_cost_no_more_from']:,}" in out


def unfit(tmp_path: Path, command: Command) -> Command:
    tenants = Path(shutil.copytree(command.tenants, tmp_path / "unfit"))
    with (tenants / "demo" / "globex.yaml").open("a") as file:
        file.write("  connection: websocket\n")
    return Command(tmp_path / "state", tenants)


def test_fit_names_what_does_not_and_what_would(run: Run, command: Command, tmp_path: Path) -> None:
    spoilt = unfit(tmp_path, command)
    folder = ("--tenants", str(spoilt.tenants))
    code, out, _ = run(spoilt, "fit", "globex", *folder)
    assert code == 0
    assert "✗" in out
    assert "API Gateway's WebSocket API" in out
    [told] = as_json(run, spoilt, "fit", "globex", *folder)["tenants"]
    assert [each["rule"] for each in told["misfits"] if each["fatal"]] == ["connection"]
    assert not told["fits"]


def test_validate_warns_and_the_files_stay_valid(run: Run, command: Command, tmp_path: Path) -> None:
    spoilt = unfit(tmp_path, command)
    code, out, err = run(spoilt, "validate", "--tenants", str(spoilt.tenants))
    assert code == 0
    assert "all files are valid" in out
    assert "warning: globex: its workload does not fit: a REST API keeps no connection open" in err
    told = json.loads(run(spoilt, "validate", "--tenants", str(spoilt.tenants), "--json")[1])
    unfit_ones = [each["tenant"] for each in told["misfits"] if each["fatal"]]
    assert (told["problems"], unfit_ones) == ([], ["globex"])


def test_a_workload_that_contradicts_itself_is_a_problem_of_the_file(
    run: Run, command: Command, tmp_path: Path
) -> None:
    spoilt = unfit(tmp_path, command)
    with (spoilt.tenants / "demo" / "globex.yaml").open("a") as file:
        file.write("  duration_ms: 100\n  p99_ms: 50\n")
    code, _, err = run(spoilt, "validate", "--tenants", str(spoilt.tenants))
    assert code == 2
    assert "workload.p99_ms is less than duration_ms" in err
