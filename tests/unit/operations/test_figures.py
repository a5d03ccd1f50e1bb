"""Figures come from CloudWatch in few calls, each metric where its emitter puts it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from agreed.metrics import READS
from tenantry.console import charts
from tenantry.errors import Failed
from tenantry.monitoring.metrics import Metric
from tenantry.operations.metering import figures, measures
from tenantry.operations.metering.measures import Charted
from tenantry.operations.metering.metric_data import Measure, Window, read
from tenantry.operations.places import Place
from tenantry.operations.running import Running
from tenantry.rules.naming import AUTHORIZER
from tests.support.console import NAMES, NOW, PLACE, tenant

START = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(minutes=5), 60)
Key = tuple[str, tuple[tuple[str, str], ...], str]


class CloudWatch:
    """Answers GetMetricData with the points of each metric, by name, dimensions and statistic."""

    def __init__(self, points: Mapping[Key, list[tuple[int, float]]], pages: int = 1) -> None:
        self.points, self.pages = points, pages
        self.calls: list[dict[str, Any]] = []

    def get_paginator(self, operation: str) -> "CloudWatch":
        assert operation == "get_metric_data"
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        self.calls.append(asked)
        for page in range(self.pages):
            yield {
                "MetricDataResults": [self._result(each, page) for each in asked["MetricDataQueries"]],
            }

    def _result(self, query: dict[str, Any], page: int) -> dict[str, Any]:
        stat = query["MetricStat"]
        pairs = tuple((each["Name"], each["Value"]) for each in stat["Metric"]["Dimensions"])
        known = self.points.get((stat["Metric"]["MetricName"], pairs, stat["Stat"]), [])
        own = known[page :: self.pages]
        at = [START + timedelta(minutes=minute) for minute, _ in own]
        return {"Id": query["Id"], "Timestamps": at, "Values": [value for _, value in own]}


def place(cloudwatch: Any) -> Place:
    return replace(PLACE, client=lambda service: {"cloudwatch": cloudwatch}[service])


def running(cloudwatch: Any, *slugs: str) -> Running:
    return Running(place(cloudwatch), "a1b2c3", NAMES.cell, tuple(map(tenant, slugs)))


def glances(cloudwatch: Any, *slugs: str) -> dict[str, figures.Glance]:
    found = running(cloudwatch, *slugs)
    return figures.glances(found, found.tenants, WINDOW)


def stage(slug: str) -> tuple[tuple[str, str], ...]:
    return (("ApiName", "tenantry_demo"), ("Stage", slug))


def test_metrics_are_asked_for_in_as_few_calls_as_the_limit_allows() -> None:
    cloudwatch = CloudWatch({})
    asked = [Measure("N", f"m{index}", ()) for index in range(501)]
    found = read(place(cloudwatch), [*asked, *asked], WINDOW)
    assert [len(call["MetricDataQueries"]) for call in cloudwatch.calls] == [500, 1]
    assert found.keys() == set(asked)


def test_a_metrics_points_are_put_together_from_all_pages_in_the_order_of_time() -> None:
    points = [(3, 4.0), (0, 1.0), (2, 3.0), (1, 2.0)]
    measure = Measure("N", "m", ())
    found = read(place(CloudWatch({("m", (), "Sum"): points}, pages=3)), [measure], WINDOW)
    assert [value for _, value in found[measure]] == [1.0, 2.0, 3.0, 4.0]


def test_at_a_glance_each_tenant_has_its_own_stages_figures() -> None:
    cloudwatch = CloudWatch(
        {
            ("Count", stage("acme"), "Sum"): [(0, 5.0), (3, 7.0)],
            ("4XXError", stage("acme"), "Sum"): [(3, 2.0)],
            ("5XXError", stage("acme"), "Sum"): [(3, 1.0)],
            ("Latency", stage("acme"), "p99"): [(0, 250.0)],
            ("Count", stage("acme-eu"), "Sum"): [(1, 100.0)],
        }
    )
    found = glances(cloudwatch, "acme", "acme-eu")
    assert found["acme"] == figures.Glance(12.0, 2.0, 1.0, 250.0)
    assert (found["acme-eu"].requests, found["acme-eu"].p99) == (100.0, None)


def test_at_a_glance_each_figure_is_one_point_of_the_whole_window() -> None:
    """A p99 of p99s would be none; and a thousand tenants' figures are read in eight calls of few points."""
    cloudwatch = CloudWatch({})
    glances(cloudwatch, *(f"t{number}" for number in range(1_000)))
    stats = [each["MetricStat"] for call in cloudwatch.calls for each in call["MetricDataQueries"]]
    assert {stat["Period"] for stat in stats} == {300}
    assert (len(stats), len(cloudwatch.calls)) == (4_000, 8)


