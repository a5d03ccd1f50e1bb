"""What a tenant's page draws: each chart with its unit, and a sentence that sums it up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agreed.metrics import READS, WRITES
from tenantry.console import formats
from tenantry.operations.metering import measures
from tenantry.operations.metering.figures import ChartLine
from tenantry.operations.metering.measures import Charted, Lines
from tenantry.operations.running import Running, RunningTenant
from tenantry.rules.naming import AUTHORIZER

Unit = Literal["count", "depth", "milliseconds", "seconds"]  # a depth is not a sum
Shape = Literal["lines", "stacked"]

TRAFFIC = "Calls by status"
CAPACITY = "Consumed capacity"
_WORDS: Mapping[Unit, Callable[[float | None], str]] = {
    "count": formats.number,
    "depth": formats.number,
    "milliseconds": formats.milliseconds,
    "seconds": formats.seconds,
}


@dataclass(frozen=True, slots=True)
class Chart:
    """`values` are missing (None) where nothing was measured; `before` are those that it is compared with."""

    title: str
    unit: Unit
    lines: tuple[ChartLine, ...]
    before: tuple[ChartLine, ...] = ()

    @property
    def shape(self) -> Shape:
        """What adds up to a whole is stacked."""
        return "stacked" if self.title == TRAFFIC else "lines"

    @property
    def absence(self) -> str:
        """Why it is empty: AWS always measures; functions count where their tier says so."""
        nothing = "nothing measured in this time"
        return f"{nothing}; with metrics: free nobody counts it" if self.title == CAPACITY else nothing

    @property
    def measured(self) -> bool:
        return any(value is not None for line in self.lines for value in line.values)

    @property
    def summary(self) -> str:
        """Counts by their sums, all else by the highest value."""
        totals = []
        for line in self.lines:
            known = [value for value in line.values if value is not None]
            if self.unit == "count":
                totals.append(f"{line.name} {formats.number(sum(known))}")
            elif known:
                totals.append(f"{line.name} up to {_WORDS[self.unit](max(known))}")
        return ", ".join(totals)


def plans(tenant: RunningTenant) -> dict[Charted, Unit]:
    """The charts of one tenant in the order of the page; those of queues where it has some."""
    always: dict[Charted, Unit] = {
        Charted(TRAFFIC, _traffic): "count",
        Charted("Latency", _latency): "milliseconds",
        Charted("Function errors", _errors): "count",
        Charted("Function duration, p95", _by_function("Duration", "p95")): "milliseconds",
        Charted(CAPACITY, _capacity): "count",
        Charted("Throttled invocations", _by_function("Throttles")): "count",
    }
    of_queues: dict[Charted, Unit] = {
        Charted("Oldest message in a queue", _oldest): "seconds",
        Charted("Messages waiting, and dead letters", _waiting): "depth",
    }
    return always | of_queues if tenant.queues else always


def drawn(plan: dict[Charted, Unit], lines: Sequence[Sequence[ChartLine]]) -> list[Chart]:
    return [
        Chart(charted.title, unit, _by_status(own) if charted.title == TRAFFIC else tuple(own))
        for (charted, unit), own in zip(plan.items(), lines, strict=True)
    ]


def compared(charts: Sequence[Chart], before: Sequence[Chart], words: str) -> list[Chart]:
    """With the lines of another time beside their own; of what is stacked, the whole as one.

    Args:
        words: what that time is called.
    """

    def lines(chart: Chart) -> tuple[ChartLine, ...]:
        own = (_whole(chart.lines),) if chart.shape == "stacked" else chart.lines
        return tuple(replace(line, name=f"{line.name}, {words}") for line in own)

    return [replace(chart, before=lines(was)) for chart, was in zip(charts, before, strict=True)]


def _whole(lines: Sequence[ChartLine]) -> ChartLine:
    steps = zip(*(line.values for line in lines), strict=True)
    known = ([value for value in step if value is not None] for step in steps)
    return ChartLine("all", tuple(sum(values) if values else None for values in known))


def _by_status(lines: Sequence[ChartLine]) -> tuple[ChartLine, ...]:
    """API Gateway counts all calls and the two kinds of errors; the rest went well."""
    calls, client, server = (line.values for line in lines)
    well = (
        None if all_ is None else max(all_ - (four or 0) - (five or 0), 0.0)
        for all_, four, five in zip(calls, client, server, strict=True)
    )
    return (ChartLine("2xx, 3xx", tuple(well)), *lines[1:])


def _traffic(running: Running, tenant: RunningTenant) -> Lines:
    calls, client, server = measures.gateway(running, tenant)
    return {"all": (calls,), "4xx": (client,), "5xx": (server,)}


def _latency(running: Running, tenant: RunningTenant) -> Lines:
    return {each: (measures.latency(running, tenant, each),) for each in ("p50", "p95", "p99")}


def _by_function(metric: str, statistic: str = "Sum") -> Callable[[Running, RunningTenant], Lines]:
    return lambda _, tenant: measures.by_function(tenant, metric, statistic)


def _errors(_: Running, tenant: RunningTenant) -> Lines:
    """An authorizer refuses a token by raising, so its errors are callers'."""
    found = measures.by_function(tenant, "Errors", "Sum")
    return {group: own for group, own in found.items() if group != AUTHORIZER}


def _capacity(_: Running, tenant: RunningTenant) -> Lines:
    return {
        "read units": measures.capacity(tenant, READS),
        "write units": measures.capacity(tenant, WRITES),
    }


def _oldest(running: Running, tenant: RunningTenant) -> Lines:
    names, oldest = running.place.names, "ApproximateAgeOfOldestMessage"
    return {
        each.name: (measures.queue(names.queue(tenant.slug, each.name), oldest),) for each in tenant.queues
    }


def _waiting(running: Running, tenant: RunningTenant) -> Lines:
    names, visible = running.place.names, "ApproximateNumberOfMessagesVisible"
    waiting = {each.name: names.queue(tenant.slug, each.name) for each in tenant.queues}
    dead = {
        f"{each.name}, dead letters": names.dead_letters(tenant.slug, each.name) for each in tenant.queues
    }
    return {title: (measures.queue(name, visible),) for title, name in (waiting | dead).items()}
