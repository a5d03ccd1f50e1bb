"""GetMetricData answers several queries, each by its own dimensions, and the math over them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tenantry.local.clients import Session

BEGAN = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)


def put(root: Session, name: str, minute: int, *values: float, **dimensions: str) -> None:
    root.client("cloudwatch").put_metric_data(
        Namespace="Demo",
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [{"Name": each, "Value": value} for each, value in dimensions.items()],
                "Timestamp": BEGAN + timedelta(minutes=minute, seconds=30),
                "Values": values,
            }
        ],
    )


def query(name: str, metric: str, stat: str, period: int = 60, **dimensions: str) -> dict[str, Any]:
    named = [{"Name": each, "Value": value} for each, value in dimensions.items()]
    asked = {"Namespace": "Demo", "MetricName": metric, "Dimensions": named}
    return {"Id": name, "MetricStat": {"Metric": asked, "Period": period, "Stat": stat}}


def answers(root: Session, *queries: dict[str, Any], **more: Any) -> dict[str, Any]:
    told = root.client("cloudwatch").get_metric_data(
        MetricDataQueries=list(queries),
        StartTime=BEGAN + timedelta(seconds=40),
        EndTime=BEGAN + timedelta(hours=1),
        **more,
    )["MetricDataResults"]
    return {each["Id"]: each for each in told}


def values(told: dict[str, Any], name: str) -> list[tuple[int, float]]:
    """(minute, value), in the order of the answer."""
    moments = [(each - BEGAN) // timedelta(minutes=1) for each in told[name]["Timestamps"]]
    return list(zip(moments, told[name]["Values"], strict=True))


@pytest.fixture(scope="module")
def filled(root: Session) -> Session:
    put(root, "Calls", 0, 1, 2, 3, tenant="acme")
    put(root, "Calls", 1, 4, tenant="acme")
    put(root, "Calls", 1, 90, tenant="acme-eu")
    put(root, "Calls", 5, 1000)
    put(root, "Errors", 1, 1, tenant="acme")
    put(root, "Latency", 0, *range(1, 102), tenant="acme")
    return root


def test_several_series_are_told_apart_by_their_dimensions(filled: Session) -> None:
    told = answers(
        filled,
        query("acme", "Calls", "Sum", tenant="acme"),
        query("eu", "Calls", "Sum", tenant="acme-eu"),
        query("bare", "Calls", "Sum"),
        query("nobody", "Calls", "Sum", tenant="globex"),
    )
    assert values(told, "acme") == [(1, 4), (0, 6)]
    assert values(told, "eu") == [(1, 90)]
    assert values(told, "bare") == [(5, 1000)]
    assert values(told, "nobody") == []


def test_periods_gather_minutes_and_percentiles_are_computed(filled: Session) -> None:
    stats = ("p50", "p95", "p99")
    told = answers(
        filled,
        query("calls", "Calls", "Average", 300, tenant="acme"),
        *(query(each, "Latency", each, 300, tenant="acme") for each in stats),
    )
    assert values(told, "calls") == [(0, 2.5)]
    assert [values(told, each) for each in stats] == [[(0, 51)], [(0, 96)], [(0, 100)]]


def test_math_is_computed_over_the_series_beside_it(filled: Session) -> None:
    told = answers(
        filled,
        {**query("calls", "Calls", "Sum", tenant="acme"), "ReturnData": False},
        {**query("errors", "Errors", "Sum", tenant="acme"), "ReturnData": False},
        {"Id": "rate", "Expression": "100 * FILL(errors, 0) / calls", "Label": "errors in 100"},
        ScanBy="TimestampAscending",
    )
    assert values(told, "rate") == [(0, 0), (1, 25)]
    assert (list(told), told["rate"]["Label"]) == (["rate"], "errors in 100")


def test_math_that_is_not_known_is_told(filled: Session) -> None:
    told = answers(filled, {"Id": "all", "Expression": "SEARCH('{Demo}', 'Sum')"})["all"]
    assert (told["StatusCode"], told["Values"]) == ("InternalError", [])
    assert "SEARCH" in told["Messages"][0]["Value"]


def test_the_untouched_emulator_computes_no_math(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    put(untouched, "Calls", 0, 1)
    told = answers(untouched, query("calls", "Calls", "Sum"), {"Id": "twice", "Expression": "2 * calls"})
    assert told["twice"]["StatusCode"] == "InternalError"


def test_periods_are_counted_from_the_start(filled: Session) -> None:
    told = filled.client("cloudwatch").get_metric_data(
        MetricDataQueries=[query("calls", "Calls", "Sum", period=3600, tenant="acme")],
        StartTime=BEGAN - timedelta(minutes=29),
        EndTime=BEGAN + timedelta(minutes=31),
    )["MetricDataResults"][0]
    assert told["Timestamps"] == [BEGAN - timedelta(minutes=29)]
    assert told["Values"] == [10.0]
