"""Dashboards are ones that CloudWatch takes, and show what an operator looks for."""

import re
from dataclasses import replace
from typing import Any

import pytest

from tenantry.config.tiers import Quota
from tenantry.monitoring import dashboards
from tenantry.monitoring.watched import ANY_TENANT
from tests.support.dashboards import expressions, in_graph, metrics, of_kind
from tests.support.engine import ARNS
from tests.support.watched import FUNCTIONS, NAMES, watched

COLUMNS = 24
# "CloudWatch quotas", and "Dashboard body structure and syntax" for widgets and alarms.
WIDGETS, METRICS_OF_A_GRAPH, METRICS_OF_A_DASHBOARD, ALARMS_OF_A_WIDGET = 500, 500, 2_500, 100
LONGEST = 32

Body = dict[str, Any]


def of_tenant(**changes: Any) -> Body:
    return dashboards.of_tenant(ARNS, NAMES, watched(**changes), "docs/runbooks.md")


def of_cell(*slugs: str) -> list[Body]:
    return dashboards.of_cell(ARNS, NAMES, "demo", [watched(slug) for slug in slugs])


def titled(body: Body, title: str) -> dict[str, Any]:
    [widget] = [each for each in of_kind(body, "metric") if each["title"].startswith(title)]
    return widget


