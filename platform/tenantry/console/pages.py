"""Read what a page shows, all at once, and render it; a page never fails for one part of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from tenantry.console import charts
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
from tenantry.console.readings import Unread, attempt
from tenantry.console.rendering import render
from tenantry.console.source import Source
from tenantry.console.view import View

METRICS, ALARMS = "cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"
LOGS, GATEWAY = "logs:FilterLogEvents", "apigateway:GET"


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
        with ThreadPoolExecutor() as pool:
            glancing = pool.submit(attempt, lambda: source.glances(wanted, window), METRICS)
            ringing = pool.submit(attempt, source.ringing, ALARMS)
            costing = pool.submit(attempt, source.costs, METRICS)
        glances, alarms, costs = glancing.result(), ringing.result(), costing.result()
        found = view.filter.rows(rows(wanted, glances, alarms, costs))
        page = paged(in_order(found, view.sort, view.descending), view.page)
        shown = [row.tenant for row in page.rows]
        with ThreadPoolExecutor() as pool:
            using = pool.submit(attempt, lambda: source.quotas(shown), GATEWAY)
            stepping = pool.submit(attempt, lambda: source.calls(shown, window), METRICS)
        quotas, steps = using.result(), stepping.result()
        complete = completed(page.rows, quotas, steps)
        missing = {"Calls, errors and p99": glances, "Alarms": alarms, "Quota used": quotas, "Cost": costs}
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
            missing={name: each for name, each in missing.items() if isinstance(each, Unread)},
        )

    def tenant(self, view: View, slug: str) -> str:
        """Raises NotDeployed for a tenant that does not run."""
        now, source = self.now(), self.source
        running = source.running()
        tenant = running.tenant(slug)
        window, plan = view.range.window(now), charts.plans(tenant)
        with ThreadPoolExecutor() as pool:
            glancing = pool.submit(attempt, lambda: source.glances([tenant], window).get(slug), METRICS)
            drawing = pool.submit(
                attempt, lambda: charts.drawn(plan, source.lines(tenant, [*plan], window)), METRICS
            )
            ringing = pool.submit(attempt, lambda: source.alarms(tenant), ALARMS)
            using = pool.submit(attempt, lambda: source.quotas([tenant]).get(slug), GATEWAY)
            costing = pool.submit(attempt, lambda: source.costs().get(slug), METRICS)
            failing = pool.submit(attempt, lambda: source.failures(tenant, window), LOGS)
        glance, alarms = glancing.result(), ringing.result()
        return render(
            "tenant.html",
            view,
            now,
            source.words,
            running=running,
            window=window,
            tenant=tenant,
            standing=standing(tenant, None if isinstance(glance, Unread) else glance, alarms),
            glance=glance,
            charts=drawing.result(),
            alarms=alarms,
            quota=using.result(),
            cost=costing.result(),
            failures=failing.result(),
        )

    def problem(self, title: str, reason: str, advice: str) -> str:
        shown = {"title": title, "reason": reason, "advice": advice}
        return render("problem.html", View("/"), self.now(), self.source.words, **shown)
