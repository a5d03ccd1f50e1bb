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

MESSAGES: Final = counters.of("contact", "message")
ITEMS: Final = counters.of("items", "item")


def handle(event: Mapping[str, Any], context: Invocation) -> dict[str, Any]:
    return serve(GROUP.name, HANDLERS, event, context)


def read_summary(_request: Request) -> Response:
    """Collections that hold nothing are left out: they exist only through their items."""
    tenant = settings.current().tenant
    items = counters.totals(table.current(), ITEMS, tenant)
    contacts = dict.fromkeys(STATES, 0) | counters.totals(table.current(), MESSAGES, tenant)
    return json_response(200, {"items": {name: n for name, n in items.items() if n}, "contacts": contacts})


def _inbox() -> Handlers:
    if not routes.served("listContacts"):
        return {}
    from groups.tools import contacts  # it builds on the group contact, which may not be installed

    return contacts.HANDLERS


HANDLERS: Final[Handlers] = {"readSummary": read_summary, **_inbox()}
