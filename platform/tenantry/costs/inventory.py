"""Count what a tenant, or a cell for all tenants, has that costs by the month: ask what declares it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from agreed.metrics import REFUSALS
from tenantry.config import Cell, Tenant
from tenantry.costs import assumptions as assumed
from tenantry.gateway import contract
from tenantry.monitoring import alarms, cell_alarms, dashboards, metrics, watched
from tenantry.monitoring.watched import Watched
from tenantry.rules.naming import Names

ARCHITECTURES = ("arm64", "x86_64")
NAMES = Names("any")  # how much there is does not hang on what it is called


@dataclass(frozen=True, slots=True)
class TenantInventory:
    """What one tenant has, whether it is called or not.

    `memory_mb` is by function; `query_alarm_metrics` are those of its that the cell's alarms look at.
    """

    memory_mb: Mapping[str, int]
    architecture: str
    log_retention_days: int
    functions: tuple[str, ...]
    secret_readers: tuple[str, ...]
    alarm_metrics: int
    query_alarm_metrics: int
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
    secrets = {each.name for each in tenant.secrets}
    return TenantInventory(
        memory_mb=tenant.memory_mb,
        architecture=architecture,
        log_retention_days=tenant.tier.log_retention_days,
        functions=tuple(own.functions),
        secret_readers=tuple(m.name for m in tenant.members if any(map(m.function.reads, secrets))),
        alarm_metrics=_read_by(alarms.of_tenant(own)),
        query_alarm_metrics=len(cell_alarms.CONDITIONS) if own.alarms == "cell" else 0,
        composite_alarms=1 if own.alarms == "own" else 0,
        dashboards=1 if tenant.tier.dashboard == "dedicated" else 0,
        custom_metrics=_counted(own),
        secrets=len(secrets) + (tenant.auth.mode == "managed"),
        keys=1 if tenant.data.encryption == "kms" else 0,
        queues=len(tenant.queues),
        mails=tenant.mails,
        notified=1 if tenant.alarms.email else 0,
    )


def cell_inventory(cell: Cell) -> dict[str, int]:
    """What a cell has for all its tenants, beside the pooled table, by the price of each."""
    return {
        "dashboard": math.ceil(len(cell.tenants) / dashboards.TENANTS),
        "alarm_metric": _read_by([alarms.table_throttles(NAMES.table)]),
        "notice": assumed.NOTICES_PER_MONTH,
    }


def _read_by(declared: list[alarms.Alarm]) -> int:
    """An alarm is billed for each metric that its expression reads."""
    return sum(len(alarm.inputs) for alarm in declared)


def _counted(own: Watched) -> int:
    """The most that a healthy tenant counts; refusals are counted in few hours, and cost by the hour."""
    most = metrics.bound(own.routes, own.members, receivers=0)
    return most - len(REFUSALS) if own.counted else 0
