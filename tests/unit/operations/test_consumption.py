"""What CloudWatch and DynamoDB tell of a month becomes the use that cost is worked out from."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tenantry.config.tiers import Monitoring
from tenantry.costs.usage import FunctionUse
from tenantry.operations.metering import consumption, figures
from tenantry.operations.places import Place
from tenantry.operations.running import Running, RunningTenant
from tenantry.rules.naming import Names
from tests.support.command import TENANTS, Command, Run
from tests.support.engine import demo

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SUMS = figures.Sums(
    requests=10,
    served=9,
    functions={"items": figures.FunctionSums(9, 1, 450.0, 2)},
    read_units=3,
    write_units=4,
    messages=1,
    log_bytes=1_000,
    metrics_read=20,
)


class CloudWatch:
    """Answers 5 units for a table, or knows nothing of it."""

    def __init__(self, silent: bool) -> None:
        self.silent = silent

    def get_paginator(self, _: str) -> "CloudWatch":
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        def result(query: dict[str, Any]) -> dict[str, Any]:
            values = [] if self.silent else [5.0]
            return {"Id": query["Id"], "Values": values, "Timestamps": [NOW] * len(values)}

        return [{"MetricDataResults": [result(query) for query in asked["MetricDataQueries"]]}]


class DynamoDB:
    def describe_table(self, TableName: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        if TableName == "tenantry_demo_globex":
            return {"Table": {"TableSizeBytes": 0}}
        return {"Table": {"TableSizeBytes": 70}}


def place(silent: bool = False) -> Place:
    clients = {"cloudwatch": CloudWatch(silent), "dynamodb": DynamoDB()}
    return Place(Names("demo"), "eu-central-1", "demo", "here", clients.__getitem__, lambda *_: "")


def running(silent: bool = False) -> Running:
    """Three tenants run, and one that has no file."""
    slugs = ("acme", "acme-eu", "globex", "gone")
    tenants = tuple(RunningTenant(slug, "", False, "", "", 0, 0, None, (), {}, ()) for slug in slugs)
    return Running(place(silent), "id", "tenantry_demo", tenants)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What figures were asked for."""
    calls: list[Any] = []

    def sums(
        _: Running, tenants: list[RunningTenant], start: datetime, end: datetime
    ) -> dict[str, figures.Sums]:
        calls.append((start, end))
        return {tenant.slug: SUMS for tenant in tenants}

    monkeypatch.setattr(figures, "sums", sums)
    return calls


def test_the_month_is_read_from_its_first_until_now(asked: list[Any]) -> None:
    measured = consumption.this_month(running(), demo(), NOW)
    assert asked == [(datetime(2026, 11, 1, tzinfo=UTC), NOW)]
    assert measured.tenants["acme"].hours == 60


@pytest.mark.usefixtures("asked")
def test_every_figure_becomes_use_and_what_has_no_file_is_left_out() -> None:
    measured = consumption.this_month(running(), demo(), NOW)
    acme = measured.tenants["acme"]
    assert set(measured.tenants) == {"acme", "acme-eu", "globex"}
    assert acme.functions == {"items": FunctionUse(9, 450.0, 2)}
    assert (acme.requests, acme.read_units, acme.write_units) == (10, 3, 4)
    assert (acme.messages, acme.log_bytes, acme.metrics_read) == (1, 1_000, 20)
    assert (acme.sent_bytes, acme.traces) == (None, None)


@pytest.mark.usefixtures("asked")
def test_what_functions_do_not_count_is_unmeasured_and_not_nothing() -> None:
    cell = demo()
    free = [
        each.model_copy(
            update={"tier": each.tier.model_copy(update={"monitoring": Monitoring(metrics="free")})}
        )
        for each in cell.tenants
    ]
    acme = consumption.this_month(running(), cell.model_copy(update={"tenants": tuple(free)}), NOW).tenants[
        "acme"
    ]
    assert (acme.read_units, acme.write_units) == (None, None)
    assert acme.functions == {"items": FunctionUse(9, 450.0, None)}
    assert acme.messages == 0  # the notifier's runs, of which there were none


@pytest.mark.usefixtures("asked")
def test_the_pooled_table_is_measured_for_all_tenants() -> None:
    measured = consumption.this_month(running(), demo(), NOW)
    assert (measured.pooled_read_units, measured.pooled_write_units) == (5, 5)
    assert measured.pooled_bytes == 70


@pytest.mark.usefixtures("asked")
def test_what_nobody_knows_is_told_as_unmeasured() -> None:
    """A new table is not counted yet, and a quiet one has no metric."""
    measured = consumption.this_month(running(silent=True), demo(), NOW)
    assert (measured.pooled_read_units, measured.pooled_write_units) == (None, None)
    assert measured.tenants["globex"].stored_bytes is None


@pytest.mark.usefixtures("asked", "project", "no_credentials")
def test_actual_costs_name_the_tenants_that_are_left_out(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = running()
    partial = replace(found, tenants=found.tenants[:2], incomplete=("globex",))
    monkeypatch.setattr("tenantry.operations.running.survey", lambda _: partial)

    def cost(*slug: str) -> tuple[int, str, str]:
        where = ("--actual", "--stack", "demo", "--tenants", str(TENANTS))
        return run(Command(tmp_path), "cost", *slug, *where)

    code, out, err = cost()
    assert (code, "acme-eu" in out, "globex" in out) == (0, True, False)
    assert "no usage plan, so left out: globex; wait for the update" in err
    assert cost("acme")[::2] == (0, "")
    code, out, err = cost("globex")
    assert (code, out, "has a stage globex, but no usage plan" in err) == (1, "", True)
