"""Embedded metrics, read from a function's output as CloudWatch reads them.

By the specification of the embedded metric format: values are members of the root, dimensions strings of it.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple


class Point(NamedTuple):
    name: str
    dimensions: dict[str, str]
    value: float
    unit: str


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def points(output: str) -> list[Point]:
    """Fails on a line from which CloudWatch would take nothing, or something else than was meant."""
    return [point for line in lines(output) if "_aws" in line for point in _points(line)]


def total(output: str, name: str) -> float:
    return sum(point.value for point in points(output) if point.name == name)


def _points(line: dict[str, Any]) -> Iterator[Point]:
    assert isinstance(line["_aws"]["Timestamp"], int)
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == "Tenantry"
        for names in directive["Dimensions"]:
            dimensions = {name: line[name] for name in names}
            assert all(isinstance(value, str) and value for value in dimensions.values()), dimensions
            for metric in directive["Metrics"]:
                yield Point(metric["Name"], dimensions, sum(line[metric["Name"]]), metric["Unit"])
