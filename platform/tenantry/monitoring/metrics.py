"""Catalogue every metric that may be watched: what emits it, under which dimensions, and who says so.

A metric whose name or dimensions are not in the catalogue never gets a datum, so none can be made of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from agreed.metrics import KIT, NAMESPACE, READS, REASONS, REPLAYS, WRITES
from agreed.metrics import Metric as Declared
from tenantry.config.receivers import RECEIVERS
from tenantry.gateway.contract import Route
from tenantry.groups import Member, current

GATEWAY = "AWS/ApiGateway"
LAMBDA = "AWS/Lambda"
DYNAMODB = "AWS/DynamoDB"
SQS = "AWS/SQS"
LOGS = "AWS/Logs"

Dimensions = tuple[str, ...]


class Emitter(NamedTuple):
    """One AWS namespace: dimensions by metric, as `page` of AWS's documentation has them."""

    page: str
    metrics: Mapping[str, tuple[Dimensions, ...]]


_BY_STAGE, _BY_FUNCTION, _BY_QUEUE = (("ApiName", "Stage"),), (("FunctionName",),), (("QueueName",),)
_BY_TABLE = (("TableName",),)
_BY_OPERATION = (("TableName", "Operation"),)

AWS: Mapping[str, Emitter] = {
    GATEWAY: Emitter(
        "Amazon API Gateway dimensions and metrics",
        dict.fromkeys(("Count", "4XXError", "5XXError", "Latency", "IntegrationLatency"), _BY_STAGE),
    ),
    LAMBDA: Emitter(
        "Types of metrics for Lambda functions",
        dict.fromkeys(
            ("Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions"), _BY_FUNCTION
        ),
    ),
    DYNAMODB: Emitter(
        "DynamoDB metrics and dimensions",
        {
            "ConsumedReadCapacityUnits": _BY_TABLE,
            "ConsumedWriteCapacityUnits": _BY_TABLE,
            "ReadThrottleEvents": _BY_TABLE,
            "WriteThrottleEvents": _BY_TABLE,
            "SystemErrors": _BY_OPERATION,
            "SuccessfulRequestLatency": _BY_OPERATION,
            "TransactionConflict": _BY_TABLE,
        },
    ),
    SQS: Emitter(
        "Available CloudWatch metrics for Amazon SQS",
        dict.fromkeys(
            (
                "ApproximateAgeOfOldestMessage",
                "ApproximateNumberOfMessagesNotVisible",
                "ApproximateNumberOfMessagesVisible",
            ),
            _BY_QUEUE,
        ),
    ),
    LOGS: Emitter(
        "Monitoring with CloudWatch metrics (CloudWatch Logs)", {"IncomingBytes": (("LogGroupName",),)}
    ),
}

# DynamoDB's operations that the functions call (functions/api/table.py).
OPERATIONS = ("BatchGetItem", "GetItem", "Query", "UpdateItem", "TransactWriteItems")


@dataclass(frozen=True)
class Metric:
    """One metric of CloudWatch.

    Raises:
        ValueError: nothing emits it, or not under these dimensions.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]

    def __post_init__(self) -> None:
        if tuple(self.dimensions) not in _known(self.namespace).get(self.name, ()):
            by = ", ".join(self.dimensions) or "nothing"
            raise ValueError(f"nothing emits {self.namespace} {self.name} by {by}; see {__name__}")


def own(metric: Declared, **dimensions: str) -> Metric:
    return Metric(NAMESPACE, metric.name, dimensions)


def catalogue() -> tuple[Declared, ...]:
    """What the functions count: every platform's metrics, and those that its groups declare."""
    return (*KIT, *current().metrics)


def _known(namespace: str) -> Mapping[str, tuple[Dimensions, ...]]:
    if namespace == NAMESPACE:
        return {each.name: (each.dimensions,) for each in catalogue()}
    return AWS[namespace].metrics if namespace in AWS else {}


def counted_by(metric: Declared, routes: Iterable[Route], workers: Iterable[str]) -> tuple[str, ...]:
    """The values that the dimension `route` of this metric takes; what oversees counts nothing.

    Args:
        routes: those that are served.
        workers: functions that serve none, and stand for themselves.
    """
    overseers = {group.name for group in current() if group.function.oversees}
    routes = [route for route in routes if route.group not in overseers]
    if metric in (READS, WRITES):
        served = [route for route in routes if metric is READS or route.method != "GET"]
        return (*map(str, served), *workers)
    if metric is REPLAYS:
        return tuple(str(route) for route in routes if route.repeatable)
    group = _group_of(metric)
    counting = metric.operations or tuple(route.operation for route in routes if route.group == group)
    return tuple(str(route) for route in routes if route.operation in counting)


def _group_of(metric: Declared) -> str:
    return next(group.name for group in current() if metric in group.metrics)


def bound(routes: tuple[Route, ...], members: Iterable[Member], receivers: int = RECEIVERS + 1) -> int:
    """The most custom metrics that a tenant with these routes, functions and receivers can bring about."""
    functions = [member for member in members if not member.function.oversees]
    workers = [member.name for member in functions if not member.serves]
    values = {"tenant": 1, "reason": len(REASONS), "function": len(functions) + 1}  # and the authorizer
    values["receiver"] = receivers
    groups = {member.group.name for member in functions}
    total = 0
    for metric in (*KIT, *(each for group in current() if group.name in groups for each in group.metrics)):
        size = 1
        for dimension in metric.dimensions:
            counted = dimension == "route"
            size *= len(counted_by(metric, routes, workers)) if counted else values[dimension]
        total += size
    return total
