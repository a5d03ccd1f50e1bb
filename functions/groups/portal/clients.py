"""Clients of the tenant's token endpoint. `tenantry clients` keeps them by the same rules, `agreed.clients`.

Where the tenant has no token endpoint there are none, and no role may look for any.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple

from agreed import clients, routes
from agreed.clients import GROUP, ID, Change, Clients, Known
from api import clock, settings, table
from api.errors import Unavailable
from api.table import Attributes, Refused


class NotDone(Exception):
    """Nothing was changed; the message, for the page, says why. `status` is the answer's."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Row(NamedTuple):
    """`version` is what a form carries of the client as it was shown."""

    known: Known
    version: str
    ended: bool
    earlier: bool  # the secret before the last roll is still good


def there_are() -> bool:
    """Whether the tenant has a token endpoint."""
    return routes.installed(GROUP) and GROUP in settings.current().overseen.groups


def scopes() -> frozenset[str]:
    return routes.scopes(settings.current().overseen.groups)


def listed() -> list[Row]:
    """By id."""
    return [_row(each) for each in table.current().all(_own().partition)]


def make(client: str, wanted: Collection[str], days: int | None) -> tuple[str, str | None]:
    """Its secret, and when it ends. Raises NotDone."""
    secret, now, own = clients.new_secret(), _now(), _own()
    try:
        ends, there = clients.end(days, now), len(listed())
        change = own.made(client, wanted, secret, ends, there, now)
    except clients.Refused as refused:
        raise NotDone(400, f"Nothing was made: {refused}.") from None
    if not _done(change):
        raise NotDone(409, f"Nothing was made: there is a client {client} already. Choose another name.")
    return secret, ends


def roll(client: str, version: str, hours: int | None) -> tuple[str, str | None]:
    """The new secret, and until when the one before is good. Raises NotDone."""
    secret = clients.new_secret()
    try:
        until = clients.grace_end(clients.GRACE_HOURS if hours is None else hours, _now())
    except clients.Refused as refused:
        raise NotDone(400, f"Nothing was changed: {refused}.") from None
    _change(_own().rolled(_shown(client, version), secret, until), client)
    return secret, until


def end(client: str, version: str, days: int | None) -> str | None:
    """From when on it gets no tokens; None for never. Raises NotDone."""
    try:
        ends = clients.end(days, _now(), least=0)
    except clients.Refused as refused:
        raise NotDone(400, f"Nothing was changed: {refused}.") from None
    _change(_own().ended(_shown(client, version), ends), client)
    return ends


def remove(client: str, version: str) -> None:
    """Raises NotDone."""
    _change(_own().removed(_shown(client, version)), client)


def _shown(client: str, version: str) -> Attributes:
    """The client's record, if it is still as the page showed it."""
    found = table.current().get(_own().key(client)) if ID.fullmatch(client) else None
    if found is None:
        raise NotDone(404, "Nothing was changed: there is no such client any more.")
    if clients.version(found) != version:
        raise _outrun(client)
    return found


def _change(change: Change, client: str) -> None:
    if not _done(change):
        raise _outrun(client)


def _done(change: Change) -> bool:
    """False where its condition does not hold. A transaction of one write: an attempt after a lost answer
    does nothing twice.
    """
    try:
        table.current().transact({change.kind: change.request})
    except Refused as refused:
        if refused.throttled:
            raise Unavailable from refused
        if refused.conflicted:
            raise NotDone(409, "Nothing was changed: another change came in the same moment.") from None
        return False
    return True


def _outrun(client: str) -> NotDone:
    why = f"{client} was given another secret, or removed, after this page was opened"
    return NotDone(409, f"Nothing was changed: {why}.")


def _row(record: Attributes) -> Row:
    client, now = clients.known(record), _now()
    earlier = client.earlier_until is not None and not clients.past(client.earlier_until, now)
    return Row(client, clients.version(record), clients.past(client.ends_at, now), earlier)


def _own() -> Clients:
    return Clients(settings.current().tenant, scopes())


def _now() -> datetime:
    return datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
