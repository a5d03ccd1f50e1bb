"""What contact declares of its queue is what the notifier counts on."""

import pytest

from groups.contact.declaration import GROUP
from groups.contact.notifier import backoff, deliveries, handler
from tenantry.components.queue import DAY, VISIBILITIES
from tenantry.monitoring import alarms

QUEUE = GROUP.queues[0]
HIDDEN_SECONDS = 43_200  # from its receive, SQS hides an entry no longer


def test_a_batch_is_delivered_side_by_side() -> None:
    assert QUEUE.batch == handler.THREADS


def test_the_notifier_has_time_for_a_whole_attempt() -> None:
    before = deliveries.TABLE_SECONDS + deliveries.SECRET_SECONDS
    needed = before + deliveries.ATTEMPT_SECONDS + deliveries.AFTERWARDS_SECONDS
    assert needed <= QUEUE.function.timeout_seconds


def test_a_receiver_has_as_long_as_standard_webhooks_recommends() -> None:
    assert 15 <= deliveries.ATTEMPT_SECONDS <= 30


def test_the_receives_span_three_days_at_the_least_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff.random, "uniform", lambda least, _most: least)
    rests = [backoff.seconds(receive) for receive in range(1, QUEUE.max_receives)]
    assert sum(rests) > 3 * DAY


def test_sqs_takes_the_longest_rest_whenever_in_its_receive_it_is_asked() -> None:
    assert backoff.CAP_SECONDS + VISIBILITIES * QUEUE.function.timeout_seconds <= HIDDEN_SECONDS


def test_the_queue_keeps_an_entry_for_as_long_as_a_receiver_can_stretch_its_attempts() -> None:
    longest = backoff.CAP_SECONDS + QUEUE.function.timeout_seconds
    assert QUEUE.max_receives * longest < QUEUE.retention_days * DAY


def test_the_first_rests_of_a_failing_message_do_not_look_like_a_queue_that_nobody_takes_from() -> None:
    """It counts as waiting until its third receive at least, and perhaps until its fourth."""
    rests = sum(backoff.BASE_SECONDS * 2**receive for receive in range(3))
    assert rests + 3 * deliveries.ATTEMPT_SECONDS < alarms.OLDEST_SECONDS
