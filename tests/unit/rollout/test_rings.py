"""A stack is in the first ring that takes it, whatever other stacks there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tenantry.config.rings import REST, Ring
from tenantry.rollout.rings import position, ring_of

NAMES = st.from_regex(r"[a-z]{2,8}(\.[a-z]{3,8})?", fullmatch=True)


def test_the_first_ring_that_takes_a_stack_has_it() -> None:
    rings = (
        Ring(name="own", stacks=("demo",)),
        Ring(name="canary", tenants=("acme",)),
        Ring(name="small", tiers=("bronze", "silver")),
    )
    assert ring_of("demo", [("acme", "bronze")], rings) == "own"
    assert ring_of("eu", [("acme", "gold"), ("globex", "gold")], rings) == "canary"
    assert ring_of("eu", [("acme-eu", "bronze"), ("globex", "silver")], rings) == "small"
    assert ring_of("eu", [("acme-eu", "bronze"), ("globex", "gold")], rings) == REST
    assert ring_of("empty", [], rings) == REST


@given(NAMES, st.integers(1, 99))
def test_a_larger_share_takes_whatever_a_smaller_one_takes(stack: str, share: int) -> None:
    small, large = Ring(name="r", share=share), Ring(name="r", share=share + 1)
    assert ring_of(stack, (), [small]) == REST or ring_of(stack, (), [large]) == "r"
    assert ring_of(stack, (), [Ring(name="all", share=100)]) == "all"


def test_a_share_is_about_that_many_of_the_stacks() -> None:
    taken = sum(position(f"stack{number}") < 10 for number in range(2_000))
    assert 150 < taken < 250


def test_the_ring_of_what_no_other_takes_is_not_for_a_file_to_place() -> None:
    with pytest.raises(ValidationError, match="is the ring of the stacks that no other takes"):
        Ring.model_validate({"name": REST, "stacks": ["demo"]})
