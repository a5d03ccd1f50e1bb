"""A tenant's queues with their dead letters: where they are, and what lies there."""

from typing import Any

from botocore.exceptions import ClientError

from agreed.declarations import Queue
from tenantry.rules.naming import Names

BATCH = 10  # SQS's most
WAIT_SECONDS = 2  # a longer look than none asks all of SQS's servers
HIDDEN_SECONDS = 60  # for what a look found; after a crash it is visible again
_MISSING = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})


def urls(sqs: Any, names: Names, tenant: str, queue: Queue) -> tuple[str, str] | None:
    """Of the queue and its dead letters; None where the tenant has none."""
    named = names.queue(tenant, queue.name), names.dead_letters(tenant, queue.name)
    try:
        first, second = (str(sqs.get_queue_url(QueueName=name)["QueueUrl"]) for name in named)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _MISSING:
            raise
        return None
    return first, second


def received(sqs: Any, dead: str) -> list[dict[str, Any]]:
    """A batch of them, hidden from others for now; empty if a look finds none."""
    answer = sqs.receive_message(
        QueueUrl=dead,
        MaxNumberOfMessages=BATCH,
        WaitTimeSeconds=WAIT_SECONDS,
        VisibilityTimeout=HIDDEN_SECONDS,
    )
    return list(answer.get("Messages", []))
