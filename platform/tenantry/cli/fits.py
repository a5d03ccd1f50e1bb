"""Show whether functions suit a tenant, and draw where containers would begin to cost less."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Column
from rich.text import Text

from tenantry.cli.bill_tables import usd
from tenantry.cli.output import Table, stdout, summed

if TYPE_CHECKING:
    from tenantry.config import Tenant
    from tenantry.costs.fit import Basis, Misfit
    from tenantry.costs.prices import Prices

AROUND = (1, 2, 4, 8, 16)  # quarters of the volume at which both cost the same
WIDTH = 28


def shown(tenant: "Tenant", basis: "Basis", quiet: bool) -> dict[str, Any]:
    """Prints the verdicts, unless they are for a program or for a summary; returns them either way."""
    from tenantry.costs.containers import crossover
    from tenantry.costs.fit import RULES, misfits

    prices = basis.prices
    found, turn = misfits(tenant, basis), crossover(tenant, prices)
    if not quiet:
        stdout().print(_verdicts(tenant, list(RULES), found))
        for each in found:
            stdout().print(Text.assemble((each.rule, "bold"), f": instead, {each.instead}"), soft_wrap=True)
        if turn is not None:
            stdout().print(_plot(tenant, prices, turn))
    return {
        "tenant": tenant.slug,
        "fits": not any(each.fatal for each in found),
        "misfits": [asdict(each) for each in found],
        "containers_cost_no_more_from": turn,
    }


def summary(verdicts: list[dict[str, Any]]) -> None:
    """For many tenants: how many fit, and for each rule the first tenant whose workload does not."""
    out = stdout()
    notices = [
        (
            each["rule"],
            f"{'✗' if each['fatal'] else '!'} {verdict['tenant']}: {each['rule']}: {each['reason']}",
        )
        for verdict in verdicts
        for each in verdict["misfits"]
    ]
    for line in summed(notices, everything=False):
        out.print(line, soft_wrap=True)
    fitting = sum(verdict["fits"] for verdict in verdicts)
    out.print(
        f"{fitting:,} of {len(verdicts):,} tenants fit; name a tenant for its whole verdict", soft_wrap=True
    )


def _verdicts(tenant: "Tenant", rules: list[str], found: "list[Misfit]") -> Table:
    table = Table("", "rule", "verdict", title=tenant.slug, title_justify="left", title_style="bold")
    broken = {each.rule for each in found}
    for rule in rules:
        if rule not in broken:
            table.add_row(Text("✓", "green"), rule, "fits")
    for each in found:
        table.add_row(Text("✗", "red") if each.fatal else Text("!", "yellow"), each.rule, each.reason)
    return table


def _plot(tenant: "Tenant", prices: "Prices", turn: int) -> Table:
    """Both sides' cost at volumes around the one at which they meet."""
    from tenantry.costs.containers import containers, serverless

    volumes = [turn * quarters // 4 for quarters in AROUND]
    sides = {
        "gateway and functions": [serverless(tenant, volume, prices) for volume in volumes],
        "containers": [containers(tenant, volume, prices) for volume in volumes],
    }
    most = max(max(amounts) for amounts in sides.values())
    table = Table(
        Column("calls a month", justify="right"),
        *sides,
        title=f"{tenant.slug}: from about {turn:,} calls a month on, containers cost no more",
        title_justify="left",
        title_style="bold",
    )
    for row, volume in enumerate(volumes):
        bars = [
            f"{'█' * max(1, round(WIDTH * side[row] / most))} {usd(side[row])}" for side in sides.values()
        ]
        table.add_row(f"{volume:,}", *bars)
    return table
