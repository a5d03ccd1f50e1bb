"""How far the deliveries of a contact message have come: kept beside the message, no part of its version.

That to the tenant's `notify` stands in attributes of its own, those to its `webhooks` in one map, by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from api.table import Attributes
from groups.contact.declaration import DELIVERY_STATES
from groups.contact.declaration import DeliveryState as State

ATTRIBUTES: Final = frozenset(
    {"delivery", "delivery_attempts", "delivered_at", "delivery_error", "deliveries"}
)


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
        return cls(
            _state(record["delivery"]["S"]),
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

    @classmethod
    def of_map(cls, stored: Mapping[str, Any]) -> "Delivery":
        """One receiver's, as the map holds it."""
        return cls(
            _state(stored["state"]["S"]),
            int(stored["attempts"]["N"]),
            stored["delivered_at"]["S"] if "delivered_at" in stored else None,
            stored["error"]["S"] if "error" in stored else None,
        )

    def as_map(self) -> Attributes:
        texts = {"state": self.state, "delivered_at": self.delivered_at, "error": self.error}
        own = {name: {"S": text} for name, text in texts.items() if text is not None}
        return {"M": {**own, "attempts": {"N": str(self.attempts)}}}

    def as_json(self) -> dict[str, Any]:
        shown = {
            "state": self.state,
            "attempts": self.attempts,
            "delivered_at": self.delivered_at,
            "error": self.error,
        }
        return {name: value for name, value in shown.items() if value is not None}


def by_receiver(record: Attributes) -> dict[str, Delivery]:
    """Raises KeyError or ValueError where the map is none of ours."""
    stored = record["deliveries"]["M"] if "deliveries" in record else {}
    return {name: Delivery.of_map(own["M"]) for name, own in stored.items()}


def map_of(deliveries: Mapping[str, Delivery]) -> Attributes:
    """The attribute; none where nothing is delivered by webhooks."""
    each = {name: delivery.as_map() for name, delivery in sorted(deliveries.items())}
    return {"deliveries": {"M": each}} if each else {}


def _state(text: str) -> State:
    for state in DELIVERY_STATES:
        if text == state:
            return state
    raise ValueError("an unknown state of delivery")
