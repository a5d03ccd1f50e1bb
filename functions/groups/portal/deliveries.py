"""Deliveries of contact messages, and sending one again; of a message nothing is shown but its id.

Where the group contact is not installed there are none, and no role may look for any.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from agreed import partitions, routes
from agreed.identifiers import ID
from agreed.webhooks import NAME
from api import queue, settings, table
from api.errors import NotFound
from api.identifiers import created_at
from api.queue import Entry
from api.table import Attributes
from api.views import NEWEST, View

CONTACT, MESSAGE = "contact", "message"
MESSAGES: Final = 25  # on a page
NOTIFY: Final = ""  # the receiver that the option `notify` names


@dataclass(frozen=True, slots=True)
class Delivery:
    """Of one message to one receiver; `at` is when it was delivered, `error` why the last attempt failed."""

    id: str
    made_at: str
    receiver: str
    state: str
    attempts: str
    at: str
    error: str


@dataclass(frozen=True, slots=True)
class Deliveries:
    """The newest first; `last` is the id that the next page goes on behind, None on the last page."""

    deliveries: tuple[Delivery, ...]
    last: str | None


NONE: Final = Deliveries((), None)


def there_are() -> bool:
    """Whether anything of the tenant's is delivered."""
    return routes.installed(CONTACT) and CONTACT in settings.current().queues


def page(before: str | None) -> Deliveries:
    """Raises NotFound: `before` is not an id."""
    if before is not None and not ID.fullmatch(before):
        raise NotFound("no page begins there")
    partition = partitions.records(settings.current().tenant, CONTACT, MESSAGE)
    found = table.current().page(partition, before, MESSAGES, View(NEWEST))
    ids = [record["sk"]["S"] for record in found.records if ID.fullmatch(record["sk"]["S"])]
    rows = tuple(each for record in found.records for each in _of(record))
    return Deliveries(rows, ids[-1] if found.more and ids else None)


def send_again(message: str, receiver: str, request_id: str) -> None:
    """Whatever came of it before. To a receiver that is switched off it fails, and the page then says why.

    Raises:
        NotFound: the tenant has no such message, or it was never meant for the receiver.
    """
    if not (ID.fullmatch(message) and (receiver == NOTIFY or NAME.fullmatch(receiver)) and there_are()):
        raise NotFound("there is no such delivery")
    partition = partitions.records(settings.current().tenant, CONTACT, MESSAGE)
    record = table.current().get({"pk": {"S": partition}, "sk": {"S": message}})
    if record is None or receiver not in {each.receiver for each in _of(record)}:
        raise NotFound("there is no such delivery")
    queue.put(CONTACT, Entry(message, request_id, again=True, receiver=receiver))


def _of(record: Attributes) -> Iterator[Delivery]:
    """Nothing of a record that the group contact did not write."""
    if not ID.fullmatch(record["sk"]["S"]):
        return
    if "delivery" in record:
        names = {"state": "delivery", "attempts": "delivery_attempts", "error": "delivery_error"}
        own = {each: record[name] for each, name in names.items() if name in record}
        yield _delivery(record, NOTIFY, own | {"delivered_at": record.get("delivered_at", {})})
    for receiver, each in sorted(record.get("deliveries", {}).get("M", {}).items()):
        yield _delivery(record, receiver, each.get("M", {}))


def _delivery(record: Attributes, receiver: str, own: Attributes) -> Delivery:
    message = record["sk"]["S"]
    texts = {name: next(iter(value.values()), "") for name, value in own.items()}
    return Delivery(
        id=message,
        made_at=created_at(message),
        receiver=receiver,
        state=str(texts.get("state", "")),
        attempts=str(texts.get("attempts", "")),
        at=str(texts.get("delivered_at", "")),
        error=str(texts.get("error", "")),
    )
