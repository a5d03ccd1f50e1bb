"""Count a tenant's requests as its usage plan does: by API key and UTC day, with what is left of the quota.

These are the counts that quotas are held by. API Gateway keeps them on a best-effort basis, and they may come
half an hour late; they know no routes and no answers, by which `operations.requests` counts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tenantry.operations.aws import refusals_reported
from tenantry.operations.patience import patiently
from tenantry.operations.places import Place
from tenantry.operations.running import RunningTenant

KEPT_DAYS = 90  # how far back GetUsage goes, today included
PAGE = 500  # keys, GetUsage's most


@dataclass(frozen=True, slots=True)
class Day:
    """`remaining` is left of the quota's period after that day; None without a quota."""

    date: date
    used: int
    remaining: int | None


@dataclass(frozen=True, slots=True)
class KeyUsage:
    """One key's days in order; `name` is None for a key that was deleted meanwhile."""

    id: str
    name: str | None
    days: tuple[Day, ...]

    @property
    def used(self) -> int:
        return sum(day.used for day in self.days)

    @property
    def remaining(self) -> int | None:
        """As of the last day that states it."""
        return next((day.remaining for day in reversed(self.days) if day.remaining is not None), None)


def last_days(place: Place, tenant: RunningTenant) -> dict[str, date]:
    """When each key was used last, by its id; without those unused for `KEPT_DAYS`. Raises Failed."""
    known = usage_of(place, tenant, first_kept(), datetime.now(UTC).date())
    used = {each.id: [day.date for day in each.days if day.used] for each in known}
    return {key: days[-1] for key, days in used.items() if days}


def usage_of(place: Place, tenant: RunningTenant, start: date, end: date) -> tuple[KeyUsage, ...]:
    """From `start` to `end`, both included, for every key that the plan has or that was used.

    Days to come, and those that API Gateway keeps no longer, are left out. A key without any request has
    no days, or days of 0: both occur.

    Raises:
        Failed: AWS refuses.
    """
    start, end = max(start, first_kept()), min(end, datetime.now(UTC).date())
    names = {key.id: key.name for key in tenant.keys}
    days: dict[str, tuple[Day, ...]] = dict.fromkeys(names, ())
    if start <= end:
        with refusals_reported(place.region):
            for key, pairs in _pairs(place.client("apigateway"), tenant.plan_id, start, end):
                days[key] = _days(start, pairs, limited=tenant.quota is not None)
    return tuple(KeyUsage(key, names.get(key), each) for key, each in days.items())


def first_kept() -> date:
    """The first day that usage plans still report."""
    return datetime.now(UTC).date() - timedelta(days=KEPT_DAYS - 1)


def _pairs(gateway: Any, plan: str, start: date, end: date) -> Iterator[tuple[str, Sequence[Any]]]:
    asked = {
        "usagePlanId": plan,
        "startDate": start.isoformat(),
        "endDate": end.isoformat(),
        "limit": PAGE,
    }
    position: dict[str, str] = {}
    while True:
        answer = patiently(lambda at=position: gateway.get_usage(**asked, **at))  # type: ignore[misc]
        yield from answer.get("items", {}).items()
        if not answer.get("position"):
            return
        position = {"position": answer["position"]}


def _days(start: date, pairs: Sequence[Any], *, limited: bool) -> tuple[Day, ...]:
    """A pair for each day: used, remaining. A day without requests may come as an empty one."""
    return tuple(
        Day(
            start + timedelta(days=number),
            int(pair[0]) if pair else 0,
            int(pair[1]) if limited and len(pair) > 1 else None,
        )
        for number, pair in enumerate(pairs)
    )
