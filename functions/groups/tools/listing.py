"""Pages of a tenant's messages, strongly consistent: of all, or of one state by its entries.

No record fails a page. One that is not a message is logged and passed over; an entry is passed over, too, if
its message is gone, or in another state by the time that it is read. The next page starts behind all these.
"""

from typing import Final, NamedTuple

from agreed import partitions
from agreed.identifiers import ID
from api.table import Attributes, Page, Table
from api.views import View
from groups.contact import messages
from groups.contact.declaration import GROUP, MESSAGE, State
from groups.contact.messages import Message

# Of messages that are read by their entries; a Query ends a page there by itself. Escaped twice, as a text
# within a text, they are 4 MB at most, of the 6 MB that Lambda answers with.
PAGE_BYTES: Final = 1_000_000


class ListedContact(NamedTuple):
    """`last` is the id that the next page starts after; None where this page is the last one."""

    messages: list[Message]
    last: str | None


def of_all(table: Table, tenant: str, after: str | None, limit: int, view: View) -> ListedContact:
    page = _page(table, partitions.records(tenant, GROUP.name, MESSAGE.kind), after, limit, view)
    return ListedContact(
        [message for record in page.records if (message := messages.read(record))], _last(page)
    )


def of_state(
    table: Table, tenant: str, state: State, after: str | None, limit: int, view: View
) -> ListedContact:
    page = _page(table, partitions.entries(tenant, GROUP.name, MESSAGE, state), after, limit, view)
    keys = [messages.key(tenant, _id(entry)) for entry in page.records]
    there = {_id(record): record for record in table.get_all(keys)}
    listed: list[Message] = []
    size = 0
    for record in (there[_id(entry)] for entry in page.records if _id(entry) in there):
        message = messages.read(record)
        if message is None or message.state != state:
            continue
        size += sum(len(value["S"].encode()) for value in record.values() if "S" in value)
        if listed and size > PAGE_BYTES:
            return ListedContact(listed, listed[-1].id)
        listed.append(message)
    return ListedContact(listed, _last(page))


def _page(table: Table, partition: str, after: str | None, limit: int, view: View) -> Page:
    """Records whose sort key is an id, one at least if there is any: a cursor can name no other record."""
    while True:
        page = table.page(partition, after, limit, view)
        named = [record for record in page.records if ID.fullmatch(_id(record))]
        if named or not page.more:
            return Page(named, page.more)
        after = _id(page.records[-1])


def _id(record: Attributes) -> str:
    return str(record["sk"]["S"])


def _last(page: Page) -> str | None:
    return _id(page.records[-1]) if page.more else None
