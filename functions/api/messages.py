"""A contact message as it is stored and shown: the contact group writes it, the tools group works on it.

Beside its record a message has one entry, in the partition of its state, by which it is listed. Whatever
writes the one writes the other in the same transaction.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from agreed import partitions
from api import deliveries, logs
from api.deliveries import Delivery
from api.table import Attributes

State = Literal["new", "open", "done"]
STATES: Final[tuple[State, ...]] = get_args(State)


@dataclass(frozen=True, slots=True)
class Message:
    """`updated_by` is the subject that last changed it, `delivery` how far its delivery is; None where
    nobody has, or nothing is delivered."""

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

    @classmethod
    def of(cls, record: Attributes) -> "Message":
        """Raises KeyError or ValueError where the record is not a message."""
        delivery = Delivery.of(record)
        if delivery and delivery.state not in deliveries.STATES:
            raise ValueError("an unknown state of delivery")
        return cls(
            id=record["sk"]["S"],
            state=_state(record["state"]["S"]),
            version=int(record["version"]["N"]),
            delivery=delivery,
            **{name: record[name]["S"] for name in _TEXTS if name in record or name in _REQUIRED},
        )

    def record(self, tenant: str) -> Attributes:
        texts = {name: {"S": text} for name in _TEXTS if (text := getattr(self, name)) is not None}
        return {
            **key(tenant, self.id),
            **texts,
            **(self.delivery.attributes() if self.delivery else {}),
            "state": {"S": self.state},
            "version": {"N": str(self.version)},
        }

    def as_json(self) -> dict[str, Any]:
        shown = {name: getattr(self, name) for name in _SHOWN}
        if self.delivery:
            shown["delivery"] = self.delivery.as_json()
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
    return {"pk": {"S": partitions.messages(tenant)}, "sk": {"S": message_id}}


def entry(tenant: str, state: State, message_id: str) -> Attributes:
    """The whole entry: it has no other attribute than its key."""
    return {"pk": {"S": partitions.messages_in_state(tenant, state)}, "sk": {"S": message_id}}


def _state(text: str) -> State:
    for state in STATES:
        if text == state:
            return state
    raise ValueError("an unknown state")
