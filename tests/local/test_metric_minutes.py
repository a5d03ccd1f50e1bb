"""A minute of a metric is small, whatever was measured in it, and loses nothing."""

import threading
from typing import Any

import pytest
from ministack.services import cloudwatch

from tenantry.local.clients import Session
from tenantry.local.emulator.repairs.metrics import metric_minutes
from tenantry.local.emulator.repairs.metrics.metric_minutes import DISTINCT, KEPT, add
from tests.local.cloud import make_function, make_role
from tests.support.measurements import measured

PRINT_MANY = """
    import json
    def handle(event, context):
        for value in range(event):
            directive = {"Namespace": "Tenantry", "Dimensions": [[]], "Metrics": [{"Name": "Value"}]}
            print(json.dumps({"_aws": {"CloudWatchMetrics": [directive]}, "Value": value % 10}))
"""


def added(*values: float, minute: float = 60) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    for value in values:
        add(points, minute, value, {"Unit": "Count"})
    return points


def test_a_value_is_kept_once_with_its_count() -> None:
    told = [(each["Timestamp"], each["Value"], each["Count"]) for each in added(1, 0, 1, 1)]
    assert told == [(60, 1, 3), (60, 0, 1)]


def test_each_minute_counts_for_itself() -> None:
    points = added(1, 1)
    add(points, 120, 1, {})
    assert [(each["Timestamp"], each["Count"]) for each in points] == [(60, 2), (120, 1)]


def test_a_minute_of_many_values_rounds_the_further_ones() -> None:
    points = added(*(1000 + each / 7 for each in range(10 * DISTINCT)))
    assert len(points) < DISTINCT + 100
    assert sum(each["Count"] for each in points) == 10 * DISTINCT


def test_a_metric_forgets_its_oldest_minutes() -> None:
    points: list[dict[str, Any]] = []
    for minute in range(KEPT + 1):
        add(points, minute * 60, 1, {})
    assert len(points) <= KEPT
    assert points[-1]["Timestamp"] == KEPT * 60


def moved_by_a_request() -> bool:
    """Whether what a function is about to add to would no longer be what is read."""
    cloudwatch.record_metric("Tenantry", "Value", 1)
    key = ("Tenantry", "Value", "")
    held = cloudwatch._metrics[key]
    cloudwatch._evict_old_metrics()
    return cloudwatch._metrics[key] is not held


def test_a_request_moves_nothing_while_functions_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_evict_old_metrics", "_store_datum", "record_metric"):
        monkeypatch.setattr(cloudwatch, name, getattr(cloudwatch, name))  # put back afterwards
    metric_minutes.repair()
    assert not moved_by_a_request()


def test_the_untouched_emulator_moves_all_at_each_request() -> None:
    """When this fails, the repair is no longer needed."""
    assert moved_by_a_request()


def test_nothing_is_lost_under_concurrent_functions_and_readers(root: Session) -> None:
    make_function(root, "function", PRINT_MANY, make_role(root, "function"))
    client, count, threads = root.client("lambda"), 400, 4

    def invoke() -> None:
        client.invoke(FunctionName="function", Payload=str(count))
        measured(root, "Tenantry", "Value")

    running = [threading.Thread(target=invoke) for _ in range(threads)]
    for each in running:
        each.start()
    for each in running:
        each.join()
    assert measured(root, "Tenantry", "Value", "SampleCount") == count * threads
    assert measured(root, "Tenantry", "Value") == sum(value % 10 for value in range(count)) * threads
    assert measured(root, "Tenantry", "Value", "p50") == 4.5
