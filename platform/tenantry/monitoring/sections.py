"""Draw what one tenant does, row by row: traffic, functions, tokens, data, deliveries, quota, cost."""

from typing import Any

from agreed.metrics import COLD_STARTS, READS, REASONS, REPLAYS, VERDICTS, WRITES
from agreed.metrics import Metric as Declared
from tenantry.config.tiers import Quota
from tenantry.monitoring import alarms, queries
from tenantry.monitoring.metrics import (
    DYNAMODB,
    GATEWAY,
    LAMBDA,
    LOGS,
    OPERATIONS,
    SQS,
    Metric,
    counted_by,
    own,
)
from tenantry.monitoring.watched import Watched, WatchedQueue
from tenantry.monitoring.widgets import GraphLine, WidgetRow, computed, figure, graph, levels, line, log_table
from tenantry.rules.naming import AUTHORIZER

PERCENTILES = ("p50", "p95", "p99")
SHARES = {"week": 7, "month": 31}  # days, the most


def rows(watched: Watched) -> list[WidgetRow]:
    return [
        _traffic(watched),
        _failures(watched),
        _functions(watched),
        _limits(watched),
        *([_business(watched), _capacity(watched)] if watched.counted else []),
        *(table_rows("Pooled table, all tenants: ", watched.pooled) if watched.pooled else []),
        *(table_rows("Own table: ", watched.silo) if watched.silo else []),
        *(_queue(queue) for queue in watched.queues),
        _quota(watched),
        _cost(watched),
    ]


def _traffic(watched: Watched) -> WidgetRow:
    def of(name: str, **options: Any) -> GraphLine:
        return line(_gateway(watched, name), **options)

    statuses = [
        computed("calls-FILL(refused,0)-FILL(failed,0)", "2xx", color="#2ca02c"),
        of("4XXError", id="refused", label="4xx", color="#ff7f0e"),
        of("5XXError", id="failed", label="5xx", color="#d62728"),
        of("Count", id="calls", label="all", color="#1f77b4"),
    ]
    latency = [of("Latency", label=each, stat=each) for each in PERCENTILES]
    latency.append(of("IntegrationLatency", label="functions alone p95", stat="p95"))
    mark = levels((f"alarm on p99, {alarms.SLOW_MS:,} ms", alarms.SLOW_MS))
    return [graph("Calls by status", statuses), graph("Latency (ms)", latency, "p95", annotations=mark)]


def _failures(watched: Watched) -> WidgetRow:
    share = line(_gateway(watched, "5XXError"), label="share of calls with 5xx")
    mark = levels(("alarm", alarms.FAILING_SHARE))
    latest = log_table("Latest calls with 5xx", watched.access_log, queries.LATEST_FAILURES)
    return [graph("Failing share", [share], "Average", annotations=mark), latest]


def _functions(watched: Watched) -> WidgetRow:
    refusing = {AUTHORIZER: f"{AUTHORIZER}, refusals too"}
    errors = _by_function(watched, "Errors", refusing)
    slowest = _by_function(watched, "Duration")
    return [graph("Function errors", errors), graph("Function duration p95 (ms)", slowest, "p95")]


def _limits(watched: Watched) -> WidgetRow:
    cold = [
        line(own(COLD_STARTS, tenant=watched.tenant, function=name), label=name) for name in watched.functions
    ]
    return [
        *([graph("Cold starts", cold)] if watched.counted else []),
        graph("Throttles of functions", _by_function(watched, "Throttles")),
        graph("Concurrent executions", _by_function(watched, "ConcurrentExecutions"), "Maximum"),
    ]


def _business(watched: Watched) -> WidgetRow:
    verdicts = [line(own(VERDICTS, tenant=watched.tenant, reason=each), label=each) for each in REASONS]
    declared = [metric for group in watched.groups for metric in group.metrics]
    by_route = [metric for metric in declared if "route" in metric.dimensions]
    counts = [each for metric in (*by_route, REPLAYS) for each in _by_route(watched, metric, prefix=True)]
    others = [
        line(own(metric, tenant=watched.tenant), label=metric.title or metric.name)
        for metric in declared
        if metric.dimensions == ("tenant",)
    ]
    return [
        graph("Tokens by verdict", verdicts),
        graph("What callers did", counts),
        *([graph("What was done for them", others)] if others else []),
    ]


def _capacity(watched: Watched) -> WidgetRow:
    return [
        graph("Read units by route", _by_route(watched, READS), stacked=True),
        graph("Write units by route", _by_route(watched, WRITES), stacked=True),
    ]


