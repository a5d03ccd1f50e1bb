"""Name what an operator is woken for: the alarms of a tenant and of a cell, as plain data.

A tenant's faults are joined in one composite alarm, which alone notifies people of them: one incident, one
notice. What lasts until somebody acts stays out of it and notifies people by itself: the composite would
stay in alarm for as long, and keep silent about the next fault.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from agreed.metrics import FAILURES, VERDICTS
from tenantry.config.tiers import Quota
from tenantry.monitoring.metrics import DYNAMODB, GATEWAY, LAMBDA, SQS, Metric, own
from tenantry.monitoring.watched import Watched, WatchedQueue, WatchedReceiver
from tenantry.rules.naming import AUTHORIZER

PERIOD_SECONDS = 300
DAY, WEEK = 86_400, 604_800  # seconds; PutMetricAlarm looks back for a week at most
UNHEALTHY = "unhealthy"
FAILING_SHARE = 0.01  # of all calls
SLOW_MS = 3_000
# A message that was tried three times counts no longer, so this one speaks of a notifier that takes none.
OLDEST_SECONDS = 900
HOUR = 3_600  # seconds
IN_VAIN_HOURS = 2
QUOTA_SHARE = 0.8
# A month lies in five spans of seven days, so whoever calls so often in a month does a fifth of it in one.
WEEKS_OF_A_MONTH = 5


class Input(NamedTuple):
    """A metric as an alarm reads it; `id` is its name in the expression."""

    id: str
    metric: Metric
    statistic: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """One condition; the fields are PutMetricAlarm's.

    Attributes:
        condition: the heading of its runbook.
        of: the queue that it watches, where it watches one; with the receiver, where it watches that.
        inputs: one without an `expression`; with one, those that it names, of a query none.
        lasting: it stays until somebody acts, or for days, so it notifies people by itself.
    """

    condition: str
    meaning: str
    inputs: tuple[Input, ...]
    threshold: float
    expression: str | None = None
    comparison: str = "GreaterThanThreshold"
    period: int = PERIOD_SECONDS
    periods: int = 1
    # A tenant without traffic is a healthy one, and none of these metrics comes without traffic.
    missing_data: str = "notBreaching"
    lasting: bool = False
    of: str = ""

    @property
    def name(self) -> str:
        """What distinguishes it from the tenant's other alarms."""
        return f"{self.of}_{self.condition}" if self.of else self.condition

    @property
    def is_query(self) -> bool:
        """Of Metrics Insights, which finds its metrics by itself."""
        return self.expression is not None and not self.inputs

    def described(self, whose: str, runbooks: str) -> str:
        return f"{whose}: {self.meaning}. Runbook: {runbook(self.condition, runbooks)}"


def runbook(condition: str, runbooks: str) -> str:
    """Where the condition's section is, on the page that has all of them."""
    return f"{runbooks}#{condition}"


def of_tenant(watched: Watched) -> list[Alarm]:
    """Its own. What the cell watches for all tenants is not among them (`cell_alarms`)."""
    if watched.alarms == "none":
        return []
    if watched.alarms == "cell":
        return _behind_the_gateway(watched)
    functions = watched.functions
    answering = {group: name for group, name in functions.items() if group != AUTHORIZER}
    return [
        *_gateway(watched),
        *([_authorizer(watched.tenant)] if watched.counted else []),
        # An authorizer refuses a token by raising, so its errors are callers'.
        _summed("function-errors", "a function fails", _of_each(answering, "Errors")),
        _summed("throttles", "calls of its functions are throttled", _of_each(functions, "Throttles"), 2),
        *([table_throttles(watched.silo)] if watched.silo else []),
        *(alarm for queue in watched.queues for alarm in _queue(queue, watched)),
        *_switches(watched),
        *([_quota(watched, watched.quota)] if watched.quota else []),
    ]


def conditions(watched: Watched) -> list[str]:
    """Names of its own alarms, the composite one's first where it has one."""
    composite = [UNHEALTHY] if watched.alarms == "own" else []
    return [*composite, *(alarm.name for alarm in of_tenant(watched))]


def unhealthy(tenant: str, runbooks: str) -> str:
    """The composite alarm's description."""
    return f"{tenant}: its calls or deliveries fail, or are slow. Runbook: {runbook(UNHEALTHY, runbooks)}"


def rule(names: Iterable[str]) -> str:
    """The `AlarmRule` of a composite alarm that is on while any of these is."""
    return " OR ".join(f'ALARM("{name}")' for name in names)


def _plain(
    condition: str, meaning: str, metric: Metric, statistic: str, threshold: float, periods: int = 1
) -> Alarm:
    return Alarm(condition, meaning, (Input("m", metric, statistic),), threshold, periods=periods)


def _summed(condition: str, meaning: str, metrics: list[Metric], periods: int = 1) -> Alarm:
    """Any at all. Without `FILL`, a function without calls would hide the others' figures."""
    if len(metrics) == 1:
        return _plain(condition, meaning, metrics[0], "Sum", 0, periods)
    inputs = tuple(Input(f"m{number}", metric, "Sum") for number, metric in enumerate(metrics))
    total = "+".join(f"FILL({each.id},0)" for each in inputs)
    return Alarm(condition, meaning, inputs, 0, total, periods=periods)


