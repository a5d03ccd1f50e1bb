"""AWS/DynamoDB, consumed capacity by table: the emulator tells it to those who ask, and measures none.

A table's indexes count as the table's own.
"""

import json
from collections.abc import Callable
from typing import Any

from tenantry.local.repairs.metric_minutes import record

NAMESPACE = "AWS/DynamoDB"
READ, WRITE = "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"
_METRICS = {
    "_get_item": READ,
    "_query": READ,
    "_scan": READ,
    "_batch_get_item": READ,
    "_transact_get_items": READ,
    "_put_item": WRITE,
    "_update_item": WRITE,
    "_delete_item": WRITE,
    "_batch_write_item": WRITE,
    "_transact_write_items": WRITE,
}


def repair() -> None:
    from ministack.services import dynamodb

    for name, metric in _METRICS.items():
        setattr(dynamodb, name, _measured(getattr(dynamodb, name), metric))


def _measured(act: Callable[[dict[str, Any]], Any], metric: str) -> Callable[[dict[str, Any]], Any]:
    def act_and_measure(data: dict[str, Any]) -> Any:
        asked = data.get("ReturnConsumedCapacity", "NONE") != "NONE"
        status, headers, body = act(data if asked else {**data, "ReturnConsumedCapacity": "TOTAL"})
        if status != 200:
            return status, headers, body
        answer = json.loads(body)
        consumed = answer.get("ConsumedCapacity", []) if asked else answer.pop("ConsumedCapacity", [])
        for each in consumed if isinstance(consumed, list) else [consumed]:
            record(NAMESPACE, metric, each["CapacityUnits"], "Count", {"TableName": each["TableName"]})
        return status, headers, body if asked else json.dumps(answer, ensure_ascii=False).encode()

    return act_and_measure
