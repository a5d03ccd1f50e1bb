"""Price a tenant's month before it is deployed, and after it by what was measured."""

from dataclasses import dataclass
from fractions import Fraction

from tenantry.config import Cell, Tenant
from tenantry.costs import sharing
from tenantry.costs.forecast import completed, forecast
from tenantry.costs.inventory import inventory
from tenantry.costs.lines import BillLine, Estimate, priced
from tenantry.costs.prices import Prices
from tenantry.costs.usage import CellUsage, Usage

VOLUMES = (0, *(step * 10**power for power in range(3, 10) for step in (1, 2, 5)))


@dataclass(frozen=True, slots=True)
class Terms:
    """What an estimate is made under: prices, whether free units count, and the functions' architecture."""

    prices: Prices
    free_tier: bool = False
    architecture: str = "arm64"

    def free_share(self, cell: Cell) -> Fraction:
        """Free units are the account's: each tenant of a cell takes an even part of them."""
        return Fraction(1, len(cell.tenants)) if self.free_tier else Fraction(0)


def estimate(tenant: Tenant, cell: Cell, terms: Terms, requests: float | None = None) -> Estimate:
    """Before deployment: a month of the tenant's workload or, with `requests`, of that many calls."""
    usage = forecast(tenant, requests)
    return Estimate(tenant.slug, usage.requests, tuple(_lines(tenant, cell, terms, usage)))


def actual(cell: Cell, measured: CellUsage, terms: Terms) -> list[Estimate]:
    """After it: what each tenant that was measured cost so far, the pooled table shared by consumption."""
    known = {tenant.slug: tenant for tenant in cell.tenants if tenant.slug in measured.tenants}
    filled = {slug: completed(measured.tenants[slug], tenant) for slug, tenant in known.items()}
    usages = {slug: usage for slug, (usage, _) in filled.items()}
    table = sharing.pooled(
        CellUsage(usages, measured.pooled_read_units, measured.pooled_write_units, measured.pooled_bytes),
        {slug: inventory(each) for slug, each in known.items() if each.isolation == "pooled"},
        terms.prices,
        terms.free_share(cell),
    )
    found = []
    for slug, tenant in known.items():
        lines = _lines(tenant, cell, terms, usages[slug])
        assumed = filled[slug][1]
        if slug in table:
            at = next(index for index, line in enumerate(lines) if line.component == "data")
            others = [line for line in lines if line.component != "data"]
            lines = [*others[:at], *table[slug], *others[at:]]
            if measured.pooled_bytes is not None:
                assumed = tuple(name for name in assumed if name != "stored_bytes")
        found.append(Estimate(slug, usages[slug].requests, tuple(lines), assumed))
    return found


def dominating(tenant: Tenant, cell: Cell, terms: Terms) -> list[tuple[int, str]]:
    """The component that costs most, from which number of calls a month on; found in steps of 1, 2, 5, 10."""
    found: list[tuple[int, str]] = []
    for volume in VOLUMES:
        components = estimate(tenant, cell, terms, volume).components
        largest = max(components, key=lambda name: components[name])
        if not found or found[-1][1] != largest:
            found.append((volume, largest))
    return found


def _lines(tenant: Tenant, cell: Cell, terms: Terms, usage: Usage) -> list[BillLine]:
    has = inventory(tenant, terms.architecture)
    own = priced(usage, has, terms.prices, terms.free_share(cell))
    return own + sharing.fixed(tenant, cell, usage.hours, terms.prices)
