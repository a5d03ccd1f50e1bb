"""AWS/SQS: how many messages wait, and for how long the oldest one has; the emulator measures neither.

Sampled by `alarms` every few seconds and before anything is read, where SQS samples once a minute.
"""

import time
from typing import Any

from tenantry.local.emulator.repairs.metrics.metric_minutes import record

NAMESPACE = "AWS/SQS"
_TRIES = 3  # a message received so often stands at the queue's end, and its age counts no longer


def sample() -> None:
    """Measure the queues of the account and Region that is being served."""
    from ministack.services import sqs

    for queue in sqs._queues.values():
        dimensions = {"QueueName": queue["attributes"]["QueueArn"].rpartition(":")[2]}
        for metric, (value, unit) in _gauges(list(queue["messages"]), time.time()).items():
            record(NAMESPACE, metric, value, unit, dimensions)


def _gauges(messages: list[dict[str, Any]], now: float) -> dict[str, tuple[int, str]]:
    """By the emulator's own rule; a message that a topic sent has some of these fields only once received."""
    hidden = [each for each in messages if each.get("visible_at", 0) > now]
    taken = sum(1 for each in hidden if each.get("receive_count", 0))
    waiting = [each.get("sent_at", now) for each in messages if each.get("receive_count", 0) < _TRIES]
    return {
        "ApproximateNumberOfMessagesVisible": (len(messages) - len(hidden), "Count"),
        "ApproximateNumberOfMessagesNotVisible": (taken, "Count"),
        "ApproximateNumberOfMessagesDelayed": (len(hidden) - taken, "Count"),
        "ApproximateAgeOfOldestMessage": (int(now - min(waiting, default=now)), "Seconds"),
    }
