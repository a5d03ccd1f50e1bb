"""Count what a tenant has that costs by the month, asking the modules that declare it."""

from dataclasses import dataclass

from tenantry import monitoring
from tenantry.config import Tenant
from tenantry.costs import assumptions as assumed
from tenantry.naming import AUTHORIZER, NOTIFIER

ARCHITECTURES = ("arm64", "x86_64")


@dataclass(frozen=True, slots=True)
class Inventory:
    """What one tenant has, whether it is called or not."""

    memory_mb: int
    architecture: str
    log_retention_days: int
    groups: tuple[str, ...]
    alarm_metrics: int
    composite_alarms: int
    dashboards: int
    custom_metrics: int
    secrets: int
    keys: int
    queues: int
    mails: bool
    notified: int


def inventory(tenant: Tenant, architecture: str = "arm64") -> Inventory:
    groups = (AUTHORIZER, *tenant.routes, *((NOTIFIER,) if tenant.delivers else ()))
    return Inventory(
        memory_mb=tenant.tier.memory_mb,
        architecture=architecture,
        log_retention_days=tenant.tier.log_retention_days,
        groups=groups,
        alarm_metrics=_alarm_metrics(tenant, groups),
        composite_alarms=0,
        dashboards=1 if tenant.tier.dashboard == "dedicated" else 0,
        custom_metrics=0,
        secrets=1 + (tenant.auth.mode == "managed") + (tenant.webhook is not None),
        keys=1 if tenant.data.encryption == "kms" else 0,
        queues=1 if tenant.delivers else 0,
        mails=tenant.mailbox is not None,
        notified=1 if tenant.alarms.email else 0,
    )


def cell_inventory() -> dict[str, int]:
    """What a cell has for all its tenants, beside the pooled table, by the price of each."""
    return {"dashboard": 1, "notice": assumed.NOTICES_PER_MONTH}


def _alarm_metrics(tenant: Tenant, groups: tuple[str, ...]) -> int:
    queues = monitoring.Queues("queue", "dead letters") if tenant.delivers else None
    return len(monitoring.alarms(tenant.slug, "api", {group: group for group in groups}, queues))
