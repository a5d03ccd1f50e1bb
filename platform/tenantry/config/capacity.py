"""Count what cells would hold against the quotas that would stop them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tenantry.config import quotas
from tenantry.config.cells import Cell, Platform
from tenantry.config.tenants import Tenant


@dataclass(frozen=True, slots=True)
class QuotaUsage:
    """One row: `used` of `limit`; `per` says what the quota belongs to, `source` where it is documented."""

    name: str
    used: int
    limit: int
    per: Literal["cell", "account"]
    source: str

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit


def cell_capacity(cell: Cell) -> tuple[QuotaUsage, ...]:
    """One cell alone in its account, which is how cells are best kept apart."""
    stages = QuotaUsage("stages", len(cell.tenants), cell.stages_quota, "cell", quotas.GATEWAY_STAGES)
    return (stages, *_account(cell.tenants, cells=1))


def account_capacity(platform: Platform) -> tuple[QuotaUsage, ...]:
    """All cells together, should they share one account and Region."""
    return _account(platform.tenants, cells=len(platform.cells))


def _account(tenants: Iterable[Tenant], cells: int) -> tuple[QuotaUsage, ...]:
    tenants = tuple(tenants)
    functions = sum(len(tenant.members) + 1 for tenant in tenants)  # the authorizer's too; a role each
    reserved = sum(tenant.concurrency(each) or 0 for tenant in tenants for each in (None, *tenant.members))
    signing = sum(tenant.auth.mode == "managed" for tenant in tenants)
    secrets = sum(len(tenant.secrets) for tenant in tenants)
    schedules = sum(member.schedule is not None for tenant in tenants for member in tenant.members)
    silos = sum(tenant.isolation == "silo" for tenant in tenants)
    reservable = quotas.CONCURRENCY - quotas.UNRESERVED_CONCURRENCY
    return tuple(
        QuotaUsage(name, used, limit, "account", source)
        for name, used, limit, source in (
            ("usage plans", len(tenants), quotas.USAGE_PLANS, quotas.GATEWAY_STAGES),
            (
                "API keys",
                sum(len(tenant.api_keys) for tenant in tenants),
                quotas.API_KEYS,
                quotas.GATEWAY_STAGES,
            ),
            ("roles", functions, quotas.ROLES, quotas.IAM),
            ("reserved concurrency", reserved, reservable, quotas.LAMBDA),
            ("tables", cells + silos, quotas.TABLES, quotas.DYNAMODB),
            ("rules of schedules", schedules, quotas.RULES, quotas.EVENTBRIDGE),
            ("secrets", secrets + signing, quotas.SECRETS, quotas.SECRETS_MANAGER),
        )
    )
