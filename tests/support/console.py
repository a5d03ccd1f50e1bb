"""A source of made-up figures for the console: each part can be taken away, as AWS would."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import httpx

from tenantry.console.app import application
from tenantry.console.fleet import FleetState
from tenantry.console.pages import Pages
from tenantry.console.record import Record, TenantRecord, of_tenant
from tenantry.errors import Failed
from tenantry.groups import current
from tenantry.operations.logs.events import Event
from tenantry.operations.logs.failures import Failure
from tenantry.operations.logs.lines import LogLine
from tenantry.operations.logs.traffic import Traffic, counted
from tenantry.operations.logs.ways import phrase
from tenantry.operations.metering.alarm_states import ReportedAlarm
from tenantry.operations.metering.figures import ChartLine, Glance
from tenantry.operations.metering.measures import Charted
from tenantry.operations.metering.metric_data import Window
from tenantry.operations.metering.quota_use import QuotaUse
from tenantry.operations.places import Place
from tenantry.operations.running import Key, PlanQuota, Running, RunningTenant
from tenantry.rules.naming import AUTHORIZER, Names

NOW = datetime(2026, 11, 22, 14, 30, 12, tzinfo=UTC)
HOST = "http://127.0.0.1"
NAMES = Names("demo")


HEIGHTS = {  # around which a line of a chart goes up and down
    "Calls by status: all": 92.0,
    "Calls by status: 4xx": 5.0,
    "Calls by status: 5xx": 3.0,
    "Latency: p50": 48.0,
    "Latency: p95": 260.0,
    "Latency: p99": 1400.0,
    "Function errors: items": 3.0,
    "Function duration, p95: authorizer": 9.0,
    "Function duration, p95: contact": 31.0,
    "Function duration, p95: items": 44.0,
    "Function duration, p95: tools": 22.0,
    "Function duration, p95: notifier": 120.0,
    "Consumed capacity: read units": 130.0,
    "Consumed capacity: write units": 64.0,
    "Oldest message in a queue: contact": 4.0,
    "Messages waiting, and dead letters: contact": 3.0,
}


def wave(top: float, steps: int) -> tuple[float, ...]:
    return tuple(
        float(round(top * (1 + 0.6 * math.sin(n / 9) + 0.15 * math.sin(n * 2.7)))) for n in range(steps)
    )


def no_client(service: str) -> None:
    raise AssertionError(f"the pages call {service} themselves")


PLACE = Place(NAMES, "eu-central-1", "demo", "stack demo, Region eu-central-1", no_client, "{}/{}".format)


def tenant(slug: str, tier: str = "silver", **differing: object) -> RunningTenant:
    functions = (AUTHORIZER, *(member.name for member in current().members))
    given = RunningTenant(
        slug=slug,
        tier=tier,
        suspended=False,
        url=f"https://a1b2c3.execute-api.eu-central-1.amazonaws.com/{slug}",
        plan_id=f"plan-{slug}",
        rate_per_second=50.0,
        burst=100,
        quota=PlanQuota(1_000_000, "MONTH"),
        keys=(Key(f"id-{slug}", "web", NOW - timedelta(days=34), True),),
        functions={name: NAMES.function(slug, name) for name in functions},
        queues=current().queues,
    )
    return replace(given, **differing)  # type: ignore[arg-type]


MEANINGS = {
    "5xx": "more than 1% of the calls fail",
    "latency": "one call in a hundred takes over 3 s",
    "function-errors": "a function fails",
}


def alarm(condition: str, state: str = "OK") -> ReportedAlarm:
    reason = "Threshold Crossed: 3 datapoints were greater than the threshold (0.01)."
    runbook = f"https://example.com/runbooks#{condition}"
    return ReportedAlarm(
        condition, MEANINGS[condition], runbook, state, reason, NOW - timedelta(minutes=12), False
    )  # type: ignore[arg-type]


@dataclass
class Made:
    """`refused` are the parts that cannot be read, with what AWS says; `asked` notes of which tenants a part
    was read.
    """

    tenants: tuple[RunningTenant, ...]
    incomplete: tuple[str, ...] = ()
    glance: Mapping[str, Glance] = field(default_factory=dict)
    alarmed: Mapping[str, tuple[ReportedAlarm, ...]] = field(default_factory=dict)
    quota: Mapping[str, QuotaUse] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    failed: Sequence[Failure] = ()
    logged: Sequence[Event] = ()
    complete: bool = True
    days: Mapping[str, date] = field(default_factory=dict)
    lines_of: Sequence[LogLine] = ()
    recorded: Record = field(default_factory=lambda: Record((), None, ()))
    stacks: FleetState | None = None
    measured: bool = True
    refused: Mapping[str, str] = field(default_factory=dict)
    words: str = PLACE.words
    silence: str = PLACE.silence
    asked: dict[str, list[str]] = field(default_factory=dict)

    def _read(self, part: str) -> None:
        if part in self.refused:
            raise Failed(self.refused[part])

    def running(self) -> Running:
        self._read("running")
        return Running(PLACE, "a1b2c3", NAMES.cell, self.tenants, self.incomplete)

    def glances(self, tenants: Sequence[RunningTenant], window: Window) -> Mapping[str, Glance]:  # noqa: ARG002
        self._read("glances")
        return {each.slug: self.glance[each.slug] for each in tenants if each.slug in self.glance}

    def calls(self, tenants: Sequence[RunningTenant], window: Window) -> Mapping[str, tuple[float, ...]]:
        """As many as it has at a glance, over the steps."""
        steps = len(window.steps())
        self.asked["calls"] = [each.slug for each in tenants]
        known = {each.slug: self.glance[each.slug] for each in tenants if each.slug in self.glance}
        return {slug: wave(glance.requests / steps, steps) for slug, glance in known.items()}

    def ringing(self) -> Mapping[str, tuple[ReportedAlarm, ...]]:
        self._read("alarms")
        return {
            slug: tuple(each for each in own if each.state == "ALARM") for slug, own in self.alarmed.items()
        }

    def alarms(self, tenant: RunningTenant) -> tuple[ReportedAlarm, ...]:
        self._read("alarms")
        return self.alarmed.get(tenant.slug, ())

    def quotas(self, tenants: Sequence[RunningTenant]) -> Mapping[str, QuotaUse]:
        self._read("quotas")
        self.asked["quotas"] = [each.slug for each in tenants]
        return {each.slug: self.quota[each.slug] for each in tenants if each.slug in self.quota}

    def costs(self) -> Mapping[str, float]:
        self._read("costs")
        return self.cost

    def lines(
        self, tenant: RunningTenant, charted: Sequence[Charted], window: Window
    ) -> list[list[ChartLine]]:
        self._read("lines")
        return [
            [
                ChartLine(name, self._wave(each.title, name, window))
                for name in each.measures(self.running(), tenant)
            ]
            for each in charted
        ]

    def _wave(self, title: str, name: str, window: Window) -> tuple[float | None, ...]:
        """What is not among `HEIGHTS` is nothing all the time."""
        if not self.measured:
            return (None,) * len(window.steps())
        part = 1.0 if window.end > NOW else 0.75  # there is more to do by the day
        return wave(part * HEIGHTS.get(f"{title}: {name}", 0), len(window.steps()))

    def failures(self, tenant: RunningTenant, window: Window) -> list[Failure]:  # noqa: ARG002
        self._read("failures")
        return list(self.failed)

    def traffic(self, tenant: RunningTenant, window: Window) -> Traffic:  # noqa: ARG002
        self._read("traffic")
        return counted(self.logged, complete=self.complete)

    def last_days(self, tenant: RunningTenant) -> Mapping[str, date]:  # noqa: ARG002
        self._read("last_days")
        return self.days

    def record(self, tenant: RunningTenant) -> TenantRecord:
        self._read("record")
        return of_tenant(self.recorded, tenant.slug)

    def fleet(self) -> FleetState | None:
        self._read("fleet")
        return self.stacks

    def way(
        self,
        tenant: RunningTenant,  # noqa: ARG002
        request: str,
        start: datetime,
        end: datetime,
    ) -> list[LogLine]:
        self._read("way")
        phrase(request)
        self.asked["way"] = [start.isoformat(), end.isoformat()]
        return [line for line in self.lines_of if line.request == request]


def get(source: Made, path: str, **headers: str) -> httpx.Response:
    """One request of a browser on this machine."""
    app = application(source, Pages(source, lambda: NOW))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=HOST, headers=headers) as client:
            return await client.get(path)

    return asyncio.run(ask())
