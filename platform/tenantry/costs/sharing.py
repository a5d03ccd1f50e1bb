"""Split among tenants what they share: capacity by who consumed it, what is there anyway evenly.

The parts are fractions, so they add up to the whole exactly.
"""

from collections.abc import Mapping
from fractions import Fraction

from tenantry.config import Cell, Tenant
from tenantry.costs.components import data
from tenantry.costs.inventory import TenantInventory, cell_inventory
from tenantry.costs.lines import BillLine
from tenantry.costs.prices import Prices
from tenantry.costs.usage import HOURS_IN_MONTH, CellUsage, Usage

CELL = "share of the cell"


def split(amount: Fraction, weights: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """By weight; evenly where nobody has any."""
    whole = sum(weights.values(), Fraction())
    if not whole:
        return {name: amount / len(weights) for name in weights}
    return {name: amount * weight / whole for name, weight in weights.items()}


def fixed(tenant: Tenant, cell: Cell, hours: float, prices: Prices) -> list[BillLine]:
    """One tenant's even part of what the cell has for all: its dashboards, its alarms and their notices.

    The dashboard that shows any tenant is shared by those that it can show.
    """
    parts = {price: Fraction(count, len(cell.tenants)) for price, count in cell_inventory(cell).items()}
    if tenant.tier.dashboard == "shared":
        others = [each for each in cell.tenants if each.slug != tenant.slug]
        parts["dashboard"] += Fraction(1, 1 + sum(each.tier.dashboard == "shared" for each in others))
    months = Fraction(hours) / HOURS_IN_MONTH
    return [
        BillLine(CELL, price, part * months, prices.named(price).of(part * months))
        for price, part in parts.items()
    ]


def pooled(
    measured: CellUsage, members: Mapping[str, TenantInventory], prices: Prices, free_share: Fraction
) -> dict[str, list[BillLine]]:
    """What the pooled table costs, read, write, storage and recovery, as parts of its tenants.

    What no tenant's requests consumed, as exports do, falls on them in the same proportion.

    Args:
        members: the tenants that keep data in it, by slug.
        free_share: of each tenant; the table has all of its tenants'.
    """
    usages = {slug: measured.tenants[slug] for slug in members}
    if not usages:
        return {}
    whole = _table(measured, list(usages.values()))
    weights = {slug: _consumed(usage, prices) for slug, usage in usages.items()}
    parts: dict[str, list[BillLine]] = {slug: [] for slug in usages}
    for price, quantity in data(whole, next(iter(members.values()))):
        usd = split(prices.named(price).of(quantity, free_share * len(usages)), weights)
        quantities = split(quantity, weights)
        for slug, lines in parts.items():
            lines.append(BillLine("data", price, quantities[slug], usd[slug]))
    return parts


def _table(measured: CellUsage, usages: list[Usage]) -> Usage:
    """The use of the whole table; where nobody measured it, the sum over its tenants."""

    def known(figure: float | None, name: str) -> float:
        return sum(getattr(usage, name) or 0 for usage in usages) if figure is None else figure

    return Usage(
        hours=max(usage.hours for usage in usages),
        read_units=known(measured.pooled_read_units, "read_units"),
        write_units=known(measured.pooled_write_units, "write_units"),
        stored_bytes=known(measured.pooled_bytes, "stored_bytes"),
    )


def _consumed(usage: Usage, prices: Prices) -> Fraction:
    """In dollars, for a write costs five times a read."""
    read, written = Fraction(usage.read_units or 0), Fraction(usage.write_units or 0)
    return prices.read_unit.of(read) + prices.write_unit.of(written)
