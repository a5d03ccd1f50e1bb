"""The contact route: queue the message's id if it is to be delivered, store it with its count, accept it."""

from collections.abc import Mapping
from typing import Any, Final

from api import clock, counters, idempotency, metrics, partitions, queue, settings, table
from api.application import Handlers, serve
from api.deliveries import Delivery
from api.idempotency import Claim, Stored
from api.identifiers import new_id
from api.messages import Message
from api.queue import Entry
from api.requests import Request
from api.responses import Response, json_response
from api.table import Refused
from contact import form
from contact.form import Form

GROUP: Final = "contact"


def handle(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    return serve(GROUP, HANDLERS, event)


def send_message(request: Request) -> Response:
    tenant = settings.current().tenant
    sent = form.read(request.json_object())
    claim = idempotency.claim(request, tenant, GROUP, sent.as_json())
    stored, replayed = _store(tenant, sent, claim, request.request_id)
    metrics.count("IdempotentReplays" if replayed else "ContactsReceived", tenant)
    return json_response(202, {"id": stored.id, "state": "new", "created_at": stored.created_at})


def _store(tenant: str, sent: Form, claim: Claim | None, request_id: str) -> tuple[Stored, bool]:
    """What was stored, and whether an earlier request did it.

    Queued before it is stored: no crash between the two loses a message. The notifier drops an id that
    was never stored.
    """
    now = clock.now_ms()
    stored = Stored(new_id(now), clock.rfc3339(now))
    delivery = Delivery() if settings.current().queue_url else None
    if delivery:
        queue.put(Entry(stored.id, request_id))
    message = Message(
        id=stored.id,
        state="new",
        created_at=stored.created_at,
        updated_at=stored.created_at,
        delivery=delivery,
        **sent.as_json(),
    )
    put = {"Put": {"Item": message.record(tenant), "ConditionExpression": "attribute_not_exists(pk)"}}
    writes = [put, claim.record(stored, now)] if claim else [put]
    count = counters.Change(partitions.message_counts, tenant, "new", +1)
    try:
        counters.write(table.current(), writes, [count])
    except Refused as refused:
        if claim is None or (record := refused.found(1)) is None:
            raise
        return claim.first(record), True
    return stored, False


HANDLERS: Final[Handlers] = {"sendMessage": send_message}
