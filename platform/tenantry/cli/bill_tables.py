"""Lay out estimates of cost as tables; money is rounded here and nowhere before."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from rich.table import Column

from tenantry.cli.output import Table

if TYPE_CHECKING:
    from tenantry.costs.estimate import Terms
    from tenantry.costs.lines import Estimate


def usd(amount: Fraction) -> str:
    if 0 < amount < Fraction(1, 200):
        return "<$0.01"
    return f"${float(amount):,.2f}"


def calls(count: float | Fraction) -> str:
    text = f"{float(count):,.0f}"
    return f"{text} call" if text == "1" else f"{text} calls"


def itemised(estimate: "Estimate", terms: "Terms") -> Table:
    title = f"{estimate.tenant}: {calls(estimate.requests)}"
    table = Table(
        Column("what"),
        Column("how much", justify="right"),
        Column("of"),
        Column("costs", justify="right"),
        title=title,
        title_justify="left",
        title_style="bold",
    )
    for name, amount in estimate.components.items():
        table.add_row(name, "", "", usd(amount), style="bold")
        for line in estimate.lines:
            if line.component == name and line.quantity:
                unit = terms.prices.named(line.price).unit
                table.add_row("", _quantity(line.quantity), unit, usd(line.usd))
    table.add_section()
    table.add_row("in all", "", "", usd(estimate.total), style="bold")
    return table


def _quantity(value: Fraction) -> str:
    if 0 < value < Fraction(1, 1000):
        return "<0.001"
    return f"{float(value):,.0f}" if value >= 100 else f"{float(value):,.3g}"


def side_by_side(estimates: "Sequence[Estimate]") -> Table:
    table = Table(title=estimates[0].tenant, title_justify="left", title_style="bold")
    table.add_column("calls a month")
    for each in estimates:
        table.add_column(f"{each.requests:,.0f}", justify="right")
    for name in estimates[0].components:
        table.add_row(name, *(usd(each.components[name]) for each in estimates))
    table.add_section()
    table.add_row("in all", *(usd(each.total) for each in estimates), style="bold")
    return table


def overview(found: "Iterable[Sequence[Estimate]]", volumes: tuple[int, ...]) -> Table:
    table = Table(title="US dollars a month", title_justify="left", title_style="bold")
    table.add_column("tenant")
    for volume in volumes:
        table.add_column(calls(volume), justify="right")
    if not volumes:
        table.add_column("calls", justify="right")
        table.add_column("costs", justify="right")
        table.add_column("mostly for")
    sums = [Fraction()] * max(1, len(volumes))
    for estimates in found:
        totals = [each.total for each in estimates]
        sums = [known + each for known, each in zip(sums, totals, strict=True)]
        amounts = [usd(each) for each in totals]
        if volumes:
            table.add_row(estimates[0].tenant, *amounts)
        else:
            only = estimates[0]
            table.add_row(only.tenant, f"{only.requests:,.0f}", *amounts, drivers(only))
    table.add_section()
    table.add_row("in all", *([] if volumes else [""]), *(usd(each) for each in sums), style="bold")
    return table


def choices(kind: str, slug: str, own: str, choices: "dict[str, Estimate]") -> Table:
    first = next(iter(choices.values()))
    table = Table(
        title=f"{slug}, by {kind}: {calls(first.requests)}", title_justify="left", title_style="bold"
    )
    table.add_column("costs")
    for name in choices:
        table.add_column(f"{name} (now)" if name == own else name, justify="right")
    for component in first.components:
        table.add_row(component, *(usd(each.components[component]) for each in choices.values()))
    table.add_section()
    table.add_row("in all", *(usd(each.total) for each in choices.values()), style="bold")
    base = choices[own].total
    table.add_row("than now", *(_difference(each.total - base) for each in choices.values()))
    return table


def _difference(amount: Fraction) -> str:
    if not amount:
        return "the same"
    return f"{usd(abs(amount))} {'more' if amount > 0 else 'less'}"


def drivers(estimate: "Estimate") -> str:
    """Those that come to one in a hundred at least, once rounded."""
    text = ((name, f"{float(share):.0%}") for name, share in estimate.drivers())
    return ", ".join(f"{name} {percent}" for name, percent in text if percent != "0%")
