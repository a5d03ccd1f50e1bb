"""Catalogue every metric that may be watched: what emits it, under which dimensions, and who says so.

A metric whose name or dimensions are not in the catalogue never gets a datum, so none can be made of them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tenantry.gateway.contract import Route
from tenantry.rules.naming import AUTHORIZER, GROUPS, NOTIFIER

TENANTRY = "Tenantry"
GATEWAY = "AWS/ApiGateway"
LAMBDA = "AWS/Lambda"
DYNAMODB = "AWS/DynamoDB"
SQS = "AWS/SQS"
LOGS = "AWS/Logs"

Dimensions = tuple[str, ...]

# What the functions count (functions/api/metrics.py), each under exactly these dimensions.
OWN: Mapping[str, Dimensions] = {
    "ItemsWritten": ("tenant", "route"),
    "ItemsDeleted": ("tenant", "route"),
    "ContactsReceived": ("tenant", "route"),
    "IdempotentReplays": ("tenant", "route"),
    "ConsumedReadCapacity": ("tenant", "route"),
    "ConsumedWriteCapacity": ("tenant", "route"),
    "AuthorizerVerdicts": ("tenant", "reason"),
    "MessagesDelivered": ("tenant",),
    "DeliveryFailures": ("tenant",),
    "ColdStarts": ("tenant", "function"),
}

ACCEPTED = "accepted"
FAILURES = ("failed", "issuer-unavailable")  # of the authorizer itself, not of a token
REFUSALS = (
    *("missing", "stage", "malformed", "header", "key", "algorithm", "signature"),
    *("issuer", "audience", "expired", "premature", "lifetime", "claims"),
)
REASONS = (ACCEPTED, *REFUSALS, *FAILURES)
FUNCTIONS = (AUTHORIZER, *GROUPS, NOTIFIER)
NOTIFIER_ROUTE = "notifier"  # the notifier serves no route, and consumes capacity all the same


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


def own(name: str, **dimensions: str) -> Metric:
    return Metric(TENANTRY, name, dimensions)


def _known(namespace: str) -> Mapping[str, tuple[Dimensions, ...]]:
    if namespace == TENANTRY:
        return {name: (dimensions,) for name, dimensions in OWN.items()}
    return AWS[namespace].metrics if namespace in AWS else {}


# Which routes count what; what is not here comes from all of them.
_COUNTED_BY: Mapping[str, Callable[[Route], bool]] = {
    "ItemsWritten": lambda route: route.group == "items" and route.method in {"POST", "PUT"},
    "ItemsDeleted": lambda route: route.group == "items" and route.method == "DELETE",
    "ContactsReceived": lambda route: route.group == "contact" and route.method == "POST",
    "IdempotentReplays": lambda route: route.repeatable,
    "ConsumedWriteCapacity": lambda route: route.method != "GET",
}
_BY_NOTIFIER = {"ConsumedReadCapacity", "ConsumedWriteCapacity"}


def counted_by(name: str, routes: Iterable[Route], notifier: bool = True) -> tuple[str, ...]:
    """The values that the dimension `route` of this metric takes.

    Args:
        routes: those that are served.
        notifier: whether messages are delivered.
    """
    counts = _COUNTED_BY.get(name)
    served = tuple(str(route) for route in routes if counts is None or counts(route))
    return (*served, NOTIFIER_ROUTE) if notifier and name in _BY_NOTIFIER else served


MOST_PER_TENANT = 48  # custom metrics, each paid for: `bound` of the contract's routes


def bound(routes: tuple[Route, ...]) -> int:
    """The most custom metrics that one tenant can bring about."""
    values = {"tenant": 1, "reason": len(REASONS), "function": len(FUNCTIONS)}
    total = 0
    for name, dimensions in OWN.items():
        size = 1
        for dimension in dimensions:
            size *= len(counted_by(name, routes)) if dimension == "route" else values[dimension]
        total += size
    return total
