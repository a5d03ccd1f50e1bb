"""A source of made-up figures for the console: each part can be taken away, as AWS would."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx

from tenantry.console.app import application
from tenantry.console.pages import Pages
from tenantry.console.source import QuotaUse
from tenantry.errors import Failed
from tenantry.naming import AUTHORIZER, GROUPS, NOTIFIER, Names
from tenantry.operations.alarm_states import Alarm
from tenantry.operations.failures import Failure
from tenantry.operations.figures import Glance, Line
from tenantry.operations.measures import Charted
from tenantry.operations.metric_data import Window
from tenantry.operations.places import Place
from tenantry.operations.running import Key, Quota, Running, Tenant

NOW = datetime(2026, 11, 22, 14, 30, 12, tzinfo=UTC)
HOST = "http://127.0.0.1"
NAMES = Names("demo")


def no_client(service: str) -> None:
    raise AssertionError(f"the pages call {service} themselves")


PLACE = Place(NAMES, "eu-central-1", "demo", "stack demo, Region eu-central-1", no_client, "{}/{}".format)


def tenant(slug: str, tier: str = "silver", **differing: object) -> Tenant:
    groups = (AUTHORIZER, *GROUPS, NOTIFIER)
    given = Tenant(
        slug=slug,
        tier=tier,
        suspended=False,
        url=f"https://a1b2c3.execute-api.eu-central-1.amazonaws.com/{slug}",
        plan_id=f"plan-{slug}",
        rate_per_second=50.0,
        burst=100,
        quota=Quota(1_000_000, "MONTH"),
        keys=(Key(f"id-{slug}", "web", NOW - timedelta(days=34), True),),
        functions={group: NAMES.function(slug, group) for group in groups},
    )
    return replace(given, **differing)  # type: ignore[arg-type]


def alarm(condition: str, state: str = "OK") -> Alarm:
    reason = "Threshold Crossed: 3 datapoints were greater than the threshold (0.01)."
    return Alarm(condition, f"what {condition} means", state, reason, NOW - timedelta(minutes=12))  # type: ignore[arg-type]


@dataclass
class Made:
    """`refused` are the parts that cannot be read, with what AWS says."""

    tenants: tuple[Tenant, ...]
    glance: Mapping[str, Glance] = field(default_factory=dict)
    ringing: Mapping[str, tuple[Alarm, ...]] = field(default_factory=dict)
    quota: Mapping[str, QuotaUse] = field(default_factory=dict)
    cost: Mapping[str, float] = field(default_factory=dict)
    failed: Sequence[Failure] = ()
    measured: bool = True
    refused: Mapping[str, str] = field(default_factory=dict)
    words: str = PLACE.words

    def _read(self, part: str) -> None:
        if part in self.refused:
            raise Failed(self.refused[part])

    def running(self) -> Running:
        self._read("running")
        return Running(PLACE, "a1b2c3", NAMES.cell, self.tenants)

    def glances(self, window: Window) -> Mapping[str, Glance]:  # noqa: ARG002 - whatever the window
        self._read("glances")
        return self.glance

    def alarms(self) -> Mapping[str, tuple[Alarm, ...]]:
        self._read("alarms")
        return self.ringing

    def quotas(self, now: datetime) -> Mapping[str, QuotaUse]:  # noqa: ARG002
        self._read("quotas")
        return self.quota

    def costs(self, now: datetime) -> Mapping[str, float]:  # noqa: ARG002
        self._read("costs")
        return self.cost

    def lines(self, tenant: Tenant, charted: Sequence[Charted], window: Window) -> list[list[Line]]:
        self._read("lines")
        running = self.running()
        return [
            [
                Line(name, _wave(window, 40.0 + 60 * row if self.measured else None))
                for row, name in enumerate(reversed(each.measures(running, tenant)))
            ][::-1]
            for each in charted
        ]

    def failures(self, tenant: Tenant, window: Window) -> list[Failure]:  # noqa: ARG002
        self._read("failures")
        return list(self.failed)


def _wave(window: Window, height: float | None) -> tuple[float | None, ...]:
    return tuple(
        None if height is None else round(height * (1 + math.sin(step / 7)) / 2, 1)
        for step, _ in enumerate(window.steps())
    )


def get(source: Made, path: str, **headers: str) -> httpx.Response:
    """One request of a browser on this machine."""
    app = application(source, Pages(source, lambda: NOW))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=HOST, headers=headers) as client:
            return await client.get(path)

    return asyncio.run(ask())
