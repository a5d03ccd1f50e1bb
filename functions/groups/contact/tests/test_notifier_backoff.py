"""Attempts go on for more than three days, further apart each time, and never all at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groups.contact.declaration import GROUP
from groups.contact.notifier import backoff
from groups.contact.notifier.deliveries import UNSETTLED_SECONDS

MAX_RECEIVES = GROUP.queues[0].max_receives
HOUR = 3600


@pytest.mark.parametrize("spent", [0, 1, 5])
def test_attempts_go_on_for_three_days_however_jitter_falls(
    monkeypatch: pytest.MonkeyPatch, spent: int
) -> None:
    """Also when so many receives were spent on waiting for the message to be stored."""
    monkeypatch.setattr(backoff.random, "uniform", lambda least, _most: least)
    rests = [backoff.seconds(receive) for receive in range(1 + spent, MAX_RECEIVES)]
    assert sum(rests) > 72 * HOUR
    assert rests == sorted(rests)


def test_waiting_for_a_message_to_be_stored_spends_five_receives_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backoff.random, "randint", lambda least, _most: least)
    assert 5 * backoff.until_stored() >= UNSETTLED_SECONDS


@given(st.integers(1, 1000))
def test_a_rest_is_never_far_under_its_step_and_never_over_the_cap(receives: int) -> None:
    step = min(backoff.CAP_SECONDS, backoff.BASE_SECONDS * 2 ** (receives - 1))
    assert 0.9 * step <= backoff.seconds(receives) <= step


def test_entries_that_failed_together_do_not_come_back_together() -> None:
    assert len({backoff.seconds(6) for _ in range(50)}) > 10


def test_what_the_receiver_asks_for_is_honoured_up_to_the_cap() -> None:
    assert backoff.seconds(1, asked=3 * HOUR) == 3 * HOUR
    assert backoff.seconds(1, asked=10**9) == backoff.CAP_SECONDS
    assert backoff.seconds(1, asked=1) >= 0.9 * backoff.BASE_SECONDS
