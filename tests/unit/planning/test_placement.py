"""A new tenant goes where most room is left, and none that has a cell ever moves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.config import Platform, load_platform
from tenantry.config.granted import Granted
from tenantry.config.sites import Site
from tenantry.errors import WrongInput
from tenantry.planning.placement import place
from tests.support.command import TENANTS

ONE = load_platform(TENANTS)
[CELL] = ONE.cells


def platform(sizes: dict[str, int], **sites: Site) -> Platform:
    """Cells of so many tenants each."""
    cells = tuple(
        CELL.model_copy(
            update={
                "name": name,
                "tenants": tuple(
                    CELL.tenants[0].model_copy(update={"slug": f"{name}-{number}", "cell": name})
                    for number in range(size)
                ),
            }
        )
        for name, size in sorted(sizes.items())
    )
    return ONE.model_copy(update={"cells": cells, "sites": sites})


def test_the_emptier_cell_is_chosen_and_the_first_of_two_alike() -> None:
    assert place("new", platform({"aa": 4, "bb": 3}), {}).cell == "bb"
    assert place("new", platform({"aa": 3, "bb": 3}), {}).cell == "aa"


def test_an_accounts_own_quota_counts_where_it_is_scarcer() -> None:
    sites = {"aa": Site(account="1" * 12), "bb": Site(account="2" * 12)}
    cells = platform({"aa": 1, "bb": 5}, **sites)
    assert place("new", cells, {}).cell == "aa"
    assert place("new", cells, {"aa": Granted(usage_plans=1)}).cell == "bb"
    assert place("new", cells, {"aa": Granted(usage_plans=1)}).rooms[1].refused == (
        "1 of 1 usage plans are in use"
    )


def test_residency_and_closing_are_kept_to_and_said() -> None:
    sites = {"aa": Site(residency="eu", closed=True), "bb": Site(residency="eu"), "cc": Site(residency="us")}
    cells = platform({"aa": 0, "bb": 9, "cc": 0}, **sites)
    assert place("new", cells, {}, "eu").cell == "bb"
    with pytest.raises(WrongInput, match=r"aa: platform\.yaml closes it; cc: its residency is us; bb: its"):
        place("new", cells, {}, "ch")


def test_full_cells_take_nobody() -> None:
    with pytest.raises(WrongInput, match="aa: 10 of 10 stages are in use; make another cell"):
        place("new", platform({"aa": 10}), {})


@given(st.dictionaries(st.sampled_from(["aa", "bb", "cc", "dd"]), st.integers(0, 12), min_size=1))
def test_who_has_a_cell_keeps_it_whatever_else_there_is(sizes: dict[str, int]) -> None:
    found = platform(sizes, aa=Site(closed=True), bb=Site(residency="us"))
    for tenant in found.tenants:
        placement = place(tenant.slug, found, {}, "eu")
        assert (placement.cell, placement.placed) == (tenant.cell, True)
