"""A run by the clock: its lines, its counts, its time, and what Lambda learns of one that fails."""

from typing import Any

import pytest

from agreed import schedules as agreed
from agreed.metrics import READS
from api import deadline, metrics, schedules
from api.schedules import Run, RunFailed
from tests.support import emf
from tests.support.tenant_api import TenantApi

RUN = "0b6f3f2e-6f0d-4a0a-9a53-0d9f7f2b6d11"
ADDRESS = "ann@example.com"
DUE = "2026-11-27T03:00:00Z"
EVENT = agreed.event("sweep", RUN, DUE)


class Lambda:
    def get_remaining_time_in_millis(self) -> int:
        return 5_000


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return emf.lines(capsys.readouterr().out)


def test_the_work_gets_the_run_and_its_lines_carry_the_runs_id(
    acme: TenantApi, capsys: pytest.CaptureFixture[str]
) -> None:
    runs: list[Run] = []

    def work(run: Run) -> None:
        runs.append(run)
        metrics.count(READS, 3)

    with acme.environment():
        schedules.run("sweep", EVENT, Lambda(), work)
    assert runs == [Run(RUN, DUE)]
    [line] = lines(capsys)
    about = {"tenant": "acme", "route": "sweep", "request_id": RUN, "due": DUE, "message": "done"}
    assert line.items() >= about.items()
    assert (line["read_units"], line[READS.name]) == (3, [3])


def test_a_run_that_fails_is_logged_and_raised_without_what_it_said(
    acme: TenantApi, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(_: Run) -> None:
        metrics.count(READS)
        raise ValueError(ADDRESS)

    with acme.environment(), pytest.raises(RunFailed) as raised:
        schedules.run("sweep", EVENT, Lambda(), work)
    assert raised.value.__context__ is None
    assert "sweep" in str(raised.value)
    out = capsys.readouterr().out
    assert ADDRESS not in out + str(raised.value)
    failure, end = emf.lines(out)
    assert (failure["level"], failure["message"]) == ("ERROR", "the run failed")
    assert [cause["type"] for cause in failure["causes"]] == ["builtins.ValueError"]
    assert (end["message"], end["request_id"], end[READS.name]) == ("failed", RUN, [1])


def test_nothing_begins_that_could_outlast_the_run(acme: TenantApi) -> None:
    allowed: list[bool] = []
    with acme.environment():
        schedules.run(
            "sweep",
            EVENT,
            Lambda(),
            lambda _: allowed.extend((deadline.allows(3), deadline.allows(5))),
        )
    assert allowed == [True, False]
