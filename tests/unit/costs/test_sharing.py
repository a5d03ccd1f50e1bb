"""What tenants share is split without a rest: capacity by consumption, the cell's own evenly."""

from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tenantry.config import Cell
from tenantry.costs.estimate import Terms, actual
from tenantry.costs.inventory import inventory
from tenantry.costs.lines import total
from tenantry.costs.sharing import fixed, pooled, split
from tenantry.costs.usage import CellUsage, Usage

GB = 1024**3
MONTH = Usage(hours=730)


@given(
    st.fractions(min_value=0, max_value=10**9),
    st.dictionaries(st.text(max_size=3), st.fractions(min_value=0, max_value=10**9), min_size=1),
)
def test_the_parts_add_up_to_the_whole(amount: Fraction, weights: dict[str, Fraction]) -> None:
    assert sum(split(amount, weights).values()) == amount


def test_who_consumed_three_times_as_much_pays_three_times_as_much() -> None:
    parts = split(Fraction(8), {"acme": Fraction(3), "acme-eu": Fraction(1)})
    assert parts == {"acme": 6, "acme-eu": 2}


def test_where_nobody_consumed_anything_all_pay_alike() -> None:
    parts = split(Fraction(1), {"a": Fraction(0), "b": Fraction(0), "c": Fraction(0)})
    assert parts == dict.fromkeys("abc", Fraction(1, 3))


def usages() -> dict[str, Usage]:
    # acme-eu: 5 million reads, $0.625; acme: 3 million writes, $1.875: a quarter and three quarters.
    return {
        "acme": replace(MONTH, write_units=3_000_000),
        "acme-eu": replace(MONTH, read_units=5_000_000),
        "globex": replace(MONTH, read_units=1_000_000, stored_bytes=GB),
    }


def members(cell: Cell) -> dict[str, object]:
    return {each.slug: inventory(each) for each in cell.tenants if each.isolation == "pooled"}


def test_the_pooled_table_is_shared_by_what_capacity_cost(cell: Cell, terms: Terms) -> None:
    measured = CellUsage(usages(), pooled_bytes=20 * GB)
    parts = pooled(measured, members(cell), terms.prices, Fraction(0))  # type: ignore[arg-type]
    # 20 GB at $0.25 and $0.20: $9; with the capacity $11.50.
    assert total(parts["acme"]) == Fraction("11.50") * 3 / 4
    assert total(parts["acme-eu"]) == Fraction("11.50") / 4
    assert "globex" not in parts  # it has a table of its own


def test_what_no_request_consumed_falls_on_all(cell: Cell, terms: Terms) -> None:
    """An export read 8 million units more than the tenants' requests: $1."""
    measured = CellUsage(usages(), pooled_read_units=13_000_000, pooled_write_units=3_000_000)
    parts = pooled(measured, members(cell), terms.prices, Fraction(0))  # type: ignore[arg-type]
    assert total(parts["acme"]) + total(parts["acme-eu"]) == Fraction("3.50")


def test_the_cells_own_cost_is_shared_evenly(cell: Cell, terms: Terms) -> None:
    shares = [total(fixed(each, cell, 730, terms.prices)) for each in cell.tenants]
    assert sum(shares) >= 3 + 3  # its dashboard, and the one where a tenant is chosen
    assert total(fixed(cell.tenants[0], cell, 365, terms.prices)) * 2 == shares[0]


def test_who_is_not_on_the_dashboard_where_a_tenant_is_chosen_pays_nothing_for_it(
    cell: Cell, terms: Terms
) -> None:
    """Globex alone is of silver, whose tenants are; acme of gold has its own, acme-eu of bronze none."""
    acme, acme_eu, globex = (total(fixed(each, cell, 730, terms.prices)) for each in cell.tenants)
    assert acme == acme_eu == globex - 3


def test_the_tenants_bills_add_up_to_what_the_cell_cost(cell: Cell, terms: Terms) -> None:
    measured = CellUsage(usages(), 13_000_000, 4_000_000, 20 * GB)
    data = sum(bill.components["data"] for bill in actual(cell, measured, terms))
    table = Fraction("1.625") + Fraction("2.50") + 20 * Fraction("0.45")
    globex = Fraction("0.125") + Fraction("0.45")
    assert data == table + globex


def test_a_tenant_that_was_not_measured_gets_no_bill(cell: Cell, terms: Terms) -> None:
    measured = CellUsage({"acme": MONTH})
    assert [bill.tenant for bill in actual(cell, measured, terms)] == ["acme"]


def test_what_the_whole_table_tells_of_storage_is_measured_for_its_tenants(cell: Cell, terms: Terms) -> None:
    known, unknown = (
        {bill.tenant: bill.assumed for bill in actual(cell, CellUsage(usages(), pooled_bytes=each), terms)}
        for each in (GB, None)
    )
    assert "stored_bytes" not in known["acme"]
    assert "stored_bytes" in unknown["acme"]


def test_a_bill_keeps_the_order_of_its_items(cell: Cell, terms: Terms) -> None:
    bills = {bill.tenant: list(bill.components) for bill in actual(cell, CellUsage(usages()), terms)}
    assert bills["acme"] == bills["globex"]


def test_the_pooled_table_has_its_tenants_parts_of_the_free_storage(cell: Cell, terms: Terms) -> None:
    """Two of three tenants share it: of 25 free GB, 50/3. 20 - 50/3 are paid for, and all 20 to go back."""
    measured = CellUsage(usages(), pooled_bytes=20 * GB)
    bills = actual(cell, measured, replace(terms, free_tier=True))
    stored = [line.usd for bill in bills for line in bill.lines if line.price == "table_storage"]
    assert sum(stored) == (20 - Fraction(50, 3)) * Fraction("0.25")  # globex's 1 GB is free
