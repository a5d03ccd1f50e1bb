"""Say how much of its quota each tenant has used, by the key that has used most: the quota holds for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tenantry.operations.metering.usage import KeyUsage, usage_of
from tenantry.operations.running import PlanQuota, Running, RunningTenant


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """In the period that goes on; `key` is the key's name, or its id where it has none any more."""

    used: int
    limit: int
    period: str
    key: str


def quota_use(running: Running, tenants: Iterable[RunningTenant], today: date) -> dict[str, QuotaUse]:
    """By slug, without the tenants that have no quota; each takes a call of API Gateway's control plane.

    Raises:
        Failed: AWS refuses.
    """
    return {
        tenant.slug: _most_used(running, tenant, tenant.quota, today) for tenant in tenants if tenant.quota
    }


def began(period: str, today: date) -> date:
    """The first day of the calendar's period that `today` lies in; weeks begin on Sundays.

    Source: QuotaSettings of API Gateway's reference, with the offset 0 that our plans have.
    """
    if period == "MONTH":
        return today.replace(day=1)
    return today - timedelta(days=today.isoweekday() % 7) if period == "WEEK" else today


def _most_used(running: Running, tenant: RunningTenant, quota: PlanQuota, today: date) -> QuotaUse:
    keys = usage_of(running.place, tenant, began(quota.period, today), today)
    counts = {key.name or key.id: _used(key, quota) for key in keys}
    most = max(counts, key=lambda name: counts[name], default="")
    return QuotaUse(counts.get(most, 0), quota.limit, quota.period, most)


def _used(key: KeyUsage, quota: PlanQuota) -> int:
    """What remains says more than the count: an operator may have granted some beyond the limit."""
    return key.used if key.remaining is None else quota.limit - key.remaining
