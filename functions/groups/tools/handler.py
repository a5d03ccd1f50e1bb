"""The tools routes: the inbox of contact messages, and the counts of everything."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from agreed import partitions
from api import counters, cursors, etags, idempotency, metrics, pages, settings, table
from api.application import Handlers, serve
from api.deadline import Invocation
from api.errors import invalid_parameter
from api.identifiers import checked_id
from api.messages import STATES, State
from api.requests import Request
from api.responses import Response, json_response
from groups.tools import changes
from groups.tools.inbox import Inbox

GROUP: Final = "tools"
ANYTHING: Final = etags.Tags(anything=True)


def handle(event: Mapping[str, Any], context: Invocation) -> dict[str, Any]:
    return serve(GROUP, HANDLERS, event, context)


def list_contacts(request: Request) -> Response:
    inbox, state = _inbox(), _state(request)
    listing = cursors.Listing(inbox.tenant, "listContacts", state or "")
    after = cursors.read(listing, request.parameter("cursor"))
    listed, last = inbox.page(state, after, pages.limit(request))
    body: dict[str, Any] = {"contacts": [message.as_json() for message in listed]}
    if last is not None:
        body["next_cursor"] = cursors.write(listing, last)
    return json_response(200, body)


def change_contact(request: Request) -> Response:
    message_id = checked_id(request.path["id"])
    change = changes.read(request.json_object())
    header = request.header("if-match")
    match = ANYTHING if header is None else etags.parse(header, "If-Match")
    inbox = _inbox()
    claim = idempotency.claim(request, inbox.tenant, GROUP, asdict(change))
    message, replayed = inbox.change(message_id, change, request.subject, match, claim)
    if replayed:
        metrics.count("IdempotentReplays")
    return json_response(200, message.as_json(), {"ETag": etags.of_version(message.version)})


def read_summary(_request: Request) -> Response:
    """Collections that hold nothing are left out: they exist only through their items."""
    inbox = _inbox()
    items = counters.totals(inbox.table, partitions.item_counts, inbox.tenant)
    return json_response(
        200, {"items": {name: n for name, n in items.items() if n}, "contacts": inbox.counts()}
    )


def _inbox() -> Inbox:
    return Inbox(table.current(), settings.current().tenant)


def _state(request: Request) -> State | None:
    given = request.parameter("state")
    if given is None:
        return None
    for state in STATES:
        if given == state:
            return state
    raise invalid_parameter("state", f"use one of {', '.join(STATES)}, or leave it out for all")


HANDLERS: Final[Handlers] = {
    "listContacts": list_contacts,
    "changeContact": change_contact,
    "readSummary": read_summary,
}
