"""Read dashboards and alarms as CloudWatch would: which metrics, log groups and alarms they name."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from agreed.metrics import NAMESPACE
from tenantry.monitoring.metrics import AWS, catalogue

Widget = dict[str, Any]
MATH = {"FILL", "IF"}  # the functions of metric math that are used


class Named(NamedTuple):
    """A metric as it stands in a body; `options` are those of the line."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    options: dict[str, Any]


def of_kind(body: dict[str, Any], kind: str) -> list[Widget]:
    return [widget["properties"] for widget in body["widgets"] if widget["type"] == kind]


def metrics(body: dict[str, Any]) -> Iterator[Named]:
    for widget in of_kind(body, "metric"):
        yield from in_graph(widget)


def in_graph(widget: Widget) -> Iterator[Named]:
    for line in widget["metrics"]:
        if not isinstance(line[0], dict):
            options = line[-1] if isinstance(line[-1], dict) else {}
            namespace, name, *flat = line[:-1] if options else line
            yield Named(namespace, name, dict(zip(flat[::2], flat[1::2], strict=True)), options)


def expressions(widget: Widget) -> list[str]:
    return [line[0]["expression"] for line in widget["metrics"] if isinstance(line[0], dict)]


def log_groups(body: dict[str, Any]) -> set[str]:
    queries = (widget["query"] for widget in of_kind(body, "log"))
    return {group for query in queries for group in re.findall(r"SOURCE '([^']+)'", query)}


def alarm_arns(body: dict[str, Any]) -> set[str]:
    return {arn for widget in of_kind(body, "alarm") for arn in widget["alarms"]}


def of_alarm(inputs: dict[str, Any]) -> list[Named]:
    """What a registered metric alarm reads, through its expression too."""
    if "metricQueries" not in inputs:
        return [Named(inputs["namespace"], inputs["metricName"], inputs["dimensions"], {})]
    read = [each["metric"] for each in inputs["metricQueries"] if "metric" in each]
    return [Named(each["namespace"], each["metricName"], each["dimensions"], {}) for each in read]


def assert_emitted(named: Named) -> None:
    own = tuple(each.dimensions for each in catalogue() if each.name == named.name)
    known = own if named.namespace == NAMESPACE else AWS[named.namespace].metrics[named.name]
    assert set(named.dimensions) in map(set, known), named


def assert_defined(expression: str, ids: set[str]) -> None:
    """An expression over something that is not there makes its whole graph fail."""
    used = set(re.findall(r"[A-Za-z_]\w*", expression))
    assert used - MATH <= ids, expression
    assert all(re.fullmatch(r"[a-z]\w*", each) for each in ids)


def size(body: dict[str, Any]) -> int:
    return len(json.dumps(body))
