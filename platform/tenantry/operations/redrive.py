"""Put a tenant's dead letters back into its queue, to be done anew, or ask for one record again by its id.

Each goes into the queue before it leaves the dead letters, so that one may go twice and none is lost: the
notifier passes over what was delivered, and receivers know a message by its id. SQS has a task of its own for
this (StartMessageMoveTask); it keeps no count that could be waited for, and the emulator has none.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from agreed.declarations import Queue
from agreed.webhooks import AGAIN
from tenantry.errors import Failed, WrongInput
from tenantry.operations.dead_letters import received, urls
from tenantry.rules.naming import Names


class NoQueue(Failed):
    """The tenant has no queue here, so there are no dead letters either."""


@dataclass(frozen=True, slots=True)
class Redriven:
    """`left` is what SQS still counts among the dead letters, about."""

    moved: int
    left: int


def redrive(
    names: Names, tenant: str, queues: Iterable[Queue], sqs: Any, on_moved: Callable[[int, int], None]
) -> Redriven:
    """Move all that are there, queue by queue; ends when a look finds none.

    A message that its receiver refuses for good is a dead letter again within seconds: each is moved once.

    Args:
        queues: those to look at; the tenant need not have all of them.
        sqs: boto3's client.
        on_moved: called with how many were moved, and of about how many.

    Raises:
        NoQueue: the tenant has none of them; nothing was done.
        Failed: SQS did not take a message; those that it took before are moved.
    """
    there = _there(names, tenant, queues, sqs).values()
    moved, expected = 0, sum(_count(sqs, dead) for _, dead in there)
    for queue, dead in there:
        sent: set[str] = set()
        while messages := received(sqs, dead):
            # On its way to the dead letters a message keeps its id.
            if first_time := [each for each in messages if each["MessageId"] not in sent]:
                sent |= _move(sqs, queue, dead, first_time)
                moved += len(first_time)
                on_moved(moved, max(moved, expected))
    return Redriven(moved, sum(_count(sqs, dead) for _, dead in there))


def resend(names: Names, tenant: str, queues: Iterable[Queue], message: str, sqs: Any) -> str:
    """Put a message into its queue, whether it was handled or not; one that is already waiting there stays.

    Args:
        queues: those that it may be meant for; the tenant has to have just one of them.
        message: its id.

    Returns:
        The queue's name.

    Raises:
        NoQueue: the tenant has none of them; nothing was done.
        WrongInput: it has several.
    """
    there = _there(names, tenant, queues, sqs)
    if len(there) > 1:
        raise WrongInput(f"{tenant} has several queues; choose one by --queue: {', '.join(there)}")
    [(name, (queue, _))] = there.items()
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"id": message, AGAIN: True}))
    return name


def _there(names: Names, tenant: str, queues: Iterable[Queue], sqs: Any) -> dict[str, tuple[str, str]]:
    """URLs of each queue that the tenant has, and of its dead letters. Raises NoQueue."""
    declared = list(queues)
    there = {each.name: pair for each in declared if (pair := urls(sqs, names, tenant, each))}
    if not there:
        looked = ", ".join(names.queue(tenant, each.name) for each in declared) or "none declared"
        raise NoQueue(
            f"{tenant} has no queue in stack {names.stack} ({looked}); "
            "check the tenant's options, the stack and the Region"
        )
    return there


def _count(sqs: Any, queue: str) -> int:
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"].get(name, 0))


def _move(sqs: Any, queue: str, dead: str, messages: list[dict[str, Any]]) -> set[str]:
    """The ids that they have in the queue."""
    entries = [{"Id": str(number), "MessageBody": each["Body"]} for number, each in enumerate(messages)]
    sent = sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    taken = [
        {"Id": each["Id"], "ReceiptHandle": messages[int(each["Id"])]["ReceiptHandle"]}
        for each in sent.get("Successful", [])
    ]
    if taken:
        sqs.delete_message_batch(QueueUrl=dead, Entries=taken)
    for refused in sent.get("Failed", []):
        raise Failed(
            f"SQS did not take a message ({refused['Code']}); the rest remain dead letters; run it again"
        )
    return {each["MessageId"] for each in sent["Successful"]}
