"""Write down beside a message how its deliveries go; what is delivered is never made undelivered again.

The message's version and time stay: they cover what staff can change.
"""

from dataclasses import replace
from typing import Any, Literal

from api import clock
from api.table import Refused, Table
from groups.contact import deliveries, messages
from groups.contact.deliveries import Delivery
from groups.contact.messages import Message

Undone = Literal["pending", "failed", "gone"]


def delivered(table: Table, tenant: str, message: Message, receiver: str) -> None:
    """`receiver` is a webhook's name; none is `notify`."""
    now = clock.rfc3339(clock.now_ms())
    if receiver:
        before = message.deliveries.get(receiver, Delivery())
        after = Delivery("delivered", before.attempts + 1, now)
        _put(table, tenant, message.id, receiver, after, "attribute_exists(pk)", {})
        return
    _update(
        table,
        tenant,
        message.id,
        "SET delivery = :state, delivered_at = :now ADD delivery_attempts :one REMOVE delivery_error",
        "attribute_exists(pk)",
        {":state": {"S": "delivered"}, ":now": {"S": now}, ":one": {"N": "1"}},
    )


def failed(table: Table, tenant: str, message: Message, receiver: str, reason: str, state: Undone) -> None:
    """Unless it is "pending", no other attempt follows until an operator puts the dead letter back."""
    _not_delivered(table, tenant, message, receiver, reason, state, attempts=1)


def given_up(table: Table, tenant: str, message: Message, receiver: str, reason: str) -> None:
    """Without an attempt."""
    _not_delivered(table, tenant, message, receiver, reason, "failed", attempts=0)


def _not_delivered(
    table: Table, tenant: str, message: Message, receiver: str, reason: str, state: Undone, *, attempts: int
) -> None:
    if receiver:
        before = message.deliveries.get(receiver, Delivery())
        after = replace(before, state=state, attempts=before.attempts + attempts, error=reason)
        still = "(attribute_not_exists(deliveries.#receiver) OR NOT deliveries.#receiver.#state = :delivered)"
        values = {":delivered": {"S": "delivered"}}
        _put(table, tenant, message.id, receiver, after, f"attribute_exists(pk) AND {still}", values)
        return
    _update(
        table,
        tenant,
        message.id,
        "SET delivery = :state, delivery_error = :reason ADD delivery_attempts :more",
        "attribute_exists(pk) AND NOT delivery = :delivered",
        {
            ":state": {"S": state},
            ":reason": {"S": reason},
            ":delivered": {"S": "delivered"},
            ":more": {"N": str(attempts)},
        },
    )


def _put(
    table: Table,
    tenant: str,
    message_id: str,
    receiver: str,
    delivery: Delivery,
    condition: str,
    values: dict[str, Any],
) -> None:
    """Into the map, or with it: a message from before the tenant had webhooks has none."""
    names = {"#receiver": receiver, **({"#state": "state"} if "#state" in condition else {})}
    into: dict[str, Any] = {
        "UpdateExpression": "SET deliveries.#receiver = :delivery",
        "ConditionExpression": f"attribute_exists(deliveries) AND {condition}",
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {":delivery": delivery.as_map(), **values},
    }
    with_it: dict[str, Any] = {
        "UpdateExpression": "SET deliveries = :deliveries",
        "ConditionExpression": "attribute_exists(pk) AND attribute_not_exists(deliveries)",
        "ExpressionAttributeValues": {":deliveries": deliveries.map_of({receiver: delivery})["deliveries"]},
    }
    for update in (into, with_it, into):
        try:
            table.update(Key=messages.key(tenant, message_id), **update)
        except Refused as refused:
            found = refused.found(0)
            if found is None or (update is into and "deliveries" in found):
                return  # the message was erased meanwhile, or a second receive of the same entry delivered it
        else:
            return


def _update(
    table: Table, tenant: str, message_id: str, update: str, condition: str, values: dict[str, Any]
) -> None:
    try:
        table.update(
            Key=messages.key(tenant, message_id),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
        )
    except Refused:
        return  # the message was erased meanwhile, or a second receive of the same entry has delivered it
