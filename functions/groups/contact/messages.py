"""A contact message as it is stored and shown: this group writes it, the group tools works on it.

Beside its record a message has one entry, in the partition of its state, by which it is listed. Whatever
writes the one writes the other in the same transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from agreed import partitions
from api import logs
from api.table import Attributes
from groups.contact import deliveries
from groups.contact.declaration import GROUP, MESSAGE, STATES, State
from groups.contact.deliveries import Delivery


@dataclass(frozen=True, slots=True)
class Message:
    """`updated_by` is the subject that last changed it, `delivery` how far its delivery to `notify` is; None
    where nobody has, or nothing is delivered there. `deliveries` are those to webhooks, by receiver."""

    id: str
    state: State
    email: str
    message: str
    created_at: str
    updated_at: str
    version: int = 1
    name: str | None = None
    subject: str | None = None
    note: str | None = None
    updated_by: str | None = None
    delivery: Delivery | None = None
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Attributes) -> "Message":
        """Raises KeyError or ValueError where the record is not a message."""
        return cls(
            id=record["sk"]["S"],
            state=_state(record["state"]["S"]),
            version=int(record["version"]["N"]),
            delivery=Delivery.of(record),
            deliveries=deliveries.by_receiver(record),
            **{name: record[name]["S"] for name in _TEXTS if name in record or name in _REQUIRED},
        )

    def record(self, tenant: str) -> Attributes:
        texts = {name: {"S": text} for name in _TEXTS if (text := getattr(self, name)) is not None}
        return {
            **key(tenant, self.id),
            **texts,
            **(self.delivery.attributes() if self.delivery else {}),
            **deliveries.map_of(self.deliveries),
            "state": {"S": self.state},
            "version": {"N": str(self.version)},
        }

    def as_json(self) -> dict[str, Any]:
        shown = {name: getattr(self, name) for name in _SHOWN}
        if self.delivery:
            shown["delivery"] = self.delivery.as_json()
        if self.deliveries:
            shown["deliveries"] = {name: each.as_json() for name, each in sorted(self.deliveries.items())}
        return {name: value for name, value in shown.items() if value is not None}


_TEXTS: Final = ("email", "name", "subject", "message", "note", "created_at", "updated_at", "updated_by")
_REQUIRED: Final = ("email", "message", "created_at", "updated_at")
_SHOWN: Final = ("id", "state", *_TEXTS, "version")


def read(record: Attributes) -> Message | None:
    """None where the record is not a message; a log line names it, without anything that it holds."""
    try:
        return Message.of(record)
    except (KeyError, ValueError) as error:
        logs.failure("a record is not a contact message", error, id=record["sk"]["S"])
        return None


def key(tenant: str, message_id: str) -> Attributes:
    return {"pk": {"S": partitions.records(tenant, GROUP.name, MESSAGE.kind)}, "sk": {"S": message_id}}


def entry(tenant: str, state: State, message_id: str) -> Attributes:
    """The whole entry: it has no other attribute than its key."""
    return {"pk": {"S": partitions.entries(tenant, GROUP.name, MESSAGE, state)}, "sk": {"S": message_id}}


def _state(text: str) -> State:
    for state in STATES:
        if text == state:
            return state
    raise ValueError("an unknown state")
