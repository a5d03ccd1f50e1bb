"""A queue's messages are measured: how many wait, how many are taken, and the oldest one's age."""

import time

from tenantry.local.clients import Session
from tests.support.measurements import measured

SQS = "AWS/SQS"


def with_messages(root: Session, name: str, *bodies: str) -> str:
    queue = root.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    for body in bodies:
        root.client("sqs").send_message(QueueUrl=queue, MessageBody=body)
    return str(queue)


def greatest(root: Session, metric: str, queue: str) -> float | None:
    return measured(root, SQS, metric, "Maximum", QueueName=queue)


def test_messages_are_counted_by_what_becomes_of_them(root: Session) -> None:
    queue = with_messages(root, "contact", "one", "two", "three")
    with_messages(root, "contact-eu")
    root.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=1)
    assert greatest(root, "ApproximateNumberOfMessagesVisible", "contact") == 2
    assert greatest(root, "ApproximateNumberOfMessagesNotVisible", "contact") == 1
    assert greatest(root, "ApproximateNumberOfMessagesVisible", "contact-eu") == 0


def test_the_oldest_messages_age_grows_until_it_is_deleted(root: Session) -> None:
    queue = with_messages(root, "slow", "one")
    time.sleep(2.1)
    assert (greatest(root, "ApproximateAgeOfOldestMessage", "slow") or 0) >= 2
    [message] = root.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    root.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert measured(root, SQS, "ApproximateAgeOfOldestMessage", "Minimum", QueueName="slow") == 0


def test_the_untouched_emulator_measures_no_queue(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    with_messages(untouched, "contact", "one")
    assert greatest(untouched, "ApproximateNumberOfMessagesVisible", "contact") is None
