"""What a request consumes of DynamoDB, in the units that each answer states.

A call that is refused or gets no answer consumes too, but nothing says how much: only the table's own
metrics have it, for all tenants together.
"""

from collections.abc import Mapping
from typing import Any, Final

from agreed.metrics import READS, WRITES, Metric
from api import metrics

ASKED: Final = "TOTAL"  # the ReturnConsumedCapacity of every call


def count_read(answer: Mapping[str, Any]) -> None:
    """Of GetItem and Query, which report a total only, and of BatchGetItem, which reports one per table."""
    for each in _consumed(answer):
        metrics.count(READS, each["CapacityUnits"])


def count_write(answer: Mapping[str, Any]) -> None:
    """Of UpdateItem, and of TransactWriteItems, which states each table's, and reads where it had
    been made before (by its token)."""
    for each in _consumed(answer):
        reads = each.get("ReadCapacityUnits", 0)
        metrics.count(READS, reads)
        metrics.count(WRITES, each["CapacityUnits"] - reads)


def units(counts: Mapping[Metric, float]) -> dict[str, Any]:
    """Members for the line that ends a request."""
    return {"read_units": counts.get(READS, 0), "write_units": counts.get(WRITES, 0)}


def _consumed(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    consumed = answer.get("ConsumedCapacity") or []
    return consumed if isinstance(consumed, list) else [consumed]
