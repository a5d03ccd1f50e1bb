"""Count a tenant's calls by route and by key, with each one's last, from what its access log says of late.

Health probes are counted apart: the gateway answers them itself, without a key, whoever watches it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tenantry.operations.aws import refusals_reported
from tenantry.operations.logs import events, requests
from tenantry.operations.logs.events import ACCESS, Event
from tenantry.operations.logs.requests import RequestCount
from tenantry.operations.running import Running, RunningTenant

PROBES = frozenset({"GET /health", "HEAD /health"})


@dataclass(slots=True)
class Calls:
    """Of one route, or by one key."""

    last: datetime
    count: RequestCount = field(default_factory=RequestCount)
    latencies_ms: list[float] = field(default_factory=list)

    @property
    def p95_ms(self) -> float | None:
        """The nearest rank; None where no line says how long it took."""
        ordered = sorted(self.latencies_ms)
        return ordered[-(-len(ordered) * 95 // 100) - 1] if ordered else None


@dataclass(frozen=True, slots=True)
class Traffic:
    """By route and by the key's id, empty for calls without a valid key; who calls most comes first.

    `since` is when the oldest call was made that was read, where older ones were not.
    """

    routes: dict[str, Calls]
    keys: dict[str, Calls]
    probes: int
    since: datetime | None


def traffic(running: Running, tenant: RunningTenant, start: datetime, end: datetime) -> Traffic:
    """Raises Failed: AWS refuses."""
    place = running.place
    with refusals_reported(place.region):
        group = place.names.access_log(tenant.slug)
        found = events.newest(place.client("logs"), ACCESS, group, start, end)
    return counted(found.events, complete=found.complete)


def counted(found: Sequence[Event], *, complete: bool) -> Traffic:
    routes: dict[str, Calls] = {}
    keys: dict[str, Calls] = {}
    probes = 0
    for each in found:
        fields = requests.fields(each.message)
        at, route = datetime.fromtimestamp(each.time_ms / 1000, UTC), requests.route(fields)
        if route in PROBES:
            probes += 1
            continue
        own = (routes.setdefault(route, Calls(at)), keys.setdefault(requests.key_id(fields), Calls(at)))
        for calls in own:
            calls.last = max(calls.last, at)
            calls.count.add(str(fields.get("status")))
            if (took := requests.milliseconds(fields)) is not None:
                calls.latencies_ms.append(took)
    oldest = min((each.time_ms for each in found), default=None)
    since = None if complete or oldest is None else datetime.fromtimestamp(oldest / 1000, UTC)
    return Traffic(_busiest_first(routes.items()), _busiest_first(keys.items()), probes, since)


def _busiest_first(calls: Iterable[tuple[str, Calls]]) -> dict[str, Calls]:
    return dict(sorted(calls, key=lambda each: (-each[1].count.requests, each[0])))
