"""Count what cells would hold against the quotas that would stop them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tenantry.config import quotas
from tenantry.config.cells import Cell, Platform
from tenantry.config.domains import CellDomain, Domain
from tenantry.config.granted import DEFAULTS, Granted
from tenantry.config.tenants import Tenant
from tenantry.errors import WrongInput

NEAR = 0.8  # of a quota: raising one may take AWS days


@dataclass(frozen=True, slots=True)
class QuotaUsage:
    """One row: `used` of `limit`; `per` says what the quota belongs to, `source` where it is documented.

    `hard`: AWS raises it for nobody.
    """

    name: str
    used: int
    limit: int
    per: Literal["cell", "account"]
    source: str
    hard: bool = False

    @property
    def exceeded(self) -> bool:
        return self.used > self.limit

    @property
    def near(self) -> bool:
        return not self.exceeded and self.used >= NEAR * self.limit


def cell_capacity(cell: Cell, granted: Granted = DEFAULTS) -> tuple[QuotaUsage, ...]:
    """One cell alone in its account, which is how cells are best kept apart."""
    stages = QuotaUsage("stages", len(cell.tenants), cell.stages_quota, "cell", quotas.GATEWAY_STAGES)
    return (stages, *_account(cell.tenants, (cell,), granted))


def account_capacity(platform: Platform, granted: Granted = DEFAULTS) -> tuple[QuotaUsage, ...]:
    """All cells together, should they share one account and Region."""
    return _account(platform.tenants, platform.cells, granted)


def require_room(cell: str, before: Collection[str], after: Collection[str], quota: int) -> None:
    """An update creates before it deletes, so a cell holds the stages of both for a while.

    A cell that is too small even for `after` is not reported here; `cell_capacity` counts it.

    Raises:
        WrongInput: both together are more than the quota; the message says in which order they fit.
    """
    new, gone = sorted(set(after) - set(before)), sorted(set(before) - set(after))
    at_once = len(set(before) | set(after))
    if len(after) <= quota < at_once:
        raise WrongInput(
            f"cell {cell} holds {quota} stages, and this change needs {at_once} for a while: "
            f"{', '.join(new)} would be created before {', '.join(gone)} is deleted; let one go first, in an "
            f"update of its own. If AWS grants the API more stages, write their number in tiers.yaml, as "
            f"cells.{cell}.stages_quota"
        )


def _account(tenants: Iterable[Tenant], sharing: Sequence[Cell], granted: Granted) -> tuple[QuotaUsage, ...]:
    tenants, cells = tuple(tenants), len(sharing)
    functions = sum(len(tenant.members) + 1 for tenant in tenants)  # the authorizer's too; a role each
    reserved = sum(tenant.concurrency(each) or 0 for tenant in tenants for each in (None, *tenant.members))
    signing = sum(tenant.auth.mode == "managed" for tenant in tenants)
    secrets = sum(len(tenant.secrets) for tenant in tenants)
    schedules = sum(member.schedule is not None for tenant in tenants for member in tenant.members)
    silos = sum(tenant.isolation == "silo" for tenant in tenants)
    domains: list[Domain | CellDomain] = [tenant.domain for tenant in tenants if tenant.domain]
    domains += [cell.domain for cell in sharing if cell.domain and cell.domain.owned]
    certificates = sum(domain.certificate is None for domain in domains)
    keys = sum(len(tenant.api_keys) for tenant in tenants)
    reservable = max(0, granted.concurrency - quotas.UNRESERVED_CONCURRENCY)
    return tuple(
        QuotaUsage(name, used, limit, "account", source, hard)
        for name, used, limit, source, hard in (
            ("APIs", cells, quotas.REGIONAL_APIS, quotas.GATEWAY_STAGES, True),
            ("usage plans", len(tenants), granted.usage_plans, quotas.GATEWAY_STAGES, False),
            ("API keys", keys, quotas.API_KEYS, quotas.GATEWAY_STAGES, True),
            ("domains", len(domains), quotas.PUBLIC_DOMAINS, quotas.GATEWAY_STAGES, False),
            ("certificates", certificates, quotas.CERTIFICATES, quotas.ACM, False),
            ("roles", functions, granted.roles, quotas.IAM, False),
            ("reserved concurrency", reserved, reservable, quotas.LAMBDA, False),
            ("tables", cells + silos, granted.tables, quotas.DYNAMODB, False),
            ("rules of schedules", schedules, granted.event_rules, quotas.EVENTBRIDGE, False),
            ("secrets", secrets + signing, quotas.SECRETS, quotas.SECRETS_MANAGER, True),
        )
    )
