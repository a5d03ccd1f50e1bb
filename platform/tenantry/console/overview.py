"""All tenants at a glance: one row for each, whatever could be read of it, those in trouble first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from tenantry.console.readings import Unread
from tenantry.monitoring.alarms import FAILING_SHARE
from tenantry.operations.metering.alarm_states import ReportedAlarm
from tenantry.operations.metering.figures import Glance
from tenantry.operations.metering.quota_use import QuotaUse
from tenantry.operations.running import RunningTenant

Mood = Literal["bad", "good", "idle", "off"]
STATUSES: Mapping[str, tuple[Mood, str]] = {  # by the name in the address
    "trouble": ("bad", "in trouble"),
    "serving": ("good", "serving"),
    "quiet": ("idle", "no calls, or not known"),
    "suspended": ("off", "suspended"),
}
PAGE = 50  # rows; what takes a call for each tenant is read of these alone
DEFAULT_SORT = "status"


@dataclass(frozen=True, slots=True)
class Standing:
    """In words, with a mood that an icon and a colour repeat."""

    words: str
    mood: Mood


@dataclass(frozen=True, slots=True)
class TenantRow:
    """None is what could not be read, or what is not there; the page says which above the table.

    `calls` are those of each step.
    """

    tenant: RunningTenant
    standing: Standing
    alarms: int
    glance: Glance | None
    cost: float | None
    quota: QuotaUse | None = None
    calls: tuple[float, ...] = ()

    @property
    def trouble(self) -> tuple[float, ...]:
        """Whether it is in any, the share of calls that failed, alarms, and the share that was refused."""
        if self.tenant.suspended:
            return (-1.0,)
        calls, client, server = _counts(self.glance)
        troubled = self.standing.mood == "bad"
        return (troubled, _share(server, calls), self.alarms, _share(client, calls), calls > 0)


@dataclass(frozen=True, slots=True)
class Column:
    """`figure` is what it sorts by, None for what is not known; most start with the highest."""

    heading: str
    figure: Callable[[TenantRow], float | tuple[float, ...] | None]
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Filter:
    """`search` is a part of the slug; each is empty where it lets all pass."""

    search: str = ""
    tier: str = ""
    status: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filter":
        status = query.get("status", "")
        search = query.get("search", "").strip().lower()[:32]  # the longest slug
        return cls(search, query.get("tier", ""), status if status in STATUSES else "")

    @property
    def query(self) -> Mapping[str, str]:
        return {"search": self.search, "tier": self.tier, "status": self.status}

    def tenants(self, all_: Iterable[RunningTenant]) -> list[RunningTenant]:
        """By what is known of them before anything is measured."""
        return [each for each in all_ if self.search in each.slug and self.tier in ("", each.tier)]

    def rows(self, rows: Iterable[TenantRow]) -> list[TenantRow]:
        mood = STATUSES[self.status][0] if self.status else None
        return [each for each in rows if mood in (None, each.standing.mood)]


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Page:
    """`rows` are those of page `number` of `pages`; `found` are all that the filter lets pass."""

    found: Sequence[TenantRow]
    number: int
    pages: int
    rows: Sequence[TenantRow]


@dataclass(frozen=True, slots=True)
class Totals:
    """Of all tenants that were found, on whatever page they are; None is what could not be read of any."""

    troubled: int
    calls: float | None
    failed: float | None
    cost: float | None


def _glanced(figure: Callable[[Glance], float | None]) -> Callable[[TenantRow], float | None]:
    return lambda row: figure(row.glance) if row.glance else None


COLUMNS = {  # by the name in the address
    "tenant": Column("Tenant", lambda _: 0.0, descending=False),
    "status": Column("Status", lambda row: row.trouble),
    "requests": Column("Calls", _glanced(lambda glance: glance.requests)),
    "client-errors": Column("4xx", _glanced(lambda glance: glance.client_errors)),
    "server-errors": Column("5xx", _glanced(lambda glance: glance.server_errors)),
    "p99": Column("p99", _glanced(lambda glance: glance.p99)),
    "quota": Column("Quota used", lambda row: row.quota.used / row.quota.limit if row.quota else None),
    "cost": Column("Cost this month", lambda row: row.cost),
}


def standing(
    tenant: RunningTenant, glance: Glance | None, alarms: Sequence[ReportedAlarm] | Unread
) -> Standing:
    """By alarms, and by what alarms on: a tier may have none, and they wait for a quarter of an hour."""
    if tenant.suspended:
        return Standing("Suspended", "off")
    number = ringing(alarms)
    if number:
        return Standing("1 alarm" if number == 1 else f"{number} alarms", "bad")
    if glance is None:
        return Standing("Traffic not known", "idle")
    if glance.server_errors > FAILING_SHARE * glance.requests:
        return Standing("Calls fail", "bad")
    if isinstance(alarms, Unread):
        return Standing("Alarms not known", "idle")
    return Standing("Serving", "good") if glance.requests else Standing("No calls", "idle")


def ringing(alarms: Sequence[ReportedAlarm] | Unread) -> int:
    """A composite alarm says nothing that those which it joins do not."""
    known = () if isinstance(alarms, Unread) else alarms
    return sum(each.state == "ALARM" and not each.composite for each in known)


def rows(
    tenants: Iterable[RunningTenant],
    glances: Mapping[str, Glance] | Unread,
    alarms: Mapping[str, tuple[ReportedAlarm, ...]] | Unread,
    costs: Mapping[str, float] | Unread,
) -> list[TenantRow]:
    def row(tenant: RunningTenant) -> TenantRow:
        glance = None if isinstance(glances, Unread) else glances.get(tenant.slug)
        own = alarms if isinstance(alarms, Unread) else alarms.get(tenant.slug, ())
        cost = None if isinstance(costs, Unread) else costs.get(tenant.slug)
        return TenantRow(tenant, standing(tenant, glance, own), ringing(own), glance, cost)

    return [row(tenant) for tenant in tenants]


def completed(
    rows: Iterable[TenantRow],
    quotas: Mapping[str, QuotaUse] | Unread,
    calls: Mapping[str, tuple[float, ...]] | Unread,
) -> list[TenantRow]:
    """With what is read of those alone that a page shows."""
    quota = {} if isinstance(quotas, Unread) else quotas
    steps = {} if isinstance(calls, Unread) else calls
    return [
        replace(row, quota=quota.get(row.tenant.slug), calls=steps.get(row.tenant.slug, ())) for row in rows
    ]


def in_order(unsorted: Iterable[TenantRow], column: str, descending: bool) -> list[TenantRow]:
    """Equal ones by their slugs; what is not known comes below all that is."""
    figure, by_slug = COLUMNS[column].figure, column == "tenant" and descending

    def known(row: TenantRow) -> float | tuple[float, ...]:
        found = figure(row)
        return -1.0 if found is None else found

    ordered = sorted(unsorted, key=lambda row: row.tenant.slug, reverse=by_slug)
    return sorted(ordered, key=known, reverse=descending)


def paged(found: Sequence[TenantRow], number: int) -> Page:
    """The last page where there are fewer."""
    pages = max(-(-len(found) // PAGE), 1)
    number = min(number, pages)
    return Page(found, number, pages, found[(number - 1) * PAGE : number * PAGE])


def totals(found: Sequence[TenantRow]) -> Totals:
    glances = [each.glance for each in found if each.glance]
    costs = [each.cost for each in found if each.cost is not None]
    return Totals(
        troubled=sum(each.standing.mood == "bad" for each in found),
        calls=sum(each.requests for each in glances) if glances else None,
        failed=sum(each.server_errors for each in glances) if glances else None,
        cost=sum(costs) if costs else None,
    )


def _counts(glance: Glance | None) -> tuple[float, float, float]:
    return (glance.requests, glance.client_errors, glance.server_errors) if glance else (0.0, 0.0, 0.0)


def _share(part: float, whole: float) -> float:
    """To a tenth of a percent: one failure among thousands is not yet more trouble than an alarm."""
    return round(part / whole, 3) if whole else 0.0
