"""Business metrics in CloudWatch's embedded metric format: a closed catalogue, counted per request.

Counts are summed up here and serialized by Powertools when the request ends: `EphemeralMetrics` keeps each
addition as a value of its own, writes a line at the hundredth, and may lose what threads add side by side.
They go out with the line that ends the request (docs/decisions/0014).
"""

from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any, Final, Literal

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

# Each takes its values from a bounded set, because every combination is a metric to pay for.
Dimension = Literal["tenant", "route", "reason", "function"]
Name = Literal[
    "AuthorizerVerdicts",
    "ColdStarts",
    "ConsumedReadCapacity",
    "ConsumedWriteCapacity",
    "ContactsReceived",
    "DeliveryFailures",
    "IdempotentReplays",
    "ItemsDeleted",
    "ItemsWritten",
    "MessagesDelivered",
]
CATALOGUE: Final[Mapping[Name, tuple[Dimension, ...]]] = {
    "AuthorizerVerdicts": ("tenant", "reason"),
    "ColdStarts": ("tenant", "function"),
    "ConsumedReadCapacity": ("tenant", "route"),
    "ConsumedWriteCapacity": ("tenant", "route"),
    "ContactsReceived": ("tenant", "route"),
    "DeliveryFailures": ("tenant",),
    "IdempotentReplays": ("tenant", "route"),
    "ItemsDeleted": ("tenant", "route"),
    "ItemsWritten": ("tenant", "route"),
    "MessagesDelivered": ("tenant",),
}

_counted: Final[dict[Name, float]] = {}  # of the one invocation that an execution environment has at a time
_counting: Final = Lock()  # the notifier's threads count side by side
_cold = True


def begin() -> None:
    """An invocation that broke off before its last line leaves nothing to the next."""
    _counted.clear()


def count(name: Name, by: float = 1) -> None:
    """Zero is not recorded: CloudWatch would bill the metric all the same."""
    if by:
        with _counting:
            _counted[name] = _counted.get(name, 0) + by


def take() -> dict[Name, float]:
    """All that was counted, for the line that ends the request; a cold start is counted with the first."""
    global _cold
    if _cold:
        _cold = False
        count("ColdStarts")
    return dict(_counted)


def embedded(counts: Mapping[Name, float], about: Mapping[str, Any]) -> dict[str, Any]:
    """Members for a line, from which CloudWatch takes the metrics; `about` holds the dimensions' values."""
    members: dict[str, Any] = {}
    directives: list[Any] = []
    powertools = _powertools()
    for dimensions in dict.fromkeys(CATALOGUE[name] for name in counts):
        powertools.clear_metrics()
        for dimension in dimensions:
            powertools.add_dimension(dimension, about[dimension])
        for name in counts:
            if CATALOGUE[name] == dimensions:
                powertools.add_metric(name, MetricUnit.Count, counts[name])
        members |= powertools.serialize_metric_set()
        directives += members["_aws"]["CloudWatchMetrics"]
    if directives:
        members["_aws"]["CloudWatchMetrics"] = directives
    return members


@cache
def _powertools() -> EphemeralMetrics:
    """Kept: to make one takes as long as to use it."""
    return EphemeralMetrics(service="")  # no dimension of Powertools' own
