"""Read what a page shows, all at once, and render it; a page never fails for one part of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from tenantry.console import charts, keys, runbooks
from tenantry.console.charts import Chart
from tenantry.console.overview import (
    COLUMNS,
    STATUSES,
    completed,
    in_order,
    paged,
    rows,
    standing,
    totals,
)
from tenantry.console.ranges import DAY, earlier
from tenantry.console.readings import Readings, Unread, together
from tenantry.console.rendering import render
from tenantry.console.source import Source
from tenantry.console.view import View
from tenantry.operations.logs.failures import grouped
from tenantry.operations.metering.metric_data import Window
from tenantry.operations.running import Running, RunningTenant

METRICS, ALARMS = "cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"
LOGS, GATEWAY, STATE = "logs:FilterLogEvents", "apigateway:GET", "s3:GetObject"
NAMES = {
    "glances": "Calls, errors and p99",
    "alarms": "Alarms",
    "quotas": "Quota used",
    "costs": "Cost",
}
# Around a request: its function may log before the gateway does, and a queue's consumer an hour later.
BEFORE, AFTER = timedelta(minutes=5), timedelta(hours=1)


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Pages:
    source: Source
    now: Callable[[], datetime] = _utc

    def overview(self, view: View) -> str:
        """Raises Failed where not even the tenants can be read."""
        now, source = self.now(), self.source
        running = source.running()
        window = view.range.window(now)
        wanted = view.filter.tenants(running.tenants)
        known = together(
            {
                "glances": (METRICS, lambda: source.glances(wanted, window)),
                "alarms": (ALARMS, source.ringing),
                "costs": (METRICS, source.costs),
                "fleet": (STATE, source.fleet),
            }
        )
        fleet = known.pop("fleet")
        found = view.filter.rows(rows(wanted, **known))
        page = paged(in_order(found, view.sort, view.descending), view.page)
        shown = [row.tenant for row in page.rows]
        known |= together(
            {
                "quotas": (GATEWAY, lambda: source.quotas(shown)),
                "calls": (METRICS, lambda: source.calls(shown, window)),
            }
        )
        complete = completed(page.rows, known["quotas"], known["calls"])
        return render(
            "overview.html",
            view,
            now,
            source.words,
            running=running,
            window=window,
            page=replace(page, rows=in_order(complete, view.sort, view.descending)),
            totals=totals(found),
            tiers=sorted({tenant.tier for tenant in running.tenants if tenant.tier}),
            statuses=STATUSES,
            columns=COLUMNS,
            missing={NAMES[name]: known[name] for name in NAMES if isinstance(known[name], Unread)},
            fleet=fleet,
            cells=running.place.names.stack,
        )

    def tenant(self, view: View, slug: str) -> str:
        """Raises NotDeployed for a tenant that does not run."""
        now, source = self.now(), self.source
        running = source.running()
        tenant = running.tenant(slug)
        window = view.range.window(now)
        before, words = earlier(window)
        wanted = self._readings(running, tenant, window)
        known = together({**wanted, **self._earlier(tenant, before)} if view.compared else wanted)
        if view.compared:
            known["charts"] = _compared(known["charts"], known.pop("drawn"), words)
        measured = None if isinstance(known["glance"], Unread) else known["glance"]
        return render(
            "tenant.html",
            view,
            now,
            source.words,
            window=window,
            words_before=words,
            tenant=tenant,
            standing=standing(tenant, measured, known["alarms"]),
            keys=keys.rows(tenant.keys, known["traffic"], known["last_days"]),
            **known,
        )

    def _readings(self, running: Running, tenant: RunningTenant, window: Window) -> Readings:
        source, slug = self.source, tenant.slug

        def declared() -> tuple[str, str] | None:
            there = source.fleet()
            own = there.declaring(slug, running.place.names.stack) if there else None
            return (own.name, own.standing) if own else None

        return {
            "glance": (METRICS, lambda: source.glances([tenant], window).get(slug)),
            "charts": (METRICS, lambda: self._drawn(tenant, window)),
            "alarms": (ALARMS, lambda: source.alarms(tenant)),
            "quota": (GATEWAY, lambda: source.quotas([tenant]).get(slug)),
            "cost": (METRICS, lambda: source.costs().get(slug)),
            "failures": (LOGS, lambda: grouped(source.failures(tenant, window))),
            "traffic": (LOGS, lambda: source.traffic(tenant, window)),
            "last_days": (GATEWAY, lambda: source.last_days(tenant)),
            "record": (STATE, lambda: source.record(tenant)),
            "declared": (STATE, declared),
        }

    def _earlier(self, tenant: RunningTenant, window: Window) -> Readings:
        return {
            "was": (METRICS, lambda: self.source.glances([tenant], window).get(tenant.slug)),
            "drawn": (METRICS, lambda: self._drawn(tenant, window)),
        }

    def _drawn(self, tenant: RunningTenant, window: Window) -> list[Chart]:
        plan = charts.plans(tenant)
        return charts.drawn(plan, self.source.lines(tenant, [*plan], window))

    def request(self, view: View, slug: str, request: str, at: datetime | None) -> str:
        """What the logs say of one request around that time; of the last day, if nobody knows when it was.

        Raises:
            NotDeployed: there is no such tenant.
            WrongInput: it is not a request's id.
            Failed: the logs cannot be read.
        """
        now, source = self.now(), self.source
        tenant = source.running().tenant(slug)
        start, end = (at - BEFORE, at + AFTER) if at else (now - DAY, now)
        found = source.way(tenant, request, start, end)
        return render(
            "request.html",
            view,
            now,
            source.words,
            tenant=tenant,
            request=request,
            start=start,
            end=min(end, now),
            lines=found,
        )

    def runbooks(self) -> str:
        """Raises Failed: they are not in this checkout."""
        return render("runbooks.html", View("/"), self.now(), self.source.words, html=runbooks.page())

    def problem(self, title: str, reason: str, advice: str) -> str:
        shown = {"title": title, "reason": reason, "advice": advice}
        return render("problem.html", View("/"), self.now(), self.source.words, **shown)


def _compared(own: list[Chart] | Unread, before: list[Chart] | Unread, words: str) -> list[Chart] | Unread:
    return (
        own if isinstance(own, Unread) or isinstance(before, Unread) else charts.compared(own, before, words)
    )
