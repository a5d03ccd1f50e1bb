"""Read what the table holds of one tenant, as its owner may: every partition, past the API."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Stored:
    """`items`: id -> document with its version and collection; counts as the counters keep them."""

    items: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: list[tuple[str, str]] = field(default_factory=list)  # a message's state and id
    item_counts: Counter[str] = field(default_factory=Counter)
    message_counts: Counter[str] = field(default_factory=Counter)
    records: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # id -> idempotency


def read(dynamodb: Any, table: str, tenant: str) -> Stored:
    stored = Stored()
    for record in _records(dynamodb, table, tenant):
        _, group, kind, *rest = record["pk"]["S"].split("#")
        match group, kind:
            case "items", "item":
                stored.items[record["sk"]["S"]] = {
                    **json.loads(record["data"]["S"]),
                    "version": int(record["version"]["N"]),
                    "collection": rest[0],
                }
            case "contact", "message":
                stored.messages[record["sk"]["S"]] = {
                    name: next(iter(value.values())) for name, value in record.items()
                }
            case "contact", "message-state":
                stored.entries.append((rest[0], record["sk"]["S"]))
            case "items", "count":
                stored.item_counts[record["sk"]["S"]] += int(record["n"]["N"])
            case "contact", "count":
                stored.message_counts[record["sk"]["S"]] += int(record["n"]["N"])
            case _, "idempotency" if "id" in record:  # of what was created; a replacement's names no item
                stored.records[record["id"]["S"]].append(record["pk"]["S"])
    return stored


def _records(dynamodb: Any, table: str, tenant: str) -> Iterator[dict[str, Any]]:
    """A Scan, which no function may do; here it must find what lies where nobody would look."""
    for page in dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(pk, :own)",
        ExpressionAttributeValues={":own": {"S": f"{tenant}#"}},
        ConsistentRead=True,
    ):
        yield from page["Items"]