def table_rows(whose: str, table: str) -> list[WidgetRow]:
    """Capacity, throttles, errors and latency of one table."""

    def whole(*names: str) -> list[GraphLine]:
        return [line(Metric(DYNAMODB, name, {"TableName": table}), label=name) for name in names]

    def by_operation(name: str) -> list[GraphLine]:
        return [
            line(Metric(DYNAMODB, name, {"TableName": table, "Operation": each}), label=each)
            for each in OPERATIONS
        ]

    conflicts = line(Metric(DYNAMODB, "TransactionConflict", {"TableName": table}), label="conflicts")
    return [
        [
            graph(f"{whose}units", whole("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits")),
            graph(f"{whose}throttles", whole("ReadThrottleEvents", "WriteThrottleEvents")),
        ],
        [
            graph(f"{whose}errors of DynamoDB's own, conflicts", [*by_operation("SystemErrors"), conflicts]),
            graph(f"{whose}latency (ms)", by_operation("SuccessfulRequestLatency"), "Average"),
        ],
    ]


def _queue(watched: WatchedQueue) -> WidgetRow:
    def of(queue: str, name: str, label: str) -> GraphLine:
        return line(Metric(SQS, name, {"QueueName": queue}), label=label)

    depth = [
        of(watched.name, "ApproximateNumberOfMessagesVisible", "waiting"),
        of(watched.name, "ApproximateNumberOfMessagesNotVisible", "being delivered, or paused"),
        of(watched.dead_letters, "ApproximateNumberOfMessagesVisible", "dead letters"),
    ]
    age = [of(watched.name, "ApproximateAgeOfOldestMessage", "waiting")]
    mark = levels((f"alarm, {alarms.OLDEST_SECONDS} s", alarms.OLDEST_SECONDS))
    holds = watched.declared.holds
    return [
        graph(f"{holds.capitalize()} to deliver", depth, "Maximum"),
        graph(f"Age of the oldest of {holds} (s)", age, "Maximum", annotations=mark),
    ]


def _quota(watched: Watched) -> WidgetRow:
    """By day, in UTC, as AWS begins a quota's day; what counts against a key, GetUsage alone knows."""
    calls = line(_gateway(watched, "Count"), label="calls, all keys")
    marks = levels(*(_quota_marks(watched.quota) if watched.quota else []))
    daily = graph("Calls a day, against the quota of each key", [calls], period=alarms.DAY, annotations=marks)
    return [daily, figure("Calls in the time shown", [calls])]


def _quota_marks(quota: Quota) -> list[tuple[str, float]]:
    if quota.period == "day":
        return [("quota", quota.limit), ("alarm", alarms.QUOTA_SHARE * quota.limit)]
    share = quota.limit / SHARES[quota.period]
    return [(f"a day's even share of the {quota.period}'s {quota.limit:,}", round(share))]


def _cost(watched: Watched) -> WidgetRow:
    durations = [
        line(Metric(LAMBDA, "Duration", {"FunctionName": name}), id=f"d{number}", visible=False)
        for number, name in enumerate(watched.functions.values())
    ]
    milliseconds = "+".join(f"FILL(d{number},0)" for number in range(len(durations)))
    sizes = set(watched.memory_mb.values()) if watched.memory_mb else set()
    if watched.memory_mb is None:
        used = computed(f"({milliseconds})/1000", "seconds")
    elif len(sizes) == 1:
        used = computed(f"({milliseconds})/1000*{sizes.pop()}/1024", "GB-seconds")
    else:
        weighed = "+".join(
            f"FILL(d{number},0)*{watched.memory_mb[function]}"
            for number, function in enumerate(watched.functions)
        )
        used = computed(f"({weighed})/1000/1024", "GB-seconds")
    written = [
        line(Metric(LOGS, "IncomingBytes", {"LogGroupName": group}), label=name)
        for name, group in watched.logs.items()
    ]
    return [
        graph("Cost: calls", [line(_gateway(watched, "Count"), label="calls")]),
        graph(f"Cost: {used[0]['label']} of functions", [*durations, used]),
        graph("Cost: logs written (bytes)", written, stacked=True),
    ]


def _by_function(watched: Watched, name: str, labels: dict[str, str] | None = None) -> list[GraphLine]:
    return [
        line(Metric(LAMBDA, name, {"FunctionName": function}), label=(labels or {}).get(group, group))
        for group, function in watched.functions.items()
    ]


def _by_route(watched: Watched, metric: Declared, prefix: bool = False) -> list[GraphLine]:
    return [
        line(
            own(metric, tenant=watched.tenant, route=each), label=f"{metric.name} {each}" if prefix else each
        )
        for each in counted_by(metric, watched.routes, watched.workers)
    ]


def _gateway(watched: Watched, name: str) -> Metric:
    return Metric(GATEWAY, name, {"ApiName": watched.api, "Stage": watched.tenant})
