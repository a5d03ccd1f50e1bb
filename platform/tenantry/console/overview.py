"""All tenants at a glance: one row for each, whatever could be read of it, in the order that is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from tenantry.console.readings import Unread
from tenantry.operations.metering.alarm_states import ReportedAlarm
from tenantry.operations.metering.figures import Glance
from tenantry.operations.metering.quota_use import QuotaUse
from tenantry.operations.running import RunningTenant

Mood = Literal["bad", "good", "idle", "off"]


@dataclass(frozen=True, slots=True)
class Standing:
    """In words, with a mood that an icon and a colour repeat."""

    words: str
    mood: Mood


@dataclass(frozen=True, slots=True)
class TenantRow:
    """None is what could not be read, or what is not there; the page says which above the table."""

    tenant: RunningTenant
    standing: Standing
    glance: Glance | None
    quota: QuotaUse | None
    cost: float | None


@dataclass(frozen=True, slots=True)
class Column:
    """`figure` is what it sorts by, None for what is not known; most start with the highest."""

    heading: str
    figure: Callable[[TenantRow], float | None]
    descending: bool = True


def _glanced(figure: Callable[[Glance], float | None]) -> Callable[[TenantRow], float | None]:
    return lambda row: figure(row.glance) if row.glance else None


_URGENCY: tuple[Mood, ...] = ("bad", "idle", "good", "off")

COLUMNS = {  # by the name in the address
    "tenant": Column("Tenant", lambda _: 0.0, descending=False),
    "status": Column("Status", lambda row: _URGENCY.index(row.standing.mood), descending=False),
    "requests": Column("Calls", _glanced(lambda glance: glance.requests)),
    "client-errors": Column("4xx", _glanced(lambda glance: glance.client_errors)),
    "server-errors": Column("5xx", _glanced(lambda glance: glance.server_errors)),
    "p99": Column("p99", _glanced(lambda glance: glance.p99)),
    "quota": Column("Quota used", lambda row: row.quota.used / row.quota.limit if row.quota else None),
    "cost": Column("Cost this month", lambda row: row.cost),
}


def standing(
    tenant: RunningTenant, glance: Glance | None, alarms: Mapping[str, tuple[ReportedAlarm, ...]] | Unread
) -> Standing:
    """A composite alarm says nothing that those which it joins do not."""
    if tenant.suspended:
        return Standing("Suspended", "off")
    ringing = [each for each in _own(alarms, tenant) if each.state == "ALARM" and not each.composite]
    if ringing:
        return Standing("1 alarm" if len(ringing) == 1 else f"{len(ringing)} alarms", "bad")
    if glance is None:
        return Standing("Traffic not known", "idle")
    if isinstance(alarms, Unread):
        return Standing("Alarms not known", "idle")
    return Standing("Serving", "good") if glance.requests else Standing("No calls", "idle")


def rows(
    tenants: tuple[RunningTenant, ...],
    glances: Mapping[str, Glance] | Unread,
    alarms: Mapping[str, tuple[ReportedAlarm, ...]] | Unread,
    quotas: Mapping[str, QuotaUse] | Unread,
    costs: Mapping[str, float] | Unread,
) -> list[TenantRow]:
    def row(tenant: RunningTenant) -> TenantRow:
        glance = None if isinstance(glances, Unread) else glances.get(tenant.slug)
        quota = None if isinstance(quotas, Unread) else quotas.get(tenant.slug)
        cost = None if isinstance(costs, Unread) else costs.get(tenant.slug)
        return TenantRow(tenant, standing(tenant, glance, alarms), glance, quota, cost)

    return [row(tenant) for tenant in tenants]


def in_order(unsorted: list[TenantRow], column: str, descending: bool) -> list[TenantRow]:
    """Equal ones by their slugs; what is not known comes below all that is."""
    figure, by_slug = COLUMNS[column].figure, column == "tenant" and descending

    def known(row: TenantRow) -> float:
        found = figure(row)
        return -1.0 if found is None else found

    ordered = sorted(unsorted, key=lambda row: row.tenant.slug, reverse=by_slug)
    return sorted(ordered, key=known, reverse=descending)


def _own(
    alarms: Mapping[str, tuple[ReportedAlarm, ...]] | Unread, tenant: RunningTenant
) -> tuple[ReportedAlarm, ...]:
    return () if isinstance(alarms, Unread) else alarms.get(tenant.slug, ())
