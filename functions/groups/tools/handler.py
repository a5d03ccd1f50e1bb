"""The routes of the group tools: the counts of everything and, beside the group contact, its inbox."""

from collections.abc import Mapping
from typing import Any, Final

from agreed import routes
from api import counters, settings, table
from api.application import Handlers, serve
from api.deadline import Invocation
from api.requests import Request
from api.responses import Response, json_response
from groups.tools.declaration import GROUP, STATES


def handle(event: Mapping[str, Any], context: Invocation) -> dict[str, Any]:
    return serve(GROUP.name, HANDLERS, event, context)


def read_summary(_request: Request) -> Response:
    """Collections that hold nothing are left out: they exist only through their items."""
    items = {name: n for name, n in _counted("items", "item").items() if n}
    contacts = {**dict.fromkeys(STATES, 0), **_counted("contact", "message")}
    return json_response(200, {"items": items, "contacts": contacts})


def _counted(group: str, kind: str) -> dict[str, int]:
    """Nothing of a group that is not installed: no role may read its counts."""
    if not routes.installed(group):
        return {}
    return counters.totals(table.current(), counters.of(group, kind), settings.current().tenant)


def _inbox() -> Handlers:
    if not routes.served("listContacts"):
        return {}
    from groups.tools import contacts  # it builds on the group contact, which may not be installed

    return contacts.HANDLERS


HANDLERS: Final[Handlers] = {"readSummary": read_summary, **_inbox()}
