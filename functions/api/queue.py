"""The tenant's queue of contact messages to deliver; it holds their ids, never what somebody wrote.

The contact group puts an id in before it stores the message (docs/decisions/0013), the notifier takes it out.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from api import clients, settings
from api.downstream import CLIENT_CONFIG, call
from api.identifiers import ID
from api.responses import compact_json
from api.strict_json import MalformedJson, parse

# An entry is in before its message is stored. Who takes it out finds the message there, nearly always.
DELAY_SECONDS: Final = 1


class Unreadable(ValueError):
    """Not an entry of ours; the message quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message to deliver, and the request that sent it: the notifier's log lines carry that id on."""

    id: str
    request_id: str

    @classmethod
    def of(cls, text: str) -> "Entry":
        """The request's id may be missing: an operator may put an entry in by hand."""
        try:
            members = parse(text)
        except MalformedJson as error:
            raise Unreadable(f"not JSON: {error}") from None
        message_id = members.get("id") if isinstance(members, dict) else None
        if not isinstance(message_id, str) or not ID.fullmatch(message_id):
            raise Unreadable("not an object with the id of a message")
        return cls(message_id, str(members.get("request_id", "")))

    def text(self) -> str:
        return compact_json({"id": self.id, "request_id": self.request_id})


def put(entry: Entry) -> None:
    """Returned means durable. An entry that is in twice is delivered once."""
    call(client().send_message, QueueUrl=_url(), MessageBody=entry.text(), DelaySeconds=DELAY_SECONDS)


def postpone(receipt_handle: str, seconds: int) -> None:
    """What was received is hidden from now on for as long, then comes again.

    One attempt: where it fails, the queue's own visibility timeout does much the same.
    """
    client().change_message_visibility(
        QueueUrl=_url(), ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
    )


@cache
def client() -> Any:
    return clients.client("sqs", config=CLIENT_CONFIG)


def _url() -> str:
    url = settings.current().queue_url
    if url is None:
        raise LookupError("QUEUE_URL is not set; this function works with the tenant's queue")
    return url
