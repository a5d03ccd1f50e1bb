"""A tenant's contact messages: listed newest first, moved between states together with their counts."""

from dataclasses import dataclass, replace

from agreed import partitions
from api import clock, counters, deliveries, idempotency, messages
from api.errors import Conflict, NotFound
from api.etags import Tags
from api.idempotency import Claim
from api.messages import STATES, Message, State
from api.table import Attributes, Page, Refused, Table, in_partition
from groups.tools.changes import Change

INDEX = "by_state"
ATTEMPTS = 3  # on a message that others change between the read and the write
NEVER = -1  # no message has this version
CHANGEABLE = frozenset({"state", "note", "version", "updated_at", "updated_by", *deliveries.ATTRIBUTES})


@dataclass(frozen=True, slots=True)
class Inbox:
    table: Table
    tenant: str

    def page(self, state: State | None, after: str | None, limit: int) -> Page:
        """Newest first. Of one state the index is read: it follows a change within moments, not at once."""
        start = messages.key(self.tenant, after) if after else None
        if state is None:
            query = in_partition(partitions.messages(self.tenant))
        else:
            state_key = {"S": partitions.messages_in_state(self.tenant, state)}
            start = {**start, "state_key": state_key} if start else None
            query = {
                "IndexName": INDEX,
                "KeyConditionExpression": "state_key = :state",
                "ExpressionAttributeValues": {":state": state_key},
            }
        return self.table.page(start, limit, ScanIndexForward=False, **query)

    def change(
        self, message_id: str, change: Change, subject: str, match: Tags, claim: Claim | None
    ) -> tuple[Message, bool]:
        """The changed message, and whether it is an earlier request's, answered again.

        Without a version to match, the change is made to whatever version is there. The transaction itself
        judges the match: a repeat is recognised there, and its match is stale by then.
        """
        message = self._read(message_id)
        for _ in range(ATTEMPTS):
            now = clock.now_ms()
            changed = replace(
                message,
                state=change.state or message.state,
                note=message.note if change.note is None else change.note or None,
                version=message.version + 1,
                updated_at=clock.rfc3339(now),
                updated_by=subject,
            )
            writes, moves = [self._update(changed, match)], self._moves(message.state, changed.state)
            try:
                first = idempotency.write(self.table, claim, writes, self._receipt(changed), now, moves)
            except Refused as refused:
                if not refused.failed(0):
                    raise
                message = _found(refused.found(0))
                match.require(message.version)
            else:
                return (changed, False) if first is None else (self._again(message, first), True)
        raise Conflict("others are changing the same message; read it and try again")

    def counts(self) -> dict[str, int]:
        """Every state is there, with 0 where it holds no message."""
        return dict.fromkeys(STATES, 0) | counters.totals(self.table, partitions.message_counts, self.tenant)

    def _read(self, message_id: str) -> Message:
        return _found(self.table.get(messages.key(self.tenant, message_id)))

    def _receipt(self, changed: Message) -> Attributes:
        """What a later change may alter; the rest stays in the message, and is copied nowhere."""
        return {name: value for name, value in changed.record(self.tenant).items() if name in CHANGEABLE}

    def _again(self, message: Message, receipt: Attributes) -> Message:
        kept = message.record(self.tenant).items()
        return Message.of({**receipt, **{name: value for name, value in kept if name not in CHANGEABLE}})

    def _update(self, changed: Message, match: Tags) -> dict[str, Attributes]:
        """Only what staff may change, on condition that the message is still the one read."""
        assignments = (
            "SET #state = :state, state_key = :state_key, #version = :version,"
            " updated_at = :now, updated_by = :subject"
        )
        # A match that the version read does not meet is met by no version: the condition fails.
        read = changed.version - 1 if match.includes(changed.version - 1) else NEVER
        values = {
            ":state": {"S": changed.state},
            ":state_key": {"S": partitions.messages_in_state(self.tenant, changed.state)},
            ":version": {"N": str(changed.version)},
            ":read": {"N": str(read)},
            ":now": {"S": changed.updated_at},
            ":subject": {"S": changed.updated_by},
        }
        if changed.note is not None:
            values[":note"] = {"S": changed.note}
        return {
            "Update": {
                "Key": messages.key(self.tenant, changed.id),
                "UpdateExpression": assignments
                + (" REMOVE note" if changed.note is None else ", note = :note"),
                "ConditionExpression": "#version = :read",
                "ExpressionAttributeNames": {"#state": "state", "#version": "version"},
                "ExpressionAttributeValues": values,
            }
        }

    def _moves(self, before: State, after: State) -> list[counters.Change]:
        if before == after:
            return []
        counts = partitions.message_counts
        return [
            counters.Change(counts, self.tenant, before, -1),
            counters.Change(counts, self.tenant, after, +1),
        ]


def _found(record: Attributes | None) -> Message:
    if record is None:
        raise NotFound("no contact message has this id")
    return Message.of(record)
