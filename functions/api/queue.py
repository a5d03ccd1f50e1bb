"""A tenant's queues of records to work on; they hold the records' ids, never what somebody wrote.

An id goes in before its record is stored (docs/decisions/0013); the queue's consumer takes it out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from agreed.identifiers import ID
from agreed.webhooks import AGAIN, NAME
from api import clients, settings
from api.downstream import CLIENT_CONFIG, call
from api.errors import Unavailable
from api.responses import compact_json
from api.strict_json import MalformedJson, parse

# An entry is in before its message is stored. Who takes it out finds the message there, nearly always.
DELAY_SECONDS: Final = 1


class Unreadable(ValueError):
    """Not an entry of ours; the message quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record to work on, and the request that made it: the consumer's log lines carry that id on.

    Attributes:
        again: somebody asks for it although it was done before.
        receiver: whom alone it is for, where a tenant has several.
    """

    id: str
    request_id: str
    again: bool = False
    receiver: str = ""

    @classmethod
    def of(cls, text: str) -> "Entry":
        """The request's id may be missing: an operator may put an entry in by hand."""
        try:
            members = parse(text)
        except MalformedJson as error:
            raise Unreadable(f"not JSON: {error}") from None
        message_id = members.get("id") if isinstance(members, dict) else None
        if not isinstance(message_id, str) or not ID.fullmatch(message_id):
            raise Unreadable("not an object with the id of a record")
        receiver = members.get("receiver", "")
        if not isinstance(receiver, str) or (receiver and not NAME.fullmatch(receiver)):
            raise Unreadable("for somebody whose name no receiver has")
        return cls(message_id, str(members.get("request_id", "")), members.get(AGAIN) is True, receiver)

    def text(self) -> str:
        own: dict[str, object] = {"receiver": self.receiver} if self.receiver else {}
        if self.again:
            own[AGAIN] = True
        return compact_json({"id": self.id, "request_id": self.request_id, **own})


def put(queue: str, entry: Entry) -> None:
    """Returned means durable. An entry may be in twice."""
    url = settings.current().queue(queue)
    call(client().send_message, QueueUrl=url, MessageBody=entry.text(), DelaySeconds=DELAY_SECONDS)


def put_all(queue: str, entries: Sequence[Entry]) -> None:
    """The same of up to ten, in one call. Those that SQS leaves out are put once more.

    Raises:
        Unavailable: some are perhaps in, and some are not.
    """
    if len(entries) == 1:
        put(queue, entries[0])
    if len(entries) <= 1:
        return
    url = settings.current().queue(queue)
    batch = [
        {"Id": str(number), "MessageBody": each.text(), "DelaySeconds": DELAY_SECONDS}
        for number, each in enumerate(entries)
    ]
    for _ in range(2):
        answer = call(client().send_message_batch, QueueUrl=url, Entries=batch)
        refused = {each["Id"] for each in answer.get("Failed", ())}
        batch = [each for each in batch if each["Id"] in refused]
        if not batch:
            return
    raise Unavailable


def postpone(queue: str, receipt_handle: str, seconds: int) -> None:
    """What was received is hidden from now on for as long, then comes again.

    One attempt: where it fails, the queue's own visibility timeout does much the same.
    """
    client().change_message_visibility(
        QueueUrl=settings.current().queue(queue), ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
    )


@cache
def client() -> Any:
    return clients.client("sqs", config=CLIENT_CONFIG)
