"""AWS/DynamoDB: consumed capacity by table, latency by operation; the emulator measures none.

What an operation consumes is the emulator's own figure, returned to those who ask. One that is refused
consumes nothing here.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from tenantry.local.emulator.repairs.metrics.metric_minutes import record

NAMESPACE = "AWS/DynamoDB"
READ, WRITE = "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"
_METRICS = {
    "GetItem": ("_get_item", READ),
    "Query": ("_query", READ),
    "Scan": ("_scan", READ),
    "BatchGetItem": ("_batch_get_item", READ),
    "TransactGetItems": ("_transact_get_items", READ),
    "PutItem": ("_put_item", WRITE),
    "UpdateItem": ("_update_item", WRITE),
    "DeleteItem": ("_delete_item", WRITE),
    "BatchWriteItem": ("_batch_write_item", WRITE),
    "TransactWriteItems": ("_transact_write_items", WRITE),
}


def repair() -> None:
    from ministack.services import dynamodb

    dynamodb._batch_get_item = _reporting(dynamodb._batch_get_item)
    for operation, (name, metric) in _METRICS.items():
        setattr(dynamodb, name, _measured(getattr(dynamodb, name), operation, metric))


def _reporting(get: Callable[[dict[str, Any]], Any]) -> Any:
    """The emulator reports no capacity of BatchGetItem; here it is that of as many GetItem."""

    def get_and_report(data: dict[str, Any]) -> Any:
        status, headers, body = get(data)
        if status != 200 or data.get("ReturnConsumedCapacity", "NONE") == "NONE":
            return status, headers, body
        answer = json.loads(body)
        answer["ConsumedCapacity"] = [
            {
                "TableName": table,
                "CapacityUnits": len(asked["Keys"]) * (1 if asked.get("ConsistentRead") else 0.5),
            }
            for table, asked in data["RequestItems"].items()
        ]
        return status, headers, json.dumps(answer, ensure_ascii=False).encode()

    return get_and_report


def _measured(act: Callable[[dict[str, Any]], Any], operation: str, metric: str) -> Any:
    def act_and_measure(data: dict[str, Any]) -> Any:
        asked, began = data.get("ReturnConsumedCapacity", "NONE"), time.perf_counter()
        status, headers, body = act({**data, "ReturnConsumedCapacity": "TOTAL"} if asked == "NONE" else data)
        if status != 200:
            return status, headers, body
        milliseconds = float(f"{(time.perf_counter() - began) * 1000:.3g}")
        answer = json.loads(body)
        consumed = answer.get("ConsumedCapacity", [])
        for each in consumed if isinstance(consumed, list) else [consumed]:
            table = {"TableName": each["TableName"]}
            of_operation = {**table, "Operation": operation}
            record(NAMESPACE, "SuccessfulRequestLatency", milliseconds, "Milliseconds", of_operation)
            record(NAMESPACE, metric, each["CapacityUnits"], "Count", table)
        if asked == "NONE":
            answer.pop("ConsumedCapacity", None)
            body = json.dumps(answer, ensure_ascii=False).encode()
        return status, headers, body

    return act_and_measure
