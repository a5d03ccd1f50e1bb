"""Receivers of webhooks, and how deliveries to them went, as platform and functions spell it.

The environment lists a tenant's receivers as JSON; without addresses for functions that only feed a queue.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from agreed.declarations import Field
from agreed.secrets import RECEIVER_MARK

NAME: Final = re.compile(r"[a-z][a-z0-9]{1,19}")
TEST: Final = "test"  # the member of an event that asks a consumer to try receivers, by their names
RESULTS: Final = "results"  # its answer: of each `receiver` the event's `id`, and a `problem` if there is one
AGAIN: Final = "again"  # the member of an entry that an operator asks for although it was delivered
# An attribute of a `RECEIVER` record: since when nothing is sent to it, and why.
OFF_SINCE: Final = "off_since"
OFF_REASON: Final = "reason"
FAILING_SINCE: Final = "failing_since"


@dataclass(frozen=True, slots=True)
class Receiver:
    """`url` is empty for functions that do not call it."""

    name: str
    events: tuple[str, ...]
    url: str = ""

    @classmethod
    def of(cls, members: Mapping[str, Any]) -> "Receiver":
        return cls(members["name"], tuple(members["events"]), members.get("url", ""))

    def as_json(self, *, called: bool = True) -> dict[str, Any]:
        return {"name": self.name, "events": list(self.events), **({"url": self.url} if called else {})}


def secret(declared: str, receiver: str) -> str:
    """The name of one receiver's secret."""
    return f"{declared}{RECEIVER_MARK}{receiver}"


def health_id(receiver: str, url: str) -> str:
    """The sort key of a `RECEIVER` record. A receiver whose address changes begins anew, as one that is on.

    A digest, since a path may be a secret.
    """
    return f"{receiver}#{hashlib.sha256(url.encode()).hexdigest()[:32]}"


def delivery_fields(deliveries: Field) -> tuple[Field, ...]:
    """What a field of the form "deliveries" holds of each receiver, by its name."""
    return (
        Field("state", choices=deliveries.choices),
        Field("attempts", "number"),
        Field("delivered_at", "moment", optional=True),
        Field("error", optional=True),
    )


def of_json(listed: Iterable[Mapping[str, Any]]) -> tuple[Receiver, ...]:
    return tuple(map(Receiver.of, listed))
