"""A tenant's contact messages: listed, moved between states together with entries and counts."""

from dataclasses import dataclass, replace

from api import clock, counters, idempotency
from api.errors import Conflict, NotFound
from api.etags import Tags
from api.idempotency import Claim
from api.table import Attributes, Refused, Table
from api.views import View
from groups.contact import deliveries, messages
from groups.contact.declaration import GROUP, MESSAGE, State
from groups.contact.messages import Message
from groups.tools import listing
from groups.tools.changes import Change
from groups.tools.listing import ListedContact

ATTEMPTS = 3  # on a message that others change between the read and the write
NEVER = -1  # no message has this version
CHANGEABLE = frozenset({"state", "note", "version", "updated_at", "updated_by", *deliveries.ATTRIBUTES})


@dataclass(frozen=True, slots=True)
class Inbox:
    table: Table
    tenant: str

    def page(self, state: State | None, after: str | None, limit: int, view: View) -> ListedContact:
        if state is None:
            return listing.of_all(self.table, self.tenant, after, limit, view)
        return listing.of_state(self.table, self.tenant, state, after, limit, view)

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
            writes, counts = [self._update(changed, match)], []
            if changed.state != message.state:
                writes += self._entries(message, changed.state)
                counts += self._counts(message.state, changed.state)
            try:
                first = idempotency.write(self.table, claim, writes, self._receipt(changed), now, counts)
            except Refused as refused:
                if not refused.failed(0):
                    raise
                message = _found(refused.found(0))
                match.require(message.version)
            else:
                return (changed, False) if first is None else (self._again(message, first), True)
        raise Conflict("others are changing the same message; read it and try again")

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
        assignments = "SET #state = :state, #version = :version, updated_at = :now, updated_by = :subject"
        # A match that the version read does not meet is met by no version: the condition fails.
        read = changed.version - 1 if match.includes(changed.version - 1) else NEVER
        values = {
            ":state": {"S": changed.state},
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

    def _entries(self, message: Message, after: State) -> list[dict[str, Attributes]]:
        """Out of one state, into the other. The update's condition covers these too: a version has one
        state, so what is deleted is the entry that is there."""
        left, entered = (messages.entry(self.tenant, state, message.id) for state in (message.state, after))
        return [{"Delete": {"Key": left}}, {"Put": {"Item": entered}}]

    def _counts(self, before: State, after: State) -> list[counters.Change]:
        counts = counters.of(GROUP.name, MESSAGE.kind)
        return [
            counters.Change(counts, self.tenant, before, -1),
            counters.Change(counts, self.tenant, after, +1),
        ]


def _found(record: Attributes | None) -> Message:
    message = messages.read(record) if record else None
    if message is None:
        raise NotFound("no contact message has this id")
    return message
