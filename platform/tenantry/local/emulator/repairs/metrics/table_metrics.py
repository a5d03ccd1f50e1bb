"""AWS/DynamoDB: consumed capacity by table and index, latency by operation; the emulator measures none.

What an operation consumes is the emulator's own figure, which it tells to those who ask. One that is refused
consumes nothing here.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from tenantry.local.emulator.repairs.metrics.metric_minutes import record

NAMESPACE = "AWS/DynamoDB"
READ, WRITE = "ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"
_BY_INDEX = ("Table", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")  # told with INDEXES alone
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

    for operation, (name, metric) in _METRICS.items():
        setattr(dynamodb, name, _measured(getattr(dynamodb, name), operation, metric))


def _measured(act: Callable[[dict[str, Any]], Any], operation: str, metric: str) -> Any:
    def act_and_measure(data: dict[str, Any]) -> Any:
        asked, began = data.get("ReturnConsumedCapacity", "NONE"), time.perf_counter()
        known = asked in ("NONE", "TOTAL", "INDEXES")
        status, headers, body = act({**data, "ReturnConsumedCapacity": "INDEXES"} if known else data)
        if status != 200:
            return status, headers, body
        milliseconds = float(f"{(time.perf_counter() - began) * 1000:.3g}")
        answer = json.loads(body)
        consumed = answer.get("ConsumedCapacity", [])
        for each in consumed if isinstance(consumed, list) else [consumed]:
            table = {"TableName": each["TableName"]}
            of_operation = {**table, "Operation": operation}
            record(NAMESPACE, "SuccessfulRequestLatency", milliseconds, "Milliseconds", of_operation)
            _measure(each, metric, table)
            for member in _BY_INDEX:
                each.pop(member, None)
        if asked == "INDEXES":
            return status, headers, body
        if asked == "NONE":
            answer.pop("ConsumedCapacity", None)
        return status, headers, json.dumps(answer, ensure_ascii=False).encode()

    return act_and_measure


def _measure(consumed: dict[str, Any], metric: str, table: dict[str, str]) -> None:
    """A global index's share under its own name, all else, local indexes' too, under the table's."""
    own = consumed["CapacityUnits"]
    for name, share in consumed.get("GlobalSecondaryIndexes", {}).items():
        own -= share["CapacityUnits"]
        record(
            NAMESPACE, metric, share["CapacityUnits"], "Count", {**table, "GlobalSecondaryIndexName": name}
        )
    record(NAMESPACE, metric, own, "Count", table)