def _gateway(watched: Watched) -> list[Alarm]:
    stage = {"ApiName": watched.api, "Stage": watched.tenant}
    share, slow = f"{FAILING_SHARE:.0%}", f"{SLOW_MS / 1000:g} s"
    failing, latency = Metric(GATEWAY, "5XXError", stage), Metric(GATEWAY, "Latency", stage)
    return [
        _plain("5xx", f"more than {share} of the calls fail", failing, "Average", FAILING_SHARE, periods=3),
        _plain("latency", f"one call in a hundred takes over {slow}", latency, "p99", SLOW_MS, periods=3),
    ]


def _authorizer(tenant: str) -> Alarm:
    verdicts = [own(VERDICTS, tenant=tenant, reason=each) for each in FAILURES]
    return _summed("authorizer-errors", "tokens cannot be checked", verdicts)


def _of_each(functions: dict[str, str], metric: str) -> list[Metric]:
    return [Metric(LAMBDA, metric, {"FunctionName": name}) for name in functions.values()]


def table_throttles(table: str) -> Alarm:
    """CloudWatch keeps an alarm on DynamoDB's metrics in its state when they are missing, whatever the alarm
    says, and these come with a throttle only: filled with zeros, it goes back.
    """
    names = ("ReadThrottleEvents", "WriteThrottleEvents")
    metrics = [Metric(DYNAMODB, name, {"TableName": table}) for name in names]
    return _summed("table-throttles", f"DynamoDB throttles {table}", metrics, 2)


def _behind_the_gateway(watched: Watched) -> list[Alarm]:
    """What no gateway's metric shows. Nothing joins these few, so each notifies people by itself."""
    scheduled = {each.name: watched.functions[each.name] for each in watched.members if each.schedule}
    runs = (
        [_summed("function-errors", "a function fails", _of_each(scheduled, "Errors"))] if scheduled else []
    )
    queues = [alarm for queue in watched.queues for alarm in _queue(queue, watched)]
    tables = [table_throttles(watched.silo)] if watched.silo else []
    return [replace(each, lasting=True) for each in (*runs, *tables, *queues, *_switches(watched))]


def _queue(watched: WatchedQueue, tenant: Watched) -> list[Alarm]:
    def of(queue: str, metric: str) -> tuple[Input, ...]:
        return (Input("m", Metric(SQS, metric, {"QueueName": queue}), "Maximum"),)

    queue = watched.declared
    in_vain = [_in_vain(watched, tenant.tenant)] if queue.counts and tenant.counted else []
    return [
        Alarm(
            "dead-letters",
            f"{queue.holds} could not be delivered",
            of(watched.dead_letters, "ApproximateNumberOfMessagesVisible"),
            0,
            lasting=True,
            of=queue.name,
        ),
        Alarm(
            "delivery-delay",
            f"{queue.holds} wait, and nothing takes them from their queue",
            of(watched.name, "ApproximateAgeOfOldestMessage"),
            OLDEST_SECONDS,
            of=queue.name,
        ),
        *in_vain,
    ]


def _in_vain(watched: WatchedQueue, tenant: str) -> Alarm:
    """To SQS what rests is in flight; so is much of a busy queue, but there some of it succeeds."""
    queue = watched.declared
    in_flight = Metric(SQS, "ApproximateNumberOfMessagesNotVisible", {"QueueName": watched.name})
    return Alarm(
        "only-failures",
        f"{queue.holds} are tried again and again, and none has succeeded for {IN_VAIN_HOURS} hours",
        (Input("done", own(queue.counts[0], tenant=tenant), "Sum"), Input("resting", in_flight, "Average")),
        0.5,
        "IF(FILL(done,0) > 0, 0, resting)",
        period=HOUR,
        periods=IN_VAIN_HOURS,
        lasting=True,
        of=queue.name,
    )


def _switches(watched: Watched) -> list[Alarm]:
    receivers = watched.receivers if watched.counted else ()
    return [_switched_off(receiver, watched.tenant) for receiver in receivers]


def _switched_off(receiver: WatchedReceiver, tenant: str) -> Alarm:
    """On for a day after it happened, and for as long as messages come that cannot be delivered."""
    return Alarm(
        "switched-off",
        f"nothing is delivered to its receiver {receiver.name} any longer, which failed for days or is gone",
        (Input("m", own(receiver.off, tenant=tenant, receiver=receiver.name), "Sum"),),
        0,
        period=DAY,
        lasting=True,
        of=f"{receiver.queue}-{receiver.name}",
    )


def _quota(watched: Watched, quota: Quota) -> Alarm:
    """Never too late, sometimes too early.

    AWS counts a quota per key and from midnight, and has no metric of it. So this counts all calls of the
    stage over the last day or week: no key can have used more, and no part of the period was busier.
    """
    calls = Metric(GATEWAY, "Count", {"ApiName": watched.api, "Stage": watched.tenant})
    spans = WEEKS_OF_A_MONTH if quota.period == "month" else 1
    return Alarm(
        "quota",
        f"calls come near {QUOTA_SHARE:.0%} of the quota, {quota.limit:,} a {quota.period} for each key",
        (Input("m", calls, "Sum"),),
        QUOTA_SHARE * quota.limit / spans,
        comparison="GreaterThanOrEqualToThreshold",
        period=DAY if quota.period == "day" else WEEK,
        lasting=True,
    )
