"""The page's table of what watching costs is true, and the bronze tier as it ships is cheap to hold."""

import re
from fractions import Fraction

import pytest

from tenantry.config import Cell, Tenant
from tenantry.config.documents import read_document
from tenantry.config.tiers import Monitoring, TiersFile
from tenantry.costs import prices
from tenantry.costs.estimate import Terms, estimate
from tenantry.costs.lines import Estimate
from tests.support.command import ROOT
from tests.support.engine import demo

SECTION = (ROOT / "docs" / "costs.md").read_text().split("## What watching costs\n")[1].split("\n## ")[0]
[SHIPPED] = re.findall(r"```yaml\n(.*?)```", SECTION, re.S)
TENANTS = 10  # of a cell, by AWS's quota of stages
VOLUMES = (0, 100_000)
IDLE_AT_MOST, CALLED_AT_MOST = Fraction("0.60"), Fraction("2.50")


def bronze() -> Tenant:
    """Public keys of its own, one route group, no workload stated; of the tier that the page shows."""
    [small] = [each for each in demo().tenants if each.slug == "acme-eu"]
    tier = TiersFile.model_validate(read_document("costs.md", SHIPPED.encode()).values).named()["bronze"]
    workload = type(small.workload)()
    return small.model_copy(update={"tier": tier, "workload": workload})


def as_it_was(tenant: Tenant) -> Tenant:
    tier = tenant.tier.model_copy(update={"monitoring": Monitoring(), "cursors": "sealed"})
    return tenant.model_copy(update={"tier": tier})


def month(tenant: Tenant, requests: int) -> Estimate:
    """In a full cell of its kind."""
    neighbours = (tenant.model_copy(update={"slug": f"tenant-{number}"}) for number in range(TENANTS - 1))
    cell = Cell(name="demo", tenants=(tenant, *neighbours), stages_quota=TENANTS)
    return estimate(tenant, cell, Terms(prices.load()), requests)


def test_an_idle_tenant_of_the_shipped_bronze_tier_costs_sixty_cents_at_most() -> None:
    idle = month(bronze(), 0)
    assert 0 < idle.total <= IDLE_AT_MOST
    assert idle.total == sum(line.usd for line in idle.lines)


def test_one_that_is_called_a_hundred_thousand_times_costs_two_dollars_and_a_half_at_most() -> None:
    kept = bronze().model_copy(update={"workload": type(bronze().workload)(stored_gb=1)})
    assert month(bronze(), 100_000).total < month(kept, 100_000).total <= CALLED_AT_MOST


@pytest.mark.parametrize(("column", "tenant"), [(0, as_it_was(bronze())), (4, bronze())])
def test_the_table_says_what_the_command_does(column: int, tenant: Tenant) -> None:
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")][column : column + 3]
        for row in SECTION.splitlines()
        if row.startswith("| ")
    ]
    told = {name: figures for name, *figures in rows[2:]}
    months = [month(tenant, volume) for volume in VOLUMES]
    for name, *_ in rows[2:]:
        found = [each.total if name == "in all" else each.components[name] for each in months]
        assert [f"{float(each):.2f}" for each in found] == told[name], name
    left_out = set(months[0].components) - told.keys()
    assert not any(each.components[name] for each in months for name in left_out)
