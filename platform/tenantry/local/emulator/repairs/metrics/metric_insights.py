"""Metrics Insights, as far as alarms use it here: a statistic of a metric, a series for each label's value.

Knows one form, `SELECT F("metric") FROM SCHEMA("namespace", label) WHERE label = 'value' GROUP BY label`,
with several labels, `!=` and `AND`.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenantry.local.emulator.repairs.metrics.metric_math import UnknownExpression

_STATISTICS = {"AVG": "Average", "COUNT": "SampleCount", "MAX": "Maximum", "MIN": "Minimum", "SUM": "Sum"}
_FORM = re.compile(
    rf'SELECT ({"|".join(_STATISTICS)})\("([^"]+)"\) FROM SCHEMA\("([^"]+)"((?:, \w+)*)\)'  # noqa: S608 - a pattern, and no database
    r"(?: WHERE (.+?))? GROUP BY (\w+)"
)
_CONDITION = re.compile(r"(\w+) (=|!=) '([^']*)'")


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """`conditions` are label, whether it is to be that value, and the value."""

    namespace: str
    metric: str
    statistic: str
    labels: frozenset[str]
    conditions: tuple[tuple[str, bool, str], ...]
    by: str
    period: int

    def takes(self, dimensions: Mapping[str, str]) -> bool:
        return dimensions.keys() == self.labels and all(
            (dimensions[label] == value) == wanted for label, wanted, value in self.conditions
        )


def query_of(alarm: Mapping[str, Any]) -> MetricQuery | None:
    """What a metric alarm asks; None for one that names its metrics.

    Raises:
        UnknownExpression: it is a query of another form.
    """
    for each in alarm.get("Metrics") or ():
        if str(each.get("Expression", "")).startswith("SELECT "):
            return _parsed(each["Expression"], int(each["Period"]))
    return None


def series(query: MetricQuery, start: float, end: float) -> dict[str, list[dict[str, Any]]]:
    """What was measured from `start` to before `end`, by group; those without data are none."""
    from ministack.services import cloudwatch

    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (namespace, metric, _), points in list(cloudwatch._metrics.items()):
        if (namespace, metric) == (query.namespace, query.metric) and points:
            dimensions = points[-1]["Dimensions"]
            if query.takes(dimensions):
                found[dimensions[query.by]] += [
                    each for each in list(points) if start <= each["Timestamp"] < end
                ]
    return {group: points for group, points in found.items() if points}


def _parsed(expression: str, period: int) -> MetricQuery:
    form = _FORM.fullmatch(expression)
    if form is None:
        raise UnknownExpression(f"{expression!r} is not a query of the form that is known here")
    function, metric, namespace, labels, where, by = form.groups()
    known = frozenset(re.findall(r"\w+", labels))
    conditions = tuple(_conditions(where.split(" AND ") if where else [], expression))
    if by not in known or any(label not in known for label, _, _ in conditions):
        raise UnknownExpression(f"{expression!r} names a label that its schema lacks")
    return MetricQuery(namespace, metric, _STATISTICS[function], known, conditions, by, period)


def _conditions(parts: Sequence[str], expression: str) -> list[tuple[str, bool, str]]:
    found = []
    for part in parts:
        matched = _CONDITION.fullmatch(part)
        if matched is None:
            raise UnknownExpression(f"{expression!r}: {part} is not a condition that is known here")
        found.append((matched[1], matched[2] == "=", matched[3]))
    return found
