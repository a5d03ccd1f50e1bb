"""What a form of the clients' page asks for. Each change is a line of the log, whatever the log's level."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from agreed.seals import Seal
from api import logs
from groups.portal import clients
from groups.portal.clients import NotDone

_NUMBER: Final = re.compile(r"[0-9]{1,6}")
Fields = Mapping[str, Any]


class Done(NamedTuple):
    """`secret` is empty unless the client has a new one; `until` is when it ends, or its secret of before."""

    act: str
    client: str
    secret: str = ""
    until: str | None = None


def done(fields: Fields, session: Seal) -> Done:
    """Raises NotDone."""
    act = _text(fields, "act")
    if act not in ACTS:
        raise NotDone(400, "Nothing was changed: the form asks for nothing that this page does.")
    return ACTS[act](_text(fields, "client").strip(), fields, session)


def _make(client: str, fields: Fields, session: Seal) -> Done:
    chosen = fields.get("scope", [])
    scopes = sorted({str(each) for each in (chosen if isinstance(chosen, list) else [chosen])})
    secret, ends = clients.make(client, scopes, _number(fields, "days"))
    logs.record("client made", client=client, scopes=scopes, ends_at=ends, session=session.id)
    return Done("make", client, secret, ends)


def _roll(client: str, fields: Fields, session: Seal) -> Done:
    secret, until = clients.roll(client, _text(fields, "version"), _number(fields, "hours"))
    logs.record("client rolled", client=client, earlier_until=until, session=session.id)
    return Done("roll", client, secret, until)


def _end(client: str, fields: Fields, session: Seal) -> Done:
    ends = clients.end(client, _text(fields, "version"), _number(fields, "days"))
    logs.record("client ended", client=client, ends_at=ends, session=session.id)
    return Done("end", client, until=ends)


def _remove(client: str, fields: Fields, session: Seal) -> Done:
    clients.remove(client, _text(fields, "version"))
    logs.record("client removed", client=client, session=session.id)
    return Done("remove", client)


ACTS: Final[dict[str, Callable[[str, Fields, Seal], Done]]] = {
    "make": _make,
    "roll": _roll,
    "end": _end,
    "remove": _remove,
}


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


def _number(fields: Fields, name: str) -> int | None:
    """None where the field is empty."""
    text = _text(fields, name).strip()
    if text and not _NUMBER.fullmatch(text):
        raise NotDone(400, f"Nothing was changed: the number of {name} is not a whole number.")
    return int(text) if text else None
