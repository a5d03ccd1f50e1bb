"""Compose the dashboards: one of a tenant's own, one that shows any tenant, and those of a cell.

A variable of the type `pattern` replaces a text everywhere in a body. So one that stands for the slug drives
every name on the shared dashboard: stage, functions, queues, log groups, table, alarms. It cannot change a
number, nor leave a widget out: quotas stand in a table, and what a tenant lacks stays empty.
"""

from collections.abc import Iterable
from typing import Any

from tenantry.monitoring import alarms, cell_alarms, cell_sections, sections
from tenantry.monitoring.watched import ANY_TENANT, Watched
from tenantry.monitoring.widgets import WidgetRow, alarm_states, placed, text
from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names

Body = dict[str, Any]

TENANTS = 25  # side by side on one dashboard; more would pass 500 metrics in a graph ("CloudWatch quotas")


def of_tenant(arns: Arns, names: Names, watched: Watched, runbooks: str) -> Body:
    """The `DashboardBody` of one tenant."""
    return {"widgets": placed(arns.region, _rows(arns, names, watched, runbooks))}


def shared(arns: Arns, names: Names, any_tenant: Watched, tenants: Iterable[Watched], runbooks: str) -> Body:
    """One body for all these tenants; whoever looks at it chooses which.

    Args:
        any_tenant: what any of them has, with `ANY_TENANT` in the names.
    """
    shown = list(tenants)
    variable = {
        "type": "pattern",
        "pattern": ANY_TENANT,
        "inputType": "select",
        "id": "tenant",
        "label": "Tenant",
        "defaultValue": shown[0].tenant,
        "visible": True,
        "values": [{"value": each.tenant, "label": each.tenant} for each in shown],
    }
    rows = [*_rows(arns, names, any_tenant, runbooks), [text(_limits(shown), height=2 + len(shown))]]
    return {"variables": [variable], "widgets": placed(arns.region, rows)}


def of_cell(arns: Arns, names: Names, cell: str, tenants: Iterable[Watched]) -> list[Body]:
    """Its tenants side by side, on as many dashboards as they need; an empty one for no tenants."""
    shown = list(tenants)
    pages = [shown[start : start + TENANTS] for start in range(0, len(shown), TENANTS)] or [[]]
    return [
        {"widgets": placed(arns.region, cell_sections.rows(arns, names, f"{cell}{number}", len(shown), page))}
        for page, number in zip(pages, _numbers(len(pages)), strict=True)
    ]


def _numbers(pages: int) -> list[str]:
    return [""] if pages == 1 else [f", page {number} of {pages}" for number in range(1, pages + 1)]


def _rows(arns: Arns, names: Names, watched: Watched, runbooks: str) -> list[WidgetRow]:
    states = [arns.alarm(names.alarm(watched.tenant, each)) for each in alarms.conditions(watched)]
    if watched.alarms == "cell":
        states += [arns.alarm(names.cell_alarm(each)) for each in cell_alarms.CONDITIONS]
    heading = text(f"# {watched.tenant}\nWhat to do about an alarm: {runbooks}", height=2)
    return [[heading], [alarm_states("Alarms", states)] if states else [], *sections.rows(watched)]


def _limits(tenants: list[Watched]) -> str:
    rows = [
        f"| {each.tenant} | {f'{each.quota.limit:,} a {each.quota.period}' if each.quota else 'none'} "
        f"| {_megabytes(each)} MB |"
        for each in tenants
    ]
    return "\n".join(["| tenant | quota of each key | memory of a function |", "| --- | --- | --- |", *rows])


def _megabytes(tenant: Watched) -> str:
    return " or ".join(map(str, sorted(set((tenant.memory_mb or {}).values()))))
