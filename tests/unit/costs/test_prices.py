"""The price file is whole, dated and sourced; steps and free units are charged as AWS charges them."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import ValidationError

from tenantry.costs import prices
from tenantry.costs.components import COMPONENTS
from tenantry.costs.prices import Price, Prices

FIGURES = [name for name in Prices.model_fields if name != "region"]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_says_where_it_is_from_and_when_it_was_checked(name: str) -> None:
    price = prices.load().named(name)
    assert price.source.startswith("https://aws.amazon.com/")
    assert date(2026, 1, 1) <= price.checked


def test_what_was_compared_with_no_public_list_is_marked() -> None:
    assert set(prices.load().not_compared) >= {"trace", "mail", "transfer_out", "container_vcpu_hour"}
    assert "gateway_request" not in prices.load().not_compared


def test_dynamodb_costs_what_it_does_since_november_2024() -> None:
    known = prices.load()
    assert known.write_unit.of(Fraction(1_000_000)) == Fraction("0.625")
    assert known.read_unit.of(Fraction(1_000_000)) == Fraction("0.125")


def test_each_step_is_charged_at_its_own_price() -> None:
    # 333 million at 3.50, 667 million at 2.80, 1,000 million at 2.38:
    # 333 * 3.50 + 667 * 2.80 + 1000 * 2.38 = 1165.50 + 1867.60 + 2380.00
    assert prices.load().gateway_request.of(Fraction(2_000_000_000)) == Fraction("5413.10")


def test_free_units_are_taken_off_before_the_first_step() -> None:
    # 3 million invocations, one million free: 2 * 0.20; with half of the free ones: 2.5 * 0.20
    price = prices.load().function_request
    assert price.of(Fraction(3_000_000)) == Fraction("0.60")
    assert price.of(Fraction(3_000_000), Fraction(1)) == Fraction("0.40")
    assert price.of(Fraction(3_000_000), Fraction(1, 2)) == Fraction("0.50")
    assert price.of(Fraction(10), Fraction(1)) == 0


GOOD = {"unit": "calls", "steps": [{"usd": 1}], "source": "https://aws.amazon.com/x", "checked": "2026-11-22"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"checked": None},
        {"source": "a friend"},
        {"steps": []},
        {"steps": [{"usd": -1}]},
        {"steps": [{"usd": 1, "up_to": 5}]},
        {"steps": [{"usd": 1}, {"usd": 2}]},
        {"steps": [{"usd": 1, "up_to": 9}, {"usd": 2, "up_to": 5}, {"usd": 1}]},
        {"note": "unknown key"},
    ],
)
def test_a_figure_that_cannot_be_right_is_refused(wrong: dict[str, object]) -> None:
    Price.model_validate(GOOD)
    with pytest.raises(ValidationError):
        Price.model_validate(GOOD | wrong)


def test_a_figure_that_is_missing_or_too_much_is_refused(tmp_path: Path) -> None:
    text = prices.FILE.read_text()
    file = tmp_path / "prices.toml"
    file.write_text(text.replace("[trace]", "[traces]"))
    with pytest.raises(ValidationError, match="trace"):
        prices.load(file)


def test_no_figure_stands_in_two_components() -> None:
    from tenantry.costs.inventory import TenantInventory
    from tenantry.costs.usage import Usage

    has = TenantInventory({"authorizer": 256}, "arm64", 30, ("items",), ("items",), *[1] * 8, True, 1)
    billed = [price for component in COMPONENTS.values() for price, _ in component(Usage(730), has)]
    assert len(billed) == len(set(billed))
    assert set(billed) <= set(FIGURES)
