"""Read what a page shows, all at once, and render it; a page never fails for one part of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from tenantry.console import charts
from tenantry.console.overview import COLUMNS, in_order, rows, standing
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
        with ThreadPoolExecutor() as pool:
            glancing = pool.submit(attempt, lambda: source.glances(running.tenants, window), METRICS)
            ringing = pool.submit(attempt, source.alarms, ALARMS)
            using = pool.submit(attempt, source.quotas, GATEWAY)
            costing = pool.submit(attempt, source.costs, METRICS)
        glances, alarms, quotas, costs = (
            glancing.result(),
            ringing.result(),
            using.result(),
            costing.result(),
        )
        found = rows(running.tenants, glances, alarms, quotas, costs)
        missing = {"Calls, errors and p99": glances, "Alarms": alarms, "Quota used": quotas, "Cost": costs}
        return render(
            "overview.html",
            view,
            now,
            source.words,
            running=running,
            window=window,
            rows=in_order(found, view.sort, view.descending),
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
            ringing = pool.submit(attempt, source.alarms, ALARMS)
            using = pool.submit(attempt, lambda: source.quotas().get(slug), GATEWAY)
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
            alarms=alarms if isinstance(alarms, Unread) else alarms.get(slug, ()),
            quota=using.result(),
            cost=costing.result(),
            failures=failing.result(),
        )

    def problem(self, title: str, reason: str, advice: str) -> str:
        shown = {"title": title, "reason": reason, "advice": advice}
        return render("problem.html", View("/"), self.now(), self.source.words, **shown)
