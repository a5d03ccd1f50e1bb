"""Alarms and dashboards name metrics that AWS emits, of their own tenant alone."""

import re
from typing import Any

import botocore.session
import pytest

from tenantry.monitoring import PERIOD_SECONDS, Queues, alarms, cell_dashboard, tenant_dashboard
from tenantry.naming import AUTHORIZER, GROUPS, NOTIFIER, Names

# "Amazon API Gateway dimensions and metrics" and "Lambda metrics": by namespace, the metrics and the sets of
# dimensions that they come with. A metric under any other set never gets a datum.
EMITTED = {
    "AWS/ApiGateway": (
        {"4XXError", "5XXError", "CacheHitCount", "CacheMissCount", "Count", "IntegrationLatency", "Latency"},
        [{"ApiName"}, {"ApiName", "Stage"}, {"ApiName", "Stage", "Method", "Resource"}],
    ),
    "AWS/Lambda": (
        {"Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"},
        [{"FunctionName"}, {"FunctionName", "Resource"}],
    ),
    "AWS/SQS": (  # "Available CloudWatch metrics for Amazon SQS"
        {
            "ApproximateAgeOfOldestMessage",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesVisible",
        },
        [{"QueueName"}],
    ),
}
NAMES = Names("demo")
FUNCTIONS = {group: NAMES.function("acme", group) for group in (AUTHORIZER, *GROUPS, NOTIFIER)}
QUEUES = Queues(NAMES.queue("acme"), NAMES.dead_letters("acme"))
ALARMS = alarms("acme", NAMES.cell, FUNCTIONS, QUEUES)
TENANTS = ["acme", "acme-eu", "globex"]
METRICS_PER_GRAPH = 500  # CloudWatch dashboards, hard
COLUMNS = 24

Widget = dict[str, Any]


def enumerated(shape: str) -> list[str]:
    values: list[str] = botocore.session.get_session().get_service_model("cloudwatch").shape_for(shape).enum
    return values


def graphs(dashboard: dict[str, Any]) -> list[Widget]:
    return [widget for widget in dashboard["widgets"] if widget["type"] == "metric"]


def lines(widget: Widget) -> list[tuple[str, str, dict[str, str], dict[str, Any]]]:
    """(namespace, metric, dimensions, options) of each line of a graph."""
    found = []
    for line in widget["properties"]["metrics"]:
        options = line[-1] if isinstance(line[-1], dict) else {}
        namespace, metric, *flat = line[:-1] if options else line
        found.append((namespace, metric, dict(zip(flat[::2], flat[1::2], strict=True)), options))
    return found


def assert_emitted(namespace: str, metric: str, dimensions: dict[str, str]) -> None:
    metrics, sets = EMITTED[namespace]
    assert metric in metrics
    assert set(dimensions) in sets


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.condition)
def test_an_alarm_watches_a_metric_that_is_emitted_for_this_tenant(alarm: Any) -> None:
    assert_emitted(alarm.namespace, alarm.metric, alarm.dimensions)
    own: dict[str, list[dict[str, str]]] = {
        "AWS/ApiGateway": [{"ApiName": NAMES.cell, "Stage": "acme"}],
        "AWS/Lambda": [{"FunctionName": name} for name in FUNCTIONS.values()],
        "AWS/SQS": [{"QueueName": name} for name in QUEUES],
    }
    assert alarm.dimensions in own[alarm.namespace]


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.condition)
def test_an_alarm_is_one_that_cloudwatch_takes(alarm: Any) -> None:
    assert alarm.comparison in enumerated("ComparisonOperator")
    assert alarm.statistic in enumerated("Statistic") or re.fullmatch(r"p\d{1,2}(\.\d+)?", alarm.statistic)
    assert alarm.missing_data in {"breaching", "notBreaching", "ignore", "missing"}
    assert alarm.periods >= 1
    assert PERIOD_SECONDS % 60 == 0
    assert alarm.periods * PERIOD_SECONDS <= 86_400  # CloudWatch's longest evaluation


def test_a_tenant_without_traffic_raises_no_alarm() -> None:
    assert {alarm.missing_data for alarm in ALARMS} == {"notBreaching"}


def test_conditions_are_named_once_and_say_whose_they_are() -> None:
    conditions = [alarm.condition for alarm in ALARMS]
    assert len(conditions) == len(set(conditions))
    assert all(alarm.description.startswith("acme: ") for alarm in ALARMS)


