"""Business metrics as EMF log lines, dimensions `service` and `tenant`; names are a closed set.

Each count is a line of its own: a request counts at most one thing, so nothing is held for a flush.
"""

from typing import Literal

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

Name = Literal[
    "AuthorizerVerdicts",
    "ContactsReceived",
    "DeliveryFailures",
    "IdempotentReplays",
    "ItemsDeleted",
    "ItemsWritten",
    "MessagesDelivered",
]


def count(name: Name, tenant: str, **dimensions: str) -> None:
    """Every extra dimension must take its values from a bounded set: each value is a paid metric."""
    metrics = EphemeralMetrics()
    metrics.add_dimension("tenant", tenant)
    for dimension, value in dimensions.items():
        metrics.add_dimension(dimension, value)
    metrics.add_metric(name, MetricUnit.Count, 1)
    metrics.flush_metrics()
