"""The routes of the inbox of contact messages, which the platform has with the group contact alone."""

from dataclasses import asdict
from typing import Any, Final

from agreed.metrics import REPLAYS
from api import cursors, etags, idempotency, metrics, pages, settings, table
from api.application import Handlers
from api.errors import invalid_parameter
from api.identifiers import checked_id
from api.requests import Request
from api.responses import Response, json_response
from api.views import NEWEST
from groups.contact.declaration import STATES, State
from groups.tools import changes
from groups.tools.declaration import GROUP
from groups.tools.inbox import Inbox

ANYTHING: Final = etags.Tags(anything=True)


def list_contacts(request: Request) -> Response:
    inbox, state, view = _inbox(), _state(request), pages.view(request, NEWEST)
    listing = cursors.Listing(inbox.tenant, "listContacts", state or "", view)
    listed, last = inbox.page(state, pages.position(request, listing), pages.limit(request), view)
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
    claim = idempotency.claim(request, inbox.tenant, GROUP.name, asdict(change))
    message, replayed = inbox.change(message_id, change, request.subject, match, claim)
    if replayed:
        metrics.count(REPLAYS)
    return json_response(200, message.as_json(), {"ETag": etags.of_version(message.version)})


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


HANDLERS: Final[Handlers] = {"listContacts": list_contacts, "changeContact": change_contact}