def test_calls_are_told_step_by_step() -> None:
    cloudwatch = CloudWatch({("Count", stage("acme"), "Sum"): [(0, 5.0), (3, 7.0)]})
    found = running(cloudwatch, "acme", "acme-eu")
    calls = figures.calls(found, found.tenants, WINDOW)
    assert calls == {"acme": (5.0, 0.0, 0.0, 7.0, 0.0), "acme-eu": (0.0,) * 5}


def test_a_line_adds_up_its_routes_and_leaves_out_what_was_not_measured() -> None:
    def capacity(route: str) -> Key:
        return ("ConsumedReadCapacity", (("tenant", "acme"), ("route", route)), "Sum")

    cloudwatch = CloudWatch(
        {
            capacity("GET /items/{collection}"): [(0, 1.5), (1, 2.0)],
            capacity("notifier"): [(1, 0.5)],
            ("ConsumedReadCapacity", (("tenant", "acme-eu"), ("route", "notifier")), "Sum"): [(2, 9.0)],
        }
    )
    chart = Charted("", lambda _, acme: {"read": measures.capacity(acme, READS)})
    found = running(cloudwatch, "acme", "acme-eu")
    ((line,),) = figures.lines(found, found.tenant("acme"), [chart], WINDOW)
    assert line == figures.ChartLine("read", (1.5, 2.5, None, None, None))


def test_a_periods_sums_are_by_tenant_function_and_kind() -> None:
    function = (("FunctionName", NAMES.function("acme", "items")),)
    cloudwatch = CloudWatch(
        {
            ("Count", stage("acme"), "Sum"): [(0, 5.0), (1, 6.0)],
            ("IntegrationLatency", stage("acme"), "SampleCount"): [(0, 4.0), (1, 3.0)],
            ("Invocations", function, "Sum"): [(0, 4.0)],
            ("Errors", function, "Sum"): [(0, 1.0)],
            ("Duration", function, "Sum"): [(0, 90.0)],
            ("ColdStarts", (("tenant", "acme"), ("function", "items")), "Sum"): [(0, 2.0)],
            ("ConsumedWriteCapacity", (("tenant", "acme"), ("route", "POST /contact")), "Sum"): [(0, 3.0)],
            ("MessagesDelivered", (("tenant", "acme"),), "Sum"): [(0, 2.0)],
            ("DeliveryFailures", (("tenant", "acme"),), "Sum"): [(0, 1.0)],
            ("IncomingBytes", (("LogGroupName", NAMES.access_log("acme")),), "Sum"): [(0, 700.0)],
        }
    )
    found = running(cloudwatch, "acme")
    sums = figures.sums(found, found.tenants, NOW, NOW + timedelta(days=1))["acme"]
    assert (sums.requests, sums.served, sums.write_units, sums.read_units) == (11.0, 7.0, 3.0, 0.0)
    assert sums.functions["items"] == figures.FunctionSums(4.0, 1.0, 90.0, 2.0)
    assert sums.functions[AUTHORIZER] == figures.FunctionSums(0.0, 0.0, 0.0, 0.0)
    assert (sums.messages, sums.log_bytes) == (3.0, 700.0)
    (call,) = cloudwatch.calls
    assert (call["StartTime"].hour, sums.metrics_read) == (0, len(call["MetricDataQueries"]))


def test_no_measure_is_of_a_metric_that_nothing_emits() -> None:
    found = running(CloudWatch({}), "acme")
    (acme,) = found.tenants
    shown = [
        each for plan in charts.plans(acme) for own in plan.measures(found, acme).values() for each in own
    ]
    everything = {*shown, *measures.used(found, acme).all(), *measures.gateway(found, acme)}
    assert len(everything) > 60
    for each in everything:
        Metric(each.namespace, each.metric, dict(each.dimensions))  # raises for what nothing emits


def test_what_aws_refuses_is_told() -> None:
    class Refusing:
        def get_paginator(self, operation: str) -> Any:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)

    with pytest.raises(Failed, match="AccessDenied"):
        glances(Refusing(), "acme")
