"""An estimate is itemised, names what drives it, and says what another choice would cost."""

from dataclasses import replace
from fractions import Fraction
from typing import get_args

import pytest

from agreed.metrics import REFUSALS
from tenantry.config import Cell, Platform, Tenant, load_platform
from tenantry.costs.comparison import Alternative, compared, current
from tenantry.costs.estimate import Terms, actual, dominating, estimate
from tenantry.costs.inventory import cell_inventory, inventory
from tenantry.costs.lines import total
from tenantry.costs.usage import HOURS_IN_MONTH, CellUsage, FunctionUse, Usage
from tenantry.gateway import contract
from tenantry.monitoring.alarms import table_throttles
from tenantry.monitoring.metrics import bound
from tests.support.command import TENANTS


@pytest.fixture(scope="session")
def platform() -> Platform:
    return load_platform(TENANTS)


def test_it_itemises_all_that_a_tenant_is_billed_for(acme: Tenant, cell: Cell, terms: Terms) -> None:
    bill = estimate(acme, cell, terms)
    assert set(bill.components) == {
        "gateway",
        "functions",
        "data",
        "logs",
        "dashboards and alarms",
        "secrets",
        "queues",
        "keys",
        "tracing",
        "transfer",
        "share of the cell",
    }
    assert sum(bill.components.values()) == total(bill.lines) == bill.total


def test_calls_on_the_command_line_take_the_place_of_the_files(
    acme: Tenant, cell: Cell, terms: Terms
) -> None:
    bill = estimate(acme, cell, terms, 2_000_000)
    assert (bill.requests, bill.components["gateway"]) == (2_000_000, 7)


def test_without_calls_the_fixed_cost_is_left(acme: Tenant, cell: Cell, terms: Terms) -> None:
    idle = estimate(acme, cell, terms, 0).components
    assert idle["gateway"] == idle["functions"] == idle["tracing"] == 0
    assert idle["secrets"] == Fraction("0.80")  # its own, and the one of its signing keys
    assert idle["dashboards and alarms"] > 3


def test_free_units_are_shared_evenly_by_the_cells_tenants(acme: Tenant, cell: Cell, terms: Terms) -> None:
    """100,000 traces are free: a third of them are acme's, $5 a million."""
    paid, free = (estimate(acme, cell, replace(terms, free_tier=each), 10_000_000) for each in (False, True))
    assert paid.components["tracing"] - free.components["tracing"] == Fraction("0.5") / len(cell.tenants)
    assert paid.components["gateway"] == free.components["gateway"]  # free for a year only


def test_the_drivers_are_what_costs_most(acme: Tenant, cell: Cell, terms: Terms) -> None:
    bill = estimate(acme, cell, terms, 100_000_000)
    (first, share), *others = bill.drivers()
    assert (first, share) == ("gateway", Fraction(350) / bill.total)
    assert share > others[0][1] > others[1][1]


def test_what_costs_most_changes_with_the_number_of_calls(acme: Tenant, cell: Cell, terms: Terms) -> None:
    steps = dominating(acme, cell, terms)
    assert steps[0] == (0, "dashboards and alarms")
    assert steps[-1][1] == "gateway"
    for volume, component in steps:
        components = estimate(acme, cell, terms, volume).components
        assert components[component] == max(components.values())


def test_an_inventory_has_what_the_program_declares(cell: Cell) -> None:
    found = {tenant.slug: inventory(tenant) for tenant in cell.tenants}
    assert [found[slug].dashboards for slug in ("acme", "acme-eu", "globex")] == [1, 0, 0]
    assert [found[slug].secrets for slug in ("acme", "acme-eu", "globex")] == [2, 1, 2]
    assert [found[slug].keys for slug in ("acme", "acme-eu", "globex")] == [0, 0, 1]
    assert [found[slug].queues for slug in ("acme", "acme-eu", "globex")] == [1, 0, 1]
    assert all(each.alarm_metrics for each in found.values())