BIG = of_cell(*(f"tenant-{number}".ljust(LONGEST, "x") for number in range(60)))
SHARED = dashboards.shared(ARNS, NAMES, watched(ANY_TENANT), [watched("acme"), watched("acme-eu")], "page")
BODIES = {
    "everything": of_tenant(),
    "pooled, no delivery": of_tenant(silo=None, queues=(), quota=None),
    "silo": of_tenant(pooled=None),
    "shared": SHARED,
    "cell": of_cell("acme", "acme-eu")[0],
    "full cell": BIG[0],
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_dashboard_stays_within_cloudwatchs_limits(body: Body) -> None:
    assert len(body["widgets"]) <= WIDGETS
    assert len(list(metrics(body))) <= METRICS_OF_A_DASHBOARD
    for widget in of_kind(body, "metric"):
        assert 1 <= len(widget["metrics"]) <= METRICS_OF_A_GRAPH
        assert widget["region"] == ARNS.region
    for widget in of_kind(body, "alarm"):
        assert 1 <= len(widget["alarms"]) <= ALARMS_OF_A_WIDGET


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_widgets_lie_on_the_grid_and_none_hides_another(body: Body) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in body["widgets"]:
        cells = {
            (widget["x"] + column, widget["y"] + row)
            for column in range(widget["width"])
            for row in range(widget["height"])
        }
        assert widget["x"] + widget["width"] <= COLUMNS
        assert not taken & cells
        taken |= cells


def test_one_look_tells_what_an_operator_asks() -> None:
    titles = {widget["title"] for widget in of_kind(BODIES["everything"], "metric")}
    assert titles >= {
        *("Calls by status", "Latency (ms)", "Failing share", "Function errors", "Cold starts"),
        *("Function duration p95 (ms)", "Throttles of functions", "Concurrent executions"),
        *("Tokens by verdict", "What callers did", "Read units by route", "Write units by route"),
        *("Own table: units", "Own table: throttles", "Own table: errors of DynamoDB's own, conflicts"),
        *(
            "Contact messages to deliver",
            "Age of the oldest of contact messages (s)",
            "What was done for them",
        ),
        *("Calls a day, against the quota of each key", "Calls in the time shown"),
        *("Cost: calls", "Cost: GB-seconds of functions", "Cost: logs written (bytes)"),
    }
    assert of_kind(BODIES["everything"], "alarm")
    assert of_kind(BODIES["everything"], "log")


def test_a_tenants_dashboard_shows_no_other_tenants_metrics() -> None:
    for named in metrics(BODIES["everything"]):
        whose = {value for name, value in named.dimensions.items() if name in {"Stage", "tenant"}}
        assert whose <= {"acme"}


def test_calls_that_went_well_are_what_is_left_of_all() -> None:
    widget = titled(BODIES["everything"], "Calls by status")
    ids = {each.options["id"]: each.name for each in in_graph(widget)}
    assert ids == {"refused": "4XXError", "failed": "5XXError", "calls": "Count"}
    assert expressions(widget) == ["calls-FILL(refused,0)-FILL(failed,0)"]


def test_latency_is_shown_by_percentile() -> None:
    drawn = {each.options["stat"] for each in in_graph(titled(BODIES["everything"], "Latency (ms)"))}
    assert drawn == {"p50", "p95", "p99"}


def test_gb_seconds_come_from_durations_and_memory() -> None:
    """256 MB for 1,000 ms are a quarter of a GB-second."""
    [expression] = expressions(titled(of_tenant(), "Cost: GB-seconds"))
    durations = dict.fromkeys(re.findall(r"FILL\(\w+,0\)", expression), "1000")
    assert len(durations) == len(FUNCTIONS)
    for filled, milliseconds in durations.items():
        expression = expression.replace(filled, milliseconds)
    assert eval(expression, {}) == len(durations) / 4  # noqa: S307 - sums of numbers


def test_a_function_with_memory_of_its_own_is_weighed_by_it() -> None:
    own = dict.fromkeys(watched().functions, 256) | {"items": 1024}
    [expression] = expressions(titled(of_tenant(memory_mb=own), "Cost: GB-seconds"))
    for filled in dict.fromkeys(re.findall(r"FILL\(\w+,0\)", expression)):
        expression = expression.replace(filled, "1000")
    assert eval(expression, {}) == (len(FUNCTIONS) - 1) / 4 + 1  # noqa: S307 - sums of numbers


def test_where_memory_differs_only_seconds_are_told() -> None:
    widget = titled(of_tenant(memory_mb=None), "Cost: seconds")
    assert expressions(widget)[0].endswith("/1000")


@pytest.mark.parametrize(
    ("quota", "marks"),
    [
        (Quota(limit=10_000, period="day"), [10_000, 8_000]),
        (Quota(limit=7_000, period="week"), [1_000]),
        (Quota(limit=31_000, period="month"), [1_000]),
        (None, []),
    ],
)
def test_calls_of_a_day_are_held_to_the_quota(quota: Quota | None, marks: list[float]) -> None:
    widget = titled(of_tenant(quota=quota), "Calls a day")
    assert widget["period"] == 86_400
    assert [each["value"] for each in widget["annotations"]["horizontal"]] == marks


def test_a_cells_dashboard_shows_its_tenants_side_by_side() -> None:
    [body] = of_cell("acme", "acme-eu", "globex")
    for title in (
        "Calls",
        "Latency p99",
        "Share of calls with 5xx",
        "4xx",
        "Function errors",
    ):
        widget = titled(body, title)
        shown = [each.options["label"] for each in in_graph(widget) if "label" in each.options]
        shown += [line[0]["label"] for line in widget["metrics"] if isinstance(line[0], dict)]
        assert shown == ["acme", "acme-eu", "globex"]
    dead = [each.options["label"] for each in in_graph(titled(body, "Dead letters"))]
    assert dead == ["acme contact", "acme-eu contact", "globex contact"], "by queue"


def test_a_cell_with_more_tenants_than_fit_has_more_dashboards_and_leaves_none_out() -> None:
    assert len(BIG) == 3
    shown = [{each.dimensions.get("Stage") for each in metrics(body)} - {None} for body in BIG]
    assert [len(each) for each in shown] == [25, 25, 10]
    assert len(set.union(*shown)) == 60


def test_a_cell_without_tenants_has_a_dashboard_without_graphs() -> None:
    """CloudWatch refuses a graph without a metric, and a new cell has no tenant yet."""
    [empty] = of_cell()
    assert [widget["type"] for widget in empty["widgets"]] == ["text"]


def test_no_widget_draws_a_metric_that_the_tenant_does_not_write() -> None:
    drawn = [each for widget in of_kind(of_tenant(counted=False), "metric") for each in in_graph(widget)]
    assert drawn
    assert not [each for each in drawn if each.namespace == "Tenantry"]
    assert [
        each
        for widget in of_kind(of_tenant(), "metric")
        for each in in_graph(widget)
        if each.namespace == "Tenantry"
    ]
    [body] = dashboards.of_cell(ARNS, NAMES, "demo", [watched("acme", counted=False)])
    assert not [
        each
        for widget in of_kind(body, "metric")
        for each in in_graph(widget)
        if each.namespace == "Tenantry"
    ]


def test_a_tenant_that_the_cell_watches_shows_the_cells_alarms() -> None:
    shown = of_tenant(alarms="cell", queues=(), silo=None, receivers=())
    [states] = of_kind(shown, "alarm")
    assert [each.rpartition(":")[2] for each in states["alarms"]] == [
        "tenantry_demo__5xx",
        "tenantry_demo__latency",
    ]
    assert of_kind(of_tenant(alarms="none"), "alarm") == []


def test_a_cell_of_silos_alone_shows_nobodys_use_of_the_pooled_table() -> None:
    silo = replace(watched("acme"), pooled=None)
    [body] = dashboards.of_cell(ARNS, NAMES, "demo", [silo])
    assert not [each for each in of_kind(body, "metric") if "units by tenant" in each["title"]]


def test_the_shared_dashboard_tells_each_tenants_quota_in_words() -> None:
    """A variable changes texts, not numbers."""
    tenants = [watched("acme"), watched("globex", quota=None, memory_mb={"authorizer": 512})]
    body = dashboards.shared(ARNS, NAMES, watched(ANY_TENANT, quota=None), tenants, "page")
    table = of_kind(body, "text")[-1]["markdown"]
    assert "| acme | 10,000 a day | 256 MB |" in table
    assert "| globex | none | 512 MB |" in table
    assert titled(body, "Calls a day")["annotations"] == {"horizontal": []}
