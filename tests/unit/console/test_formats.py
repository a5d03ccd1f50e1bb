"""Figures are short and never say more, or less, than there is."""

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenantry.console import formats, sparklines
from tests.support.console import NOW


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1234.0, "1,234"),
        (0.5, "0.5"),
        (2.345, "2.35"),
        (1_234_567, "1.23 m"),
        (2e9, "2.00 bn"),
        (None, formats.NONE),
    ],
)
def test_a_number_is_whole_where_it_can_be(value: float | None, shown: str) -> None:
    assert formats.number(value) == shown


@pytest.mark.parametrize(
    ("requests", "shown"), [(0, "0/s"), (3600, "1.0/s"), (7200, "2.0/s"), (60, "1.0/min"), (2, "2.0/h")]
)
def test_a_rate_is_by_the_shortest_time_that_has_a_call(requests: float, shown: str) -> None:
    assert formats.rate(requests, 3600) == shown


@given(st.integers(1, 10**6).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
@example((997, 1000))
@example((9_999_999, 10_000_000))
def test_a_share_is_nothing_or_all_only_if_it_is(parts: tuple[int, int]) -> None:
    part, whole = parts
    shown = formats.share(part, whole)
    assert (shown == "0 %") == (part == 0)
    assert (shown == "100 %") == (part == whole)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "under a minute"),
        (60, "1 minute"),
        (7_300, "2 hours"),
        (86_400, "1 day"),
        (86_400 * 400, "400 days"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, shown: str) -> None:
    assert formats.age(NOW - timedelta(seconds=seconds), NOW) == shown


@pytest.mark.parametrize(("value", "shown"), [(12.4, "12 ms"), (1500.0, "1.50 s"), (None, formats.NONE)])
def test_milliseconds_become_seconds(value: float | None, shown: str) -> None:
    assert formats.milliseconds(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "$0.00"), (0.004, "< $0.01"), (1234.5, "$1,234.50"), (None, formats.NONE)]
)
def test_a_cost_is_never_rounded_to_nothing(value: float | None, shown: str) -> None:
    assert formats.dollars(value) == shown


@given(st.lists(st.floats(0, 1e9), max_size=100))
def test_a_sparkline_stays_in_its_box(values: list[float]) -> None:
    numbers = [
        float(each)
        for each in sparklines.path(tuple(values))
        .replace("M", " ")
        .replace("L", " ")
        .replace("H", " ")
        .split()
    ]
    assert all(0 <= each <= sparklines.WIDTH for each in numbers[::2])
    assert all(0 <= each <= sparklines.WIDTH for each in numbers)
