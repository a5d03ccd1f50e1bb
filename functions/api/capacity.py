"""What a request consumes of DynamoDB, in the units that each answer tells.

A call that is refused or gets no answer consumes too, but nothing tells how much: only the table's own
metrics have it, for all tenants together.
"""

from collections.abc import Mapping
from typing import Any, Final

from api import metrics

ASKED: Final = "TOTAL"  # the ReturnConsumedCapacity of every call


def count_read(answer: Mapping[str, Any]) -> None:
    """Of GetItem and Query, which tell a total only."""
    consumed = answer.get("ConsumedCapacity")
    if consumed:
        metrics.count("ConsumedReadCapacity", consumed["CapacityUnits"])


def count_write(answer: Mapping[str, Any]) -> None:
    """Of UpdateItem, and of TransactWriteItems, which tells each table's, and reads where it had been made
    before (by its token). Writes of indexes are in the total."""
    consumed = answer.get("ConsumedCapacity") or []
    for each in consumed if isinstance(consumed, list) else [consumed]:
        reads = each.get("ReadCapacityUnits", 0)
        metrics.count("ConsumedReadCapacity", reads)
        metrics.count("ConsumedWriteCapacity", each["CapacityUnits"] - reads)
