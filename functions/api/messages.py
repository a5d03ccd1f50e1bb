"""A contact message as it is stored and shown: the contact group writes it, the tools group works on it."""

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from agreed import partitions
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
        state: Any = record["state"]["S"]
        return cls(
            id=record["sk"]["S"],
            state=state,
            version=int(record["version"]["N"]),
            delivery=Delivery.of(record),
            **{name: record[name]["S"] for name in _TEXTS if name in record},
        )

    def record(self, tenant: str) -> Attributes:
        """The whole record; `state_key` puts it into the index of its state."""
        texts = {name: {"S": text} for name in _TEXTS if (text := getattr(self, name)) is not None}
        return {
            **key(tenant, self.id),
            **texts,
            **(self.delivery.attributes() if self.delivery else {}),
            "state": {"S": self.state},
            "state_key": {"S": partitions.messages_in_state(tenant, self.state)},
            "version": {"N": str(self.version)},
        }

    def as_json(self) -> dict[str, Any]:
        shown = {name: getattr(self, name) for name in _SHOWN}
        if self.delivery:
            shown["delivery"] = self.delivery.as_json()
        return {name: value for name, value in shown.items() if value is not None}


_TEXTS: Final = ("email", "name", "subject", "message", "note", "created_at", "updated_at", "updated_by")
_SHOWN: Final = ("id", "state", *_TEXTS, "version")


def key(tenant: str, message_id: str) -> Attributes:
    return {"pk": {"S": partitions.messages(tenant)}, "sk": {"S": message_id}}