def test_failures_of_each_group_and_of_the_gateway_are_watched() -> None:
    failing = {alarm.dimensions["FunctionName"] for alarm in ALARMS if alarm.metric == "Errors"}
    assert failing == {FUNCTIONS[group] for group in (*GROUPS, NOTIFIER)}
    assert {"5XXError", "Latency"} <= {alarm.metric for alarm in ALARMS}


def test_a_refused_token_raises_no_alarm() -> None:
    """An authorizer refuses by raising, so its errors are what callers do wrong."""
    assert not [alarm for alarm in ALARMS if FUNCTIONS[AUTHORIZER] in alarm.dimensions.values()]


def test_the_rate_of_failures_is_a_share_of_all_calls() -> None:
    """`Average` of 5XXError is the share; `Sum` would measure traffic."""
    [rate] = [alarm for alarm in ALARMS if alarm.metric == "5XXError"]
    assert rate.statistic == "Average"
    assert 0 < rate.threshold < 1


def test_a_single_dead_letter_raises_an_alarm_and_so_does_a_queue_that_nobody_takes_from() -> None:
    watched = {alarm.dimensions["QueueName"]: alarm for alarm in ALARMS if alarm.namespace == "AWS/SQS"}
    dead, waiting = watched[QUEUES.dead_letters], watched[QUEUES.contact]
    assert (dead.metric, dead.threshold) == ("ApproximateNumberOfMessagesVisible", 0)
    assert waiting.metric == "ApproximateAgeOfOldestMessage"
    assert {dead.statistic, waiting.statistic} == {"Maximum"}


def test_only_groups_that_are_on_have_alarms() -> None:
    some = alarms("acme-eu", NAMES.cell, {"items": NAMES.function("acme-eu", "items")})
    assert {alarm.condition for alarm in some} == {"5xx", "latency", "items-errors"}


DASHBOARDS = {
    "tenant": tenant_dashboard("eu-west-1", "acme", NAMES.cell, FUNCTIONS, QUEUES),
    "tenant without delivery": tenant_dashboard("eu-west-1", "acme", NAMES.cell, FUNCTIONS),
    "cell": cell_dashboard("eu-west-1", "demo", NAMES.cell, TENANTS),
}


@pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=DASHBOARDS)
def test_no_line_of_a_dashboard_stays_empty_for_a_wrong_name(dashboard: dict[str, Any]) -> None:
    assert graphs(dashboard)
    for widget in graphs(dashboard):
        assert widget["properties"]["region"] == "eu-west-1"
        assert 1 <= len(lines(widget)) <= METRICS_PER_GRAPH
        for namespace, metric, dimensions, options in lines(widget):
            assert_emitted(namespace, metric, dimensions)
            assert options.keys() <= {"label", "stat"}
            statistic = options.get("stat", widget["properties"]["stat"])
            assert statistic in enumerated("Statistic") or re.fullmatch(r"p\d\d", statistic)


@pytest.mark.parametrize("dashboard", DASHBOARDS.values(), ids=DASHBOARDS)
def test_widgets_lie_on_the_grid_and_none_hides_another(dashboard: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in dashboard["widgets"]:
        cells = {
            (widget["x"] + column, widget["y"] + row)
            for column in range(widget["width"])
            for row in range(widget["height"])
        }
        assert widget["x"] + widget["width"] <= COLUMNS
        assert not taken & cells
        taken |= cells


def test_a_tenants_dashboard_shows_that_tenant_alone() -> None:
    for widget in graphs(DASHBOARDS["tenant"]):
        for _, _, dimensions, _ in lines(widget):
            assert dimensions.get("Stage", "acme") == "acme"
            assert dimensions.get("FunctionName") in {None, *FUNCTIONS.values()}
            assert dimensions.get("QueueName") in {None, *QUEUES}


def test_a_cells_dashboard_shows_every_tenant_in_every_graph() -> None:
    for widget in graphs(DASHBOARDS["cell"]):
        assert [dimensions["Stage"] for _, _, dimensions, _ in lines(widget)] == TENANTS
        assert [options["label"] for *_, options in lines(widget)] == TENANTS


def test_a_cell_without_tenants_has_a_dashboard_without_graphs() -> None:
    """CloudWatch refuses a graph without a metric, and a new cell has no tenant yet."""
    empty = cell_dashboard("eu-west-1", "demo", NAMES.cell, [])
    assert [widget["type"] for widget in empty["widgets"]] == ["text"]
