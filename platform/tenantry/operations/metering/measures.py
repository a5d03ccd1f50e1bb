"""Name the metrics that show how one tenant fares; who shows them need not know CloudWatch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agreed.declarations import Queue
from agreed.metrics import COLD_STARTS, NAMESPACE, READS, WRITES, Metric
from tenantry.gateway import contract
from tenantry.monitoring.metrics import GATEWAY, LAMBDA, LOGS, SQS, counted_by
from tenantry.operations.metering.metric_data import Measure
from tenantry.operations.running import Running, RunningTenant
from tenantry.rules.naming import log_group

Lines = Mapping[str, tuple[Measure, ...]]


@dataclass(frozen=True, slots=True)
class Charted:
    """What one chart shows: by the name of each line, the measures that add up to it."""

    title: str
    measures: Callable[[Running, RunningTenant], Lines]


@dataclass(frozen=True, slots=True)
class Used:
    """What a period is billed by; each function's: invocations, errors, duration and cold starts.

    `served` counts the calls that reached an integration: what the gateway refuses by itself is not billed.
    """

    requests: Measure
    served: Measure
    functions: Mapping[str, tuple[Measure, Measure, Measure, Measure]]
    read_units: tuple[Measure, ...]
    write_units: tuple[Measure, ...]
    messages: tuple[Measure, ...]
    logs: tuple[Measure, ...]

    def all(self) -> tuple[Measure, ...]:
        functions = (each for parts in self.functions.values() for each in parts)
        calls = (self.requests, self.served)
        return (*calls, *functions, *self.read_units, *self.write_units, *self.messages, *self.logs)


def gateway(running: Running, tenant: RunningTenant) -> tuple[Measure, Measure, Measure]:
    """All calls, those answered 4xx, those answered 5xx."""
    stage = _stage(running, tenant)
    return (
        Measure(GATEWAY, "Count", stage),
        Measure(GATEWAY, "4XXError", stage),
        Measure(GATEWAY, "5XXError", stage),
    )


def latency(running: Running, tenant: RunningTenant, percentile: str) -> Measure:
    return Measure(GATEWAY, "Latency", _stage(running, tenant), percentile)


def by_function(tenant: RunningTenant, metric: str, statistic: str = "Sum") -> Lines:
    return {
        group: (Measure(LAMBDA, metric, (("FunctionName", name),), statistic),)
        for group, name in tenant.functions.items()
    }


def capacity(tenant: RunningTenant, metric: Metric) -> tuple[Measure, ...]:
    """Of each route that the tenant has, and of its functions that serve none."""
    own = [route for route in contract.installed_routes() if route.group in tenant.functions]
    named = counted_by(metric, own, tenant.workers)
    return tuple(
        Measure(NAMESPACE, metric.name, (("tenant", tenant.slug), ("route", route))) for route in named
    )


def cold_starts(tenant: RunningTenant, group: str) -> Measure:
    return Measure(NAMESPACE, COLD_STARTS.name, (("tenant", tenant.slug), ("function", group)))


def queue(name: str, metric: str) -> Measure:
    return Measure(SQS, metric, (("QueueName", name),), "Maximum")


def used(running: Running, tenant: RunningTenant) -> Used:
    names = running.place.names

    def function(group: str, name: str) -> tuple[Measure, Measure, Measure, Measure]:
        own = (("FunctionName", name),)
        invocations, errors, duration = (
            Measure(LAMBDA, metric, own) for metric in ("Invocations", "Errors", "Duration")
        )
        return invocations, errors, duration, cold_starts(tenant, group)

    groups = [names.access_log(tenant.slug), *(log_group(name) for name in tenant.functions.values())]
    return Used(
        requests=gateway(running, tenant)[0],
        served=Measure(GATEWAY, "IntegrationLatency", _stage(running, tenant), "SampleCount"),
        functions={group: function(group, name) for group, name in tenant.functions.items()},
        read_units=capacity(tenant, READS),
        write_units=capacity(tenant, WRITES),
        messages=tuple(each for queue in tenant.queues for each in _taken(tenant, queue)),
        logs=tuple(Measure(LOGS, "IncomingBytes", (("LogGroupName", name),)) for name in groups),
    )


def _taken(tenant: RunningTenant, queue: Queue) -> tuple[Measure, ...]:
    """What counts the messages that were taken from a queue."""
    if not queue.counts:
        return (Measure(LAMBDA, "Invocations", (("FunctionName", tenant.functions[queue.consumer]),)),)
    return tuple(Measure(NAMESPACE, metric.name, (("tenant", tenant.slug),)) for metric in queue.counts)


def _stage(running: Running, tenant: RunningTenant) -> tuple[tuple[str, str], ...]:
    return (("ApiName", running.api_name), ("Stage", tenant.slug))
