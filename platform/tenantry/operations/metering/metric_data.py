"""Read any number of CloudWatch's metrics in as few calls as its limits allow."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tenantry.operations.aws import refusals_reported
from tenantry.operations.places import Place

QUERIES = 500  # of one GetMetricData, hard

Points = tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One statistic of one metric; dimensions as pairs, so that it can be a key."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str = "Sum"

    def query(self, name: str, period: int) -> dict[str, Any]:
        dimensions = [{"Name": dimension, "Value": value} for dimension, value in self.dimensions]
        metric = {"Namespace": self.namespace, "MetricName": self.metric, "Dimensions": dimensions}
        return {"Id": name, "MetricStat": {"Metric": metric, "Period": period, "Stat": self.statistic}}


@dataclass(frozen=True, slots=True)
class Window:
    """From `start` until before `end`, in steps of `period` seconds; both lie on such steps."""

    start: datetime
    end: datetime
    period: int

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()

    def steps(self) -> list[datetime]:
        first = int(self.start.timestamp())
        return [
            datetime.fromtimestamp(at, UTC) for at in range(first, int(self.end.timestamp()), self.period)
        ]


def read(place: Place, measures: Iterable[Measure], window: Window) -> Mapping[Measure, Points]:
    """Points in the order of time, none where nothing was measured; each measure costs $0.00001 on AWS.

    Raises:
        Failed: AWS refuses.
    """
    asked = list(dict.fromkeys(measures))
    found: dict[Measure, list[tuple[datetime, float]]] = {measure: [] for measure in asked}
    with refusals_reported(place.region):
        client = place.client("cloudwatch")
        for start in range(0, len(asked), QUERIES):
            named = {f"m{index}": each for index, each in enumerate(asked[start : start + QUERIES])}
            for result in _results(client, named, window):
                points = zip(result["Timestamps"], result["Values"], strict=True)
                found[named[result["Id"]]] += points
    return {measure: tuple(sorted(points)) for measure, points in found.items()}


def _results(client: Any, named: Mapping[str, Measure], window: Window) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[each.query(name, window.period) for name, each in named.items()],
        StartTime=window.start,
        EndTime=window.end,
        ScanBy="TimestampAscending",
    )
    for page in pages:
        yield from page["MetricDataResults"]
