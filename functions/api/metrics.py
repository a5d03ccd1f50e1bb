"""Business metrics in CloudWatch's embedded metric format: a closed catalogue, counted per request.

What a request counts goes out with the line that ends it (`logs.end`): one line to write, to keep and to pay
for. A metric's dimensions are members of that very line, so nothing is said twice.
"""

from collections.abc import Mapping
from functools import cache
from json import dumps
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
    """Nothing leaves no trace: a metric of naught would be paid for all the same."""
    if by:
        with _counting:
            _counted[name] = _counted.get(name, 0) + by


def take() -> dict[Name, float]:
    """All that was counted, for the line that ends the request; an environment's first tells of its start."""
    global _cold
    if _cold:
        _cold = False
        count("ColdStarts")
    return dict(_counted)


def embedded(counts: Mapping[Name, float], epoch_ms: int) -> str:
    """Members from which CloudWatch takes the metrics, as text that goes on in the middle of an object."""
    text = f',"_aws":{{"Timestamp":{epoch_ms},"CloudWatchMetrics":{_directives(tuple(counts))}}}'
    for name, value in counts.items():
        text += f',"{name}":[{value}]'
    return text


@cache
def _directives(names: tuple[Name, ...]) -> str:
    """Powertools writes them, once for each combination of names: only values and times differ after that.

    Its own flush would check, copy and write the same for each request, at several times the cost.
    """
    directives: list[Any] = []
    for dimensions in dict.fromkeys(CATALOGUE[name] for name in names):
        metrics = EphemeralMetrics(service="")  # no dimension of Powertools' own
        for dimension in dimensions:
            metrics.add_dimension(dimension, dimension)
        for name in names:
            if CATALOGUE[name] == dimensions:
                metrics.add_metric(name, MetricUnit.Count, 0)
        directives += metrics.serialize_metric_set()["_aws"]["CloudWatchMetrics"]
    return dumps(directives, separators=(",", ":"))
