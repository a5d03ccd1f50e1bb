"""Name what is watched of each tenant: the alarms and the dashboards, as plain data.

Metric names and dimensions are those of AWS's own documentation; a stage per tenant makes API Gateway's
metrics per-tenant ones at no cost.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

GATEWAY = "AWS/ApiGateway"
LAMBDA = "AWS/Lambda"
SQS = "AWS/SQS"
PERIOD_SECONDS = 300
# A message that was tried three times counts no longer, so this one speaks of a notifier that takes none.
OLDEST_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Alarm:
    """One condition; the fields are PutMetricAlarm's."""

    condition: str
    description: str
    namespace: str
    metric: str
    dimensions: dict[str, str]
    statistic: str
    threshold: float
    comparison: str = "GreaterThanThreshold"
    periods: int = 1
    # A tenant without traffic is a healthy one.
    missing_data: str = "notBreaching"


class Queues(NamedTuple):
    """Names of the queue of contact messages, and of its dead letters'."""

    contact: str
    dead_letters: str


def alarms(
    tenant: str, api_name: str, functions: dict[str, str], queues: Queues | None = None
) -> list[Alarm]:
    """The alarms of one tenant.

    Args:
        api_name: name of the REST API, the `ApiName` dimension.
        functions: function name by group, those of authorizer and notifier too.
        queues: None where contact messages are not delivered.
    """
    return [
        *_gateway_alarms(tenant, {"ApiName": api_name, "Stage": tenant}),
        *_function_alarms(tenant, functions),
        *(_queue_alarms(tenant, queues) if queues else []),
    ]


def _gateway_alarms(tenant: str, stage: dict[str, str]) -> list[Alarm]:
    return [
        Alarm(
            "5xx",
            f"{tenant}: more than 1 % of the calls fail",
            GATEWAY,
            "5XXError",
            stage,
            "Average",
            0.01,
            periods=3,
        ),
        Alarm(
            "latency",
            f"{tenant}: one call in a hundred takes over 3 s",
            GATEWAY,
            "Latency",
            stage,
            "p99",
            3000,
            periods=3,
        ),
    ]


def _function_alarms(tenant: str, functions: dict[str, str]) -> list[Alarm]:
    """An authorizer refuses a token by raising: its errors are normal, its failures show as 5xx."""
    return [
        Alarm(
            f"{group}-errors",
            f"{tenant}: the {group} function fails",
            LAMBDA,
            "Errors",
            {"FunctionName": name},
            "Sum",
            0,
        )
        for group, name in functions.items()
        if group != "authorizer"
    ]


def _queue_alarms(tenant: str, queues: Queues) -> list[Alarm]:
    return [
        Alarm(
            "dead-letters",
            f"{tenant}: contact messages could not be delivered; see `tenantry redrive`",
            SQS,
            "ApproximateNumberOfMessagesVisible",
            {"QueueName": queues.dead_letters},
            "Maximum",
            0,
        ),
        Alarm(
            "delivery-delay",
            f"{tenant}: contact messages wait, and nothing takes them from their queue",
            SQS,
            "ApproximateAgeOfOldestMessage",
            {"QueueName": queues.contact},
            "Maximum",
            OLDEST_SECONDS,
        ),
    ]


def tenant_dashboard(
    region: str, tenant: str, api_name: str, functions: dict[str, str], queues: Queues | None = None
) -> dict[str, Any]:
    """The `DashboardBody` of one tenant."""
    stage = ["ApiName", api_name, "Stage", tenant]
    calls = [[GATEWAY, metric, *stage] for metric in ("Count", "4XXError", "5XXError")]
    latency = [[GATEWAY, "Latency", *stage, {"stat": each}] for each in ("p50", "p95", "p99")]

    def by_function(metric: str) -> list[list[Any]]:
        return [[LAMBDA, metric, "FunctionName", name, {"label": group}] for group, name in functions.items()]

    return {
        "widgets": [
            _graph(region, 0, 0, "Calls", calls, "Sum"),
            _graph(region, 12, 0, "Latency (ms)", latency),
            _graph(region, 0, 6, "Function errors", by_function("Errors"), "Sum"),
            _graph(region, 12, 6, "Function duration p95 (ms)", by_function("Duration"), "p95"),
            *(_queue_graphs(region, queues) if queues else []),
        ]
    }


def _queue_graphs(region: str, queues: Queues) -> list[dict[str, Any]]:
    own, dead = ["QueueName", queues.contact], ["QueueName", queues.dead_letters]
    depth = [
        [SQS, "ApproximateNumberOfMessagesVisible", *own, {"label": "waiting"}],
        [SQS, "ApproximateNumberOfMessagesNotVisible", *own, {"label": "being delivered, or paused"}],
        [SQS, "ApproximateNumberOfMessagesVisible", *dead, {"label": "dead letters"}],
    ]
    age = [[SQS, "ApproximateAgeOfOldestMessage", *own, {"label": "waiting"}]]
    return [
        _graph(region, 0, 12, "Contact messages to deliver", depth, "Maximum"),
        _graph(region, 12, 12, "Age of the oldest (s)", age, "Maximum"),
    ]


def cell_dashboard(region: str, cell: str, api_name: str, tenants: list[str]) -> dict[str, Any]:
    """The `DashboardBody` of a cell: its tenants side by side; no graph while there is no tenant to show."""

    def side_by_side(metric: str, statistic: str) -> list[list[Any]]:
        return [
            [GATEWAY, metric, "ApiName", api_name, "Stage", each, {"label": each, "stat": statistic}]
            for each in tenants
        ]

    heading = {
        "type": "text",
        "x": 0,
        "y": 0,
        "width": 24,
        "height": 1,
        "properties": {"markdown": f"# Cell {cell}: {len(tenants)} tenants"},
    }
    graphs = [
        _graph(region, 0, 1, "Calls", side_by_side("Count", "Sum")),
        _graph(region, 12, 1, "Latency p99 (ms)", side_by_side("Latency", "p99")),
        _graph(region, 0, 7, "4xx", side_by_side("4XXError", "Sum")),
        _graph(region, 12, 7, "5xx", side_by_side("5XXError", "Sum")),
    ]
    return {"widgets": [heading, *(graphs if tenants else [])]}


def _graph(
    region: str, x: int, y: int, title: str, metrics: list[list[Any]], statistic: str = "Average"
) -> dict[str, Any]:
    return {
        "type": "metric",
        "x": x,
        "y": y,
        "width": 12,
        "height": 6,
        "properties": {
            "region": region,
            "title": title,
            "view": "timeSeries",
            "period": PERIOD_SECONDS,
            "stat": statistic,
            "metrics": metrics,
        },
    }
