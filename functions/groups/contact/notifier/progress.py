"""Write down beside a message how its delivery goes; what is delivered is never made undelivered again.

The message's version and time stay: they cover what staff can change.
"""

from typing import Any, Literal

from api import clock
from api.table import Refused, Table
from groups.contact import messages

Undone = Literal["pending", "failed", "gone"]


def delivered(table: Table, tenant: str, message_id: str) -> None:
    _update(
        table,
        tenant,
        message_id,
        "SET delivery = :state, delivered_at = :now ADD delivery_attempts :one REMOVE delivery_error",
        "attribute_exists(pk)",
        {":state": {"S": "delivered"}, ":now": {"S": clock.rfc3339(clock.now_ms())}},
    )


def failed(table: Table, tenant: str, message_id: str, reason: str, state: Undone) -> None:
    """Unless it is "pending", no other attempt follows until an operator puts the dead letter back."""
    _update(
        table,
        tenant,
        message_id,
        "SET delivery = :state, delivery_error = :reason ADD delivery_attempts :one",
        "attribute_exists(pk) AND NOT delivery = :delivered",
        {
            ":state": {"S": state},
            ":reason": {"S": reason},
            ":delivered": {"S": "delivered"},
        },
    )


def _update(
    table: Table, tenant: str, message_id: str, update: str, condition: str, values: dict[str, Any]
) -> None:
    try:
        table.update(
            Key=messages.key(tenant, message_id),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues={**values, ":one": {"N": "1"}},
        )
    except Refused:
        return  # the message was erased meanwhile, or a second receive of the same entry has delivered it