def test_another_tier_differs_by_memory_and_dashboard(acme: Tenant, platform: Platform, terms: Terms) -> None:
    choices = compared("tier", acme, platform, terms)
    gold, silver = choices["gold"].components, choices["silver"].components
    assert set(choices) == {"bronze", "silver", "gold"}
    assert gold["dashboards and alarms"] - silver["dashboards and alarms"] > 2
    assert gold["functions"] > silver["functions"]
    assert gold["gateway"] == silver["gateway"]


def test_another_architecture_differs_by_gigabyte_seconds_alone(
    acme: Tenant, platform: Platform, terms: Terms
) -> None:
    choices = compared("architecture", acme, platform, terms)
    arm, x86 = choices["arm64"].components, choices["x86_64"].components
    assert {name for name in arm if arm[name] != x86[name]} == {"functions"}
    assert x86["functions"] > arm["functions"]


def test_a_key_of_its_own_costs_its_versions_and_its_calls(
    acme: Tenant, platform: Platform, terms: Terms
) -> None:
    choices = compared("isolation", acme, platform, terms)
    assert choices["silo"].components["keys"] == 0
    assert 3 < choices["silo, kms"].components["keys"] < Fraction("3.50")


def test_the_choice_that_holds_is_among_those_compared(platform: Platform, terms: Terms) -> None:
    for tenant in platform.tenants:
        for kind in get_args(Alternative):
            own = current(kind, tenant, terms)
            choices = compared(kind, tenant, platform, terms, 1_000)
            assert choices[own].total > 0
    globex = platform.tenant("globex")
    assert current("isolation", globex, terms) == "silo, kms"


def test_what_was_measured_is_priced_by_the_same_formulas(cell: Cell, terms: Terms) -> None:
    usage = Usage(
        hours=HOURS_IN_MONTH,
        requests=1_000_000,
        functions={"items": FunctionUse(1_000_000, 100_000_000, cold_starts=0)},
        read_units=0,
        write_units=0,
        log_bytes=0,
        sent_bytes=0,
        traces=0,
        stored_bytes=0,
    )
    [bill] = actual(cell, CellUsage({"globex": usage}), terms)
    assert bill.assumed == ()
    # 256 MB: 25,000 GB-seconds at $0.0000133334, and $0.20.
    assert bill.components["functions"] == Fraction("0.20") + Fraction("0.333335")
    assert bill.components["gateway"] == Fraction("3.50")


def test_a_part_of_a_month_costs_its_part_of_what_is_paid_by_the_month(cell: Cell, terms: Terms) -> None:
    [whole] = actual(cell, CellUsage({"acme": Usage(hours=730)}), terms)
    [tenth] = actual(cell, CellUsage({"acme": Usage(hours=73)}), terms)
    assert tenth.total * 10 == whole.total
    assert "stored_bytes" in whole.assumed


def test_another_tier_comes_with_its_quota_and_the_alarm_on_it(
    acme: Tenant, platform: Platform, terms: Terms
) -> None:
    """Gold has no quota; silver's is watched by one metric, $0.10."""
    choices = compared("tier", acme, platform, terms, 0)
    alarms = {
        name: next(line.quantity for line in bill.lines if line.price == "alarm_metric")
        for name, bill in choices.items()
    }
    assert alarms["silver"] == alarms["gold"] + 1


def test_a_metric_that_refusals_alone_bring_about_is_left_out(acme: Tenant) -> None:
    most = bound(contract.installed_routes(), acme.members)
    assert 0 < inventory(acme).custom_metrics <= most - len(REFUSALS)


def test_the_cells_alarms_are_shared_too(cell: Cell) -> None:
    shared = cell_inventory(cell)
    assert shared["dashboard"] == 1  # all side by side
    assert shared["alarm_metric"] == len(table_throttles("any").inputs)
