"""A bill is lines: units of one price in one component, and what they cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from tenantry.costs.components import COMPONENTS
from tenantry.costs.inventory import TenantInventory
from tenantry.costs.prices import Prices
from tenantry.costs.usage import Usage


@dataclass(frozen=True, slots=True)
class BillLine:
    """`quantity` in units of the price that bears the name `price`; `usd` is exact."""

    component: str
    price: str
    quantity: Fraction
    usd: Fraction


@dataclass(frozen=True, slots=True)
class Estimate:
    """One tenant's month, or the part of it that was measured.

    `assumed` names the figures of its usage that nobody measured.
    """

    tenant: str
    requests: float
    lines: tuple[BillLine, ...]
    assumed: tuple[str, ...] = ()

    @property
    def total(self) -> Fraction:
        return total(self.lines)

    @property
    def components(self) -> dict[str, Fraction]:
        """In the order of the lines, those that cost nothing too."""
        sums: dict[str, Fraction] = {}
        for line in self.lines:
            sums[line.component] = sums.get(line.component, Fraction()) + line.usd
        return sums

    def drivers(self, count: int = 3) -> list[tuple[str, Fraction]]:
        """The components that cost most, with their share of the whole."""
        ordered = sorted(self.components.items(), key=lambda each: each[1], reverse=True)
        return [(name, usd / self.total) for name, usd in ordered[:count] if usd]


def total(lines: Iterable[BillLine]) -> Fraction:
    return sum((line.usd for line in lines), Fraction())


def priced(usage: Usage, has: TenantInventory, prices: Prices, free_share: Fraction) -> list[BillLine]:
    return [
        BillLine(name, price, quantity, prices.named(price).of(quantity, free_share))
        for name, component in COMPONENTS.items()
        for price, quantity in component(usage, has)
    ]
