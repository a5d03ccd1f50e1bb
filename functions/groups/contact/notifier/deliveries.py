"""What becomes of one entry of the queue: delivered, dropped, or left for later.

At least once: a message is marked as delivered after its delivery, so a crash between the two delivers it
again, with the same id. Whatever cannot be done now comes back, and at last lies among the dead letters.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from api.queue import Entry, Unreadable
from api.table import Table
from groups.contact import messages
from groups.contact.messages import Message
from groups.contact.notifier import backoff, progress
from groups.contact.notifier.failures import Gone, Undelivered

# A receiver has so long, look-up and connection included: the most that Standard Webhooks recommends.
ATTEMPT_SECONDS: Final = 30.0
# Longest that a call of DynamoDB or Secrets Manager takes, and one of SQS (`api.downstream` says how).
TABLE_SECONDS: Final = 8.0
SECRET_SECONDS: Final = 8.0
QUEUE_SECONDS: Final = 3.0
AFTERWARDS_SECONDS: Final = TABLE_SECONDS + QUEUE_SECONDS  # to write down what came of an attempt
# With less it is not worth beginning.
LEAST_SECONDS: Final = TABLE_SECONDS + SECRET_SECONDS + 1.0 + AFTERWARDS_SECONDS
# Older than any request that could still store the message: functions of the API end within 10 s.
UNSETTLED_SECONDS: Final = 60

Result = Literal[
    "broken",
    "delivered",
    "delivered before",
    "given up",
    "no time left",
    "not delivered",
    "not stored",
    "not stored yet",
    "unreadable",
]


class Channel(Protocol):
    def send(self, message: Message, seconds: float) -> None:
        """Raises `Undelivered`."""


@dataclass(frozen=True, slots=True)
class Record:
    """An entry as the queue hands it over. `receives` counts this receive too."""

    id: str
    receipt_handle: str
    body: str
    receives: int
    sent_ms: int

    @classmethod
    def of(cls, record: dict[str, Any]) -> "Record":
        attributes = record["attributes"]
        return cls(
            id=record["messageId"],
            receipt_handle=record["receiptHandle"],
            body=record["body"],
            receives=int(attributes["ApproximateReceiveCount"]),
            sent_ms=int(attributes["SentTimestamp"]),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """`rest` is for how long the entry stays hidden; None takes it off the queue."""

    result: Result
    rest: int | None = None
    entry: Entry | None = None
    reason: str | None = None
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Deliveries:
    tenant: str
    table: Table
    channel: Channel
    max_receives: int

    def take(self, record: Record, seconds_left: Callable[[], float]) -> Outcome:
        """Never raises: one entry's failure is not its neighbours'."""
        entry = None
        try:
            entry = Entry.of(record.body)
            return self._deliver(entry, record, seconds_left)
        except Unreadable as error:
            # Kept, not dropped: a newer contact function may write what only a newer notifier reads.
            return Outcome("unreadable", self._rest(record), reason=str(error))
        except Exception as error:
            return Outcome("broken", self._rest(record), entry, error=error)

    def _deliver(self, entry: Entry, record: Record, seconds_left: Callable[[], float]) -> Outcome:
        if seconds_left() < LEAST_SECONDS:
            return Outcome("no time left", self._rest(record), entry)
        found = self.table.get(messages.key(self.tenant, entry.id))
        if found is None:
            if time.time() - record.sent_ms / 1000 < UNSETTLED_SECONDS:
                return Outcome("not stored yet", backoff.until_stored(), entry)
            return Outcome("not stored", entry=entry)
        message = Message.of(found)
        state = message.delivery.state if message.delivery else "pending"
        if state == "delivered" and not entry.again:
            return Outcome("delivered before", entry=entry)
        if state == "gone" and record.receives > 1:
            return Outcome("given up", 0, entry)
        try:
            left = seconds_left() - SECRET_SECONDS - AFTERWARDS_SECONDS
            self.channel.send(message, min(ATTEMPT_SECONDS, left))
        except Exception as error:
            return self._failed(entry, record, error, delivered=state == "delivered")
        progress.delivered(self.table, self.tenant, entry.id)
        return Outcome("delivered", entry=entry)

    def _failed(self, entry: Entry, record: Record, error: Exception, *, delivered: bool) -> Outcome:
        """The state says "failed" when no other attempt follows, whoever was at fault; "gone" after a 410.

        SQS alone moves an entry to the dead letters, and by its receives: what is gone comes back at once,
        without an attempt, until they are used up. Put back by an operator it is new, and is tried again.
        What was delivered before stays so, and a 410 to its repetition ends that.
        """
        expected = error if isinstance(error, Undelivered) else Undelivered("the platform could not send it")
        rest: int | None = self._rest(record, expected.retry_after)
        state: progress.Undone = "failed" if record.receives >= self.max_receives else "pending"
        if isinstance(error, Gone):
            rest, state = None if delivered else 0, "gone"
        progress.failed(self.table, self.tenant, entry.id, expected.reason, state)
        return Outcome("not delivered", rest, entry, expected.reason, error)

    def _rest(self, record: Record, asked: int = 0) -> int:
        """After the last receive there is nothing to wait for: the queue sets the entry aside at once."""
        return 0 if record.receives >= self.max_receives else backoff.seconds(record.receives, asked)
