"""Business metrics in CloudWatch's embedded metric format, as declared, counted per request.

Counts are summed up here and serialized by Powertools when the request ends: `EphemeralMetrics` keeps each
addition as a value of its own, writes a line at the hundredth, and may lose what threads add side by side.
They go out with the line that ends the request (docs/decisions/0014).
"""

import os
from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any, Final

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from agreed import environment
from agreed.metrics import COLD_STARTS, Metric

_counted: Final[dict[Metric, float]] = {}  # of the one invocation that an execution environment has at a time
_counting: Final = Lock()  # the notifier's threads count side by side
_cold = True


def begin() -> None:
    """An invocation that broke off before its last line leaves nothing to the next."""
    _counted.clear()


def count(metric: Metric, by: float = 1) -> None:
    """Zero is not recorded: CloudWatch would bill the metric all the same."""
    if by:
        with _counting:
            _counted[metric] = _counted.get(metric, 0) + by


def take() -> dict[Metric, float]:
    """All that was counted, for the line that ends the request; a cold start is counted with the first."""
    global _cold
    if _cold:
        _cold = False
        count(COLD_STARTS)
    return dict(_counted)


def published() -> bool:
    """Whether CloudWatch is to make metrics of what is counted, which costs the tenant's operator."""
    return os.environ.get(environment.METRICS) != environment.FREE


def embedded(counts: Mapping[Metric, float], about: Mapping[str, Any]) -> dict[str, Any]:
    """Members for a line, from which CloudWatch takes the metrics; `about` holds the dimensions' values."""
    members: dict[str, Any] = {}
    directives: list[Any] = []
    powertools = _powertools()
    for dimensions in dict.fromkeys(metric.dimensions for metric in counts):
        powertools.clear_metrics()
        for dimension in dimensions:
            powertools.add_dimension(dimension, about[dimension])
        for metric, value in counts.items():
            if metric.dimensions == dimensions:
                powertools.add_metric(metric.name, MetricUnit.Count, value)
        members |= powertools.serialize_metric_set()
        directives += members["_aws"]["CloudWatchMetrics"]
    if directives:
        members["_aws"]["CloudWatchMetrics"] = directives
    return members


@cache
def _powertools() -> EphemeralMetrics:
    """Kept: to make one takes as long as to use it."""
    return EphemeralMetrics(service="")  # no dimension of Powertools' own
