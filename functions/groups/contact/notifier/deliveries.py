"""What becomes of one entry of the queue: delivered, dropped, or left for later.

At least once: a message is marked as delivered after its delivery, so a crash between the two delivers it
again, with the same id. Whatever cannot be done now comes back, and at last lies among the dead letters.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from agreed import webhooks
from api.queue import Entry, Unreadable
from api.table import Table
from groups.contact import messages
from groups.contact.declaration import NOTIFY
from groups.contact.messages import Message
from groups.contact.notifier import backoff, progress, receivers
from groups.contact.notifier.failures import Gone, Undelivered
from groups.contact.notifier.receivers import Health, Receivers

# A receiver has so long, look-up and connection included: the most that Standard Webhooks recommends.
ATTEMPT_SECONDS: Final = 30.0
# Longest that a call of DynamoDB or Secrets Manager takes, and one of SQS (`api.downstream` says how).
TABLE_SECONDS: Final = 8.0
SECRET_SECONDS: Final = 8.0
QUEUE_SECONDS: Final = 3.0
# To write down what came of an attempt, of the message's and of the receiver's.
AFTERWARDS_SECONDS: Final = 2 * TABLE_SECONDS + QUEUE_SECONDS
# With less it is not worth beginning.
LEAST_SECONDS: Final = TABLE_SECONDS + SECRET_SECONDS + 1.0 + AFTERWARDS_SECONDS
# Older than any request that could still store the message: functions of the API end within 10 s.
UNSETTLED_SECONDS: Final = 60

Result = Literal[
    "broken",
    "delivered",
    "delivered before",
    "given up",
    "no receiver",
    "no time left",
    "not delivered",
    "not stored",
    "not stored yet",
    "switched off",
    "unreadable",
]


class Channel(Protocol):
    @property
    def called(self) -> str | None:
        """Its address; None for what is never switched off."""

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
    """`rest` is for how long the entry stays hidden; None takes it off the queue.

    `off`: by this outcome its receiver was switched off, or the entry ends because it is.
    """

    result: Result
    rest: int | None = None
    entry: Entry | None = None
    reason: str | None = None
    error: Exception | None = None
    off: bool = False


@dataclass(frozen=True, slots=True)
class _Attempt:
    """`name` is the receiver's in the message: none for `notify`, whose delivery stands apart.

    `health_id` is None for what is never switched off.
    """

    entry: Entry
    record: Record
    message: Message
    name: str
    channel: Channel
    health: Health
    health_id: str | None

    @property
    def receiver(self) -> str:
        return self.name or NOTIFY.name

    @property
    def state(self) -> str:
        known = self.message.deliveries.get(self.name) if self.name else self.message.delivery
        return known.state if known else "pending"


@dataclass(frozen=True, slots=True)
class Deliveries:
    tenant: str
    table: Table
    channels: Mapping[str, Channel]
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
        receiver = entry.receiver or NOTIFY.name
        if receiver not in self.channels:
            return Outcome("no receiver", entry=entry, reason="the tenant's file lists it no longer")
        channel = self.channels[receiver]
        health_id = webhooks.health_id(receiver, channel.called) if channel.called else None
        message, health = self._read(entry.id, health_id)
        if message is None:
            if time.time() - record.sent_ms / 1000 < UNSETTLED_SECONDS:
                return Outcome("not stored yet", backoff.until_stored(), entry)
            return Outcome("not stored", entry=entry)
        name = "" if receiver == NOTIFY.name else receiver
        attempt = _Attempt(entry, record, message, name, channel, health, health_id)
        if attempt.state == "delivered" and not entry.again:
            return Outcome("delivered before", entry=entry)
        if attempt.state == "gone" and record.receives > 1:
            return Outcome("given up", 0, entry)
        if health.off_since:
            return self._refused(attempt)
        return self._try(attempt, seconds_left() - SECRET_SECONDS - AFTERWARDS_SECONDS)

    def _read(self, message_id: str, health_id: str | None) -> tuple[Message | None, Health]:
        keys = [messages.key(self.tenant, message_id)]
        if health_id:
            keys.append(receivers.key(self.tenant, health_id))
        found = {each["sk"]["S"]: each for each in self.table.get_all(keys)}
        stored = found.get(message_id)
        return Message.of(stored) if stored else None, Health.of(found.get(health_id or ""))

    def _try(self, attempt: _Attempt, seconds: float) -> Outcome:
        try:
            attempt.channel.send(attempt.message, min(ATTEMPT_SECONDS, seconds))
        except Exception as error:
            return self._failed(attempt, error)
        progress.delivered(self.table, self.tenant, attempt.message, attempt.name)
        if attempt.health_id:
            self._receivers.took_something(attempt.health_id, attempt.health)
        return Outcome("delivered", entry=attempt.entry)

    def _failed(self, attempt: _Attempt, error: Exception) -> Outcome:
        """The state says "failed" when no other attempt follows, whoever was at fault; "gone" after a 410.

        SQS alone moves an entry to the dead letters, and by its receives: what is gone comes back at once,
        without an attempt, until they are used up. Put back by an operator it is new, and is tried again.
        What was delivered before stays so, and a 410 to its repetition ends that.
        """
        expected = error if isinstance(error, Undelivered) else Undelivered("the platform could not send it")
        rest: int | None = self._rest(attempt.record, expected.retry_after)
        state: progress.Undone = "failed" if self._is_last(attempt.record) else "pending"
        if isinstance(error, Gone):
            rest, state = None if attempt.state == "delivered" else 0, "gone"
        progress.failed(self.table, self.tenant, attempt.message, attempt.name, expected.reason, state)
        off = isinstance(error, Undelivered) and self._switched_off(attempt, error)
        return Outcome("not delivered", rest, attempt.entry, expected.reason, error, off)

    def _switched_off(self, attempt: _Attempt, error: Undelivered) -> bool:
        """After a 410, and when a message has used up its attempts and nothing else was taken meanwhile."""
        if attempt.health_id is None:
            return False
        in_vain = self._is_last(attempt.record) and attempt.health.fails_for_days()
        if in_vain or isinstance(error, Gone):
            return self._receivers.switch_off(attempt.health_id, error.reason)
        self._receivers.failed(attempt.health_id, attempt.health)
        return False

    def _refused(self, attempt: _Attempt) -> Outcome:
        """Without an attempt, and at once until its receives are used up: then it is a dead letter."""
        reason, last = "the receiver is switched off", self._is_last(attempt.record)
        if last:
            progress.given_up(self.table, self.tenant, attempt.message, attempt.name, reason)
        return Outcome("switched off", 0, attempt.entry, reason, off=last)

    @property
    def _receivers(self) -> Receivers:
        return Receivers(self.table, self.tenant)

    def _is_last(self, record: Record) -> bool:
        return record.receives >= self.max_receives

    def _rest(self, record: Record, asked: int = 0) -> int:
        """After the last receive there is nothing to wait for: the queue sets the entry aside at once."""
        return 0 if self._is_last(record) else backoff.seconds(record.receives, asked)
