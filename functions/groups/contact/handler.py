"""The contact route: queue the message's id for each of its receivers, store and count it, accept it.

What fills in the trap is answered alike, and nothing of it is kept.
"""

from collections.abc import Mapping
from typing import Any, Final

from agreed.metrics import REPLAYS
from api import clock, counters, idempotency, metrics, queue, settings, table
from api.application import Handlers, serve
from api.deadline import Invocation
from api.idempotency import Claim
from api.identifiers import new_id
from api.queue import Entry
from api.requests import Request
from api.responses import Response, json_response
from api.table import Attributes
from groups.contact import form, messages
from groups.contact.declaration import EVENT, GROUP, MESSAGE, NOTIFY, RECEIVED, REDIRECT
from groups.contact.deliveries import Delivery
from groups.contact.form import Form
from groups.contact.messages import Message

QUEUE: Final = GROUP.queues[0].name
COUNTS: Final = counters.of(GROUP.name, MESSAGE.kind)


def handle(event: Mapping[str, Any], context: Invocation) -> dict[str, Any]:
    return serve(GROUP.name, HANDLERS, event, context)


def send_message(request: Request) -> Response:
    config, body = settings.current(), request.form_or_json()
    after = form.redirect(body, config.options.get(REDIRECT.name))
    sent = form.read(body)
    if form.is_trapped(body):
        now = clock.now_ms()
        return _accepted(new_id(now), clock.rfc3339(now), after)
    claim = idempotency.claim(request, config.tenant, GROUP.name, sent.as_json())
    receipt, replayed = _store(config.tenant, sent, claim, request.request_id)
    metrics.count(REPLAYS if replayed else RECEIVED)
    return _accepted(receipt["id"]["S"], receipt["created_at"]["S"], after)


def _accepted(message_id: str, created_at: str, after: str | None) -> Response:
    if after is not None:
        return Response(303, {"Location": after})
    return json_response(202, {"id": message_id, "state": "new", "created_at": created_at})


def _store(tenant: str, sent: Form, claim: Claim | None, request_id: str) -> tuple[Attributes, bool]:
    """Id and time of what was stored, and whether an earlier request did it.

    Queued before it is stored: no crash between the two loses a message. The notifier drops an id that
    was never stored.
    """
    now = clock.now_ms()
    moment = clock.rfc3339(now)
    receivers = _receivers()
    message = Message(
        id=new_id(now),
        state="new",
        created_at=moment,
        updated_at=moment,
        delivery=Delivery() if "" in receivers else None,
        deliveries={name: Delivery() for name in receivers if name},
        **sent.as_json(),
    )
    queue.put_all(QUEUE, [Entry(message.id, request_id, receiver=name) for name in receivers])
    put = {"Put": {"Item": message.record(tenant), "ConditionExpression": "attribute_not_exists(pk)"}}
    enter = {"Put": {"Item": messages.entry(tenant, message.state, message.id)}}
    receipt: Attributes = {"id": {"S": message.id}, "created_at": {"S": moment}}
    count = counters.Change(COUNTS, tenant, message.state, +1)
    first = idempotency.write(table.current(), claim, [put, enter], receipt, now, [count])
    return (receipt, False) if first is None else (first, True)


def _receivers() -> list[str]:
    """Who is to get the message, an entry each: the names of webhooks, and none for what `notify` names."""
    config = settings.current()
    named = [each.name for each in config.receivers if EVENT.type in each.events]
    return [*([""] if NOTIFY.name in config.options else []), *named]


HANDLERS: Final[Handlers] = {"sendMessage": send_message}
