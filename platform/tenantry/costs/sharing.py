"""Split among tenants what they share: capacity by who consumed it, what is there anyway evenly.

The parts are fractions, so they add up to the whole exactly.
"""

from collections.abc import Mapping
from fractions import Fraction

from tenantry.config import Cell
from tenantry.costs.components import data
from tenantry.costs.inventory import TenantInventory
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


def fixed(cell: Cell, shared: Mapping[str, int], hours: float, prices: Prices) -> list[BillLine]:
    """One tenant's even part of what the cell has for all: its dashboards, its alarms and their notices.

    Args:
        shared: how many of each price the cell has a month.
    """
    lines = []
    for price, count in shared.items():
        quantity = count * Fraction(hours) / HOURS_IN_MONTH
        each = prices.named(price).of(quantity) / len(cell.tenants)
        lines.append(BillLine(CELL, price, quantity / len(cell.tenants), each))
    return lines


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
    return prices.read_unit.of(Fraction(usage.read_units)) + prices.write_unit.of(Fraction(usage.write_units))
