"""Count what a tenant, or a cell for all tenants, has that costs by the month: ask what declares it."""

import math
from dataclasses import dataclass

from agreed.metrics import REFUSALS
from tenantry.config import Cell, Tenant
from tenantry.costs import assumptions as assumed
from tenantry.gateway import contract
from tenantry.monitoring import alarms, dashboards, metrics, watched
from tenantry.monitoring.watched import Watched
from tenantry.rules.naming import Names

ARCHITECTURES = ("arm64", "x86_64")
NAMES = Names("any")  # how much there is does not hang on what it is called


@dataclass(frozen=True, slots=True)
class TenantInventory:
    """What one tenant has, whether it is called or not."""

    memory_mb: int
    architecture: str
    log_retention_days: int
    functions: tuple[str, ...]
    secret_readers: tuple[str, ...]
    alarm_metrics: int
    composite_alarms: int
    dashboards: int
    custom_metrics: int
    secrets: int
    keys: int
    queues: int
    mails: bool
    notified: int


def inventory(tenant: Tenant, architecture: str = "arm64") -> TenantInventory:
    own = watched.of_tenant(NAMES, tenant, contract.installed_routes())
    return TenantInventory(
        memory_mb=tenant.tier.memory_mb,
        architecture=architecture,
        log_retention_days=tenant.tier.log_retention_days,
        functions=tuple(own.functions),
        secret_readers=tuple(member.name for member in tenant.members if member.function.secrets),
        alarm_metrics=_read_by(alarms.of_tenant(own)),
        composite_alarms=1,
        dashboards=1 if tenant.tier.dashboard == "dedicated" else 0,
        custom_metrics=_counted(own),
        secrets=len(tenant.secrets) + (tenant.auth.mode == "managed"),
        keys=1 if tenant.data.encryption == "kms" else 0,
        queues=len(tenant.queues),
        mails=tenant.mails,
        notified=1 if tenant.alarms.email else 0,
    )


def cell_inventory(cell: Cell) -> dict[str, int]:
    """What a cell has for all its tenants, beside the pooled table, by the price of each."""
    shared = any(tenant.tier.dashboard == "shared" for tenant in cell.tenants)
    return {
        "dashboard": math.ceil(len(cell.tenants) / dashboards.TENANTS) + shared,
        "alarm_metric": _read_by(alarms.of_cell(NAMES.table)),
        "notice": assumed.NOTICES_PER_MONTH,
    }


def _read_by(declared: list[alarms.Alarm]) -> int:
    """An alarm is billed for each metric that its expression reads."""
    return sum(len(alarm.inputs) for alarm in declared)


def _counted(own: Watched) -> int:
    """The most that a healthy tenant counts; refusals are counted in few hours, and cost by the hour."""
    return metrics.bound(own.routes, own.members, receivers=0) - len(REFUSALS)
