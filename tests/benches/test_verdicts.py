"""Benches find what they look for: each loss, each double, each half; a cost that grows with neighbours."""

from collections import Counter

import pytest

from benches.chaos import verdicts
from benches.chaos.stored import Stored
from benches.chaos.writers import Entry, Ledger, Outcome
from benches.stacks.run import Apart, Cost
from benches.stacks.verdict import within
from benches.stacks.writes import Written

SHARED = "shared"


def made() -> tuple[Ledger, Stored]:
    """One item, acknowledged and stored, beside the shared one."""
    entry = Entry("orders", "m1", Outcome.ACKNOWLEDGED, id="i1", version=1)
    ledger = Ledger(entries=[entry], increments=Counter({Outcome.ACKNOWLEDGED: 2}))
    ledger.count("create an item", Outcome.ACKNOWLEDGED)
    items = {
        "i1": {"marker": "m1", "step": 0, "version": 1, "collection": "orders"},
        SHARED: {"n": 2, "version": 3, "collection": "shared"},
    }
    counts = Counter({"orders": 1, "shared": 1})
    return ledger, Stored(items=items, item_counts=counts, records={"i1": ["k"], SHARED: ["k"]})


def broken(ledger: Ledger, stored: Stored) -> list[str]:
    found = [
        verdicts.of_answers([ledger]),
        *verdicts.of_items([ledger], stored, SHARED),
        verdicts.of_increments([ledger], stored, SHARED),
    ]
    return [verdict.claim for verdict in found if not verdict.holds]


def _cost(cpu: float, size: int) -> Cost:
    return Cost(cpu, Written(10, size))


def _apart(*last: Cost) -> Apart:
    return Apart(_cost(2.0, 10), (*[_cost(1.0, 100)] * 10, *last))


def test_a_tenants_own_stack_may_cost_a_fifth_more_beside_others_and_no_more() -> None:
    assert within(_apart(*[_cost(1.2, 120)] * 3))
    assert not within(_apart(*[_cost(1.2, 121)] * 3))
    assert not within(_apart(*[_cost(1.21, 120)] * 3))
    assert within(_apart(_cost(9.0, 900), _cost(1.0, 100), _cost(1.0, 100)))  # a machine that was busy once


def test_what_is_as_it_was_acknowledged_breaks_no_claim() -> None:
    assert broken(*made()) == []


def test_a_lost_item_is_found() -> None:
    ledger, stored = made()
    del stored.items["i1"]
    assert any("every acknowledged item" in claim for claim in broken(ledger, stored))


def test_a_lost_replacement_is_found() -> None:
    ledger, stored = made()
    ledger.entries[0].step = 1
    assert any("every acknowledged item" in claim for claim in broken(ledger, stored))


def test_an_item_made_twice_is_found() -> None:
    ledger, stored = made()
    stored.items["i2"] = stored.items["i1"]
    assert "no request made two items" in broken(ledger, stored)


def test_an_item_without_its_idempotency_record_is_found() -> None:
    ledger, stored = made()
    del stored.records["i1"]
    assert any("half state" in claim for claim in broken(ledger, stored))


def test_a_record_without_its_item_is_found() -> None:
    ledger, stored = made()
    stored.records["i9"] = ["k"]
    assert any("half state" in claim for claim in broken(ledger, stored))


def test_a_counter_that_is_off_is_found() -> None:
    ledger, stored = made()
    stored.item_counts["orders"] = 2
    assert "the counters are the numbers of items" in broken(ledger, stored)


@pytest.mark.parametrize("n", [1, 3])
def test_an_update_lost_or_done_twice_is_found(n: int) -> None:
    ledger, stored = made()
    stored.items[SHARED]["n"] = n
    assert "no update of a shared item is lost or done twice" in broken(ledger, stored)


def test_a_good_request_that_was_refused_is_found() -> None:
    ledger, stored = made()
    ledger.count("replace an item", Outcome.REFUSED)
    assert "no good request was refused" in broken(ledger, stored)
