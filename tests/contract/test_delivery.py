"""What contact declares of its queue is what the notifier counts on."""

from groups.contact.declaration import GROUP
from groups.contact.notifier import backoff, deliveries, handler

QUEUE = GROUP.queues[0]


def test_a_batch_is_delivered_side_by_side() -> None:
    assert QUEUE.batch == handler.THREADS


def test_the_notifier_has_time_for_a_whole_attempt() -> None:
    needed = deliveries.TABLE_SECONDS + deliveries.ATTEMPT_SECONDS + deliveries.AFTERWARDS_SECONDS
    assert needed <= QUEUE.function.timeout_seconds


def test_the_receives_span_more_than_an_hour_at_the_least_waiting() -> None:
    rests = [backoff.seconds(receive, 0) for receive in range(1, QUEUE.max_receives)]
    assert sum(rests) > 3_600
