"""How far the delivery of a contact message has come: kept beside the message, no part of its version."""

from dataclasses import dataclass
from typing import Any, Final

from api.table import Attributes
from groups.contact.declaration import DeliveryState as State

ATTRIBUTES: Final = frozenset({"delivery", "delivery_attempts", "delivered_at", "delivery_error"})


@dataclass(frozen=True, slots=True)
class Delivery:
    """`attempts` counts those whose outcome was written down; `error` is why the last one failed."""

    state: State = "pending"
    attempts: int = 0
    delivered_at: str | None = None
    error: str | None = None

    @classmethod
    def of(cls, record: Attributes) -> "Delivery | None":
        """None for a message of a tenant that has nothing delivered."""
        if "delivery" not in record:
            return None
        state: Any = record["delivery"]["S"]
        return cls(
            state,
            int(record["delivery_attempts"]["N"]),
            record["delivered_at"]["S"] if "delivered_at" in record else None,
            record["delivery_error"]["S"] if "delivery_error" in record else None,
        )

    def attributes(self) -> Attributes:
        """As a record holds them. Once a message is stored, only the notifier changes them."""
        texts = {"delivered_at": self.delivered_at, "delivery_error": self.error}
        return {
            "delivery": {"S": self.state},
            "delivery_attempts": {"N": str(self.attempts)},
            **{name: {"S": text} for name, text in texts.items() if text is not None},
        }

    def as_json(self) -> dict[str, Any]:
        shown = {
            "state": self.state,
            "attempts": self.attempts,
            "delivered_at": self.delivered_at,
            "error": self.error,
        }
        return {name: value for name, value in shown.items() if value is not None}
