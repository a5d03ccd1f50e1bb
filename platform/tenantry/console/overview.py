"""All tenants at a glance: one row for each, whatever could be read of it, in the order that is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tenantry.console.readings import Unknown
from tenantry.console.source import QuotaUse
from tenantry.operations.alarm_states import Alarm
from tenantry.operations.figures import Glance
from tenantry.operations.running import Tenant

Mood = Literal["bad", "good", "idle", "off"]
Figure = float | str


@dataclass(frozen=True, slots=True)
class Standing:
    """In words, with a mood that an icon and a colour repeat."""

    words: str
    mood: Mood


@dataclass(frozen=True, slots=True)
class Row:
    """None is what could not be read, or what is not there; the page says which above the table."""

    tenant: Tenant
    standing: Standing
    glance: Glance | None
    quota: QuotaUse | None
    cost: float | None

    def figure(self, column: str) -> Figure:
        """What the column sorts by; what is not known comes below all that is."""
        glance, quota = self.glance, self.quota
        figures: Mapping[str, Figure | None] = {
            "tenant": self.tenant.slug,
            "status": "bad idle good off".split().index(self.standing.mood),
            "requests": glance and glance.requests,
            "client-errors": glance and glance.client_errors,
            "server-errors": glance and glance.server_errors,
            "p99": glance and glance.p99,
            "quota": quota and quota.used / quota.limit,
            "cost": self.cost,
        }
        found = figures[column]
        return -1.0 if found is None else found


COLUMNS = {  # by the name in the address, with whether it starts with the highest
    "tenant": ("Tenant", False),
    "status": ("Status", False),
    "requests": ("Calls", True),
    "client-errors": ("4xx", True),
    "server-errors": ("5xx", True),
    "p99": ("p99", True),
    "quota": ("Quota used", True),
    "cost": ("Cost this month", True),
}


def standing(
    tenant: Tenant, glance: Glance | None, alarms: Mapping[str, tuple[Alarm, ...]] | Unknown
) -> Standing:
    if tenant.suspended:
        return Standing("Suspended", "off")
    ringing = [each for each in _own(alarms, tenant) if each.state == "ALARM"]
    if ringing:
        return Standing("1 alarm" if len(ringing) == 1 else f"{len(ringing)} alarms", "bad")
    if glance is None:
        return Standing("Traffic not known", "idle")
    if isinstance(alarms, Unknown):
        return Standing("Alarms not known", "idle")
    return Standing("Serving", "good") if glance.requests else Standing("No calls", "idle")


def rows(
    tenants: tuple[Tenant, ...],
    glances: Mapping[str, Glance] | Unknown,
    alarms: Mapping[str, tuple[Alarm, ...]] | Unknown,
    quotas: Mapping[str, QuotaUse] | Unknown,
    costs: Mapping[str, float] | Unknown,
) -> list[Row]:
    def row(tenant: Tenant) -> Row:
        glance = None if isinstance(glances, Unknown) else glances.get(tenant.slug)
        quota = None if isinstance(quotas, Unknown) else quotas.get(tenant.slug)
        cost = None if isinstance(costs, Unknown) else costs.get(tenant.slug)
        return Row(tenant, standing(tenant, glance, alarms), glance, quota, cost)

    return [row(tenant) for tenant in tenants]


def in_order(unsorted: list[Row], column: str, descending: bool) -> list[Row]:
    """Equal ones by their slugs, whichever way."""
    by_slug = sorted(unsorted, key=lambda row: row.tenant.slug)
    return sorted(by_slug, key=lambda row: row.figure(column), reverse=descending)  # type: ignore[arg-type, return-value]


def _own(alarms: Mapping[str, tuple[Alarm, ...]] | Unknown, tenant: Tenant) -> tuple[Alarm, ...]:
    return () if isinstance(alarms, Unknown) else alarms.get(tenant.slug, ())
