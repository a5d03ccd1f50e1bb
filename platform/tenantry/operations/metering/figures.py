"""How tenants are doing, in figures: at a glance, over time, and as the sums that a month is billed by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tenantry.operations.metering import measures
from tenantry.operations.metering.measures import Charted
from tenantry.operations.metering.metric_data import Measure, Points, Window, read
from tenantry.operations.running import Running, RunningTenant

DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Glance:
    """One tenant in one window; `p99` in milliseconds, None without a call."""

    requests: float
    client_errors: float
    server_errors: float
    p99: float | None


@dataclass(frozen=True, slots=True)
class ChartLine:
    """One line of a chart: a value for each step of the window, None where nothing was measured."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class FunctionSums:
    invocations: float
    errors: float
    duration_ms: float
    cold_starts: float


@dataclass(frozen=True, slots=True)
class Sums:
    """What one tenant used in a period; `functions` by group, `log_bytes` None where nobody counts them.

    `metrics_read` were asked for to report it.
    """

    requests: float
    served: float
    functions: Mapping[str, FunctionSums]
    read_units: float
    write_units: float
    messages: float
    log_bytes: float | None
    metrics_read: int


def glances(running: Running, tenants: Iterable[RunningTenant], window: Window) -> dict[str, Glance]:
    """By slug, all of them in one reading.

    Raises:
        Failed: AWS refuses.
    """
    counts = {each.slug: (each, measures.gateway(running, each)) for each in tenants}
    p99 = {slug: measures.latency(running, tenant, "p99") for slug, (tenant, _) in counts.items()}
    # One period: a percentile of percentiles is none, and reading a point takes longer than asking for it.
    whole = replace(window, period=int(window.seconds))
    asked = (each for slug, (_, stage) in counts.items() for each in (*stage, p99[slug]))
    found = read(running.place, asked, whole)

    def glance(slug: str) -> Glance:
        calls, client, server = (_sum(found[each]) for each in counts[slug][1])
        return Glance(calls, client, server, max((value for _, value in found[p99[slug]]), default=None))

    return {slug: glance(slug) for slug in counts}


def calls(running: Running, tenants: Iterable[RunningTenant], window: Window) -> dict[str, tuple[float, ...]]:
    """In each step, by slug.

    Raises:
        Failed: AWS refuses.
    """
    counts = {each.slug: measures.gateway(running, each)[0] for each in tenants}
    found = read(running.place, counts.values(), window)
    by_step = {slug: dict(found[measure]) for slug, measure in counts.items()}
    return {slug: tuple(own.get(at, 0.0) for at in window.steps()) for slug, own in by_step.items()}


def lines(
    running: Running, tenant: RunningTenant, charted: Iterable[Charted], window: Window
) -> list[list[ChartLine]]:
    """The lines of each chart, all charts in one reading.

    Raises:
        Failed: AWS refuses.
    """
    wanted = [each.measures(running, tenant) for each in charted]
    points = read(running.place, (one for chart in wanted for own in chart.values() for one in own), window)
    return [
        [ChartLine(name, _by_step([points[each] for each in own], window)) for name, own in chart.items()]
        for chart in wanted
    ]


def sums(
    running: Running, tenants: Iterable[RunningTenant], start: datetime, end: datetime
) -> dict[str, Sums]:
    """By slug, from midnight (UTC) of `start`'s day until `end`.

    Raises:
        Failed: AWS refuses.
    """
    own = {tenant.slug: measures.used(running, tenant) for tenant in tenants}
    midnight = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    asked = [each for used in own.values() for each in used.all()]
    found = read(running.place, asked, Window(midnight, end, DAY))
    return {slug: _sums(used, found) for slug, used in own.items()}


def _sums(used: measures.Used, found: Mapping[Measure, Points]) -> Sums:
    def total(wanted: Iterable[Measure]) -> float:
        return sum(_sum(found[each]) for each in wanted)

    return Sums(
        requests=total([used.requests]),
        served=total([used.served]),
        functions={
            group: FunctionSums(*(total([each]) for each in parts)) for group, parts in used.functions.items()
        },
        read_units=total(used.read_units),
        write_units=total(used.write_units),
        messages=total(used.messages),
        log_bytes=total(used.logs) if any(found[each] for each in used.logs) else None,
        metrics_read=len(used.all()),
    )


def _sum(points: Points) -> float:
    return sum(value for _, value in points)


def _by_step(several: list[Points], window: Window) -> tuple[float | None, ...]:
    """Several measures of one line add up: a tenant's routes, each of which has a metric of its own."""
    added: dict[datetime, float] = {}
    for points in several:
        for at, value in points:
            added[at] = added.get(at, 0.0) + value
    return tuple(added.get(at) for at in window.steps())
