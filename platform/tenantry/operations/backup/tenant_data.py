"""Read one tenant's records without reading anybody else's: by Query alone, on keys that start with its slug.

The table has no list of a tenant's partitions. Its collections are named by their counters, which
stay, at zero, when a collection is empty.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from agreed import partitions
from tenantry.errors import Failed
from tenantry.operations.backup.fields import ITEM, MESSAGE, Unfit
from tenantry.operations.backup.records import Attributes, Position, Record
from tenantry.operations.patience import patiently
from tenantry.rules.naming import Names

PAGE = 1_000  # records; a page that DynamoDB ends at 1 MB has fewer


@dataclass(frozen=True, slots=True)
class TenantData:
    """One tenant's part of the pooled table, or its own table; `dynamodb` is boto3's client."""

    tenant: str
    names: Names
    isolation: str
    dynamodb: Any

    @property
    def table(self) -> str:
        return self.names.tenant(self.tenant) if self.isolation == "silo" else self.names.table

    @property
    def region(self) -> str:
        return str(self.dynamodb.meta.region_name)

    def expected(self) -> int:
        """How many records the counters tell of; others may write meanwhile."""
        counts = (partitions.item_counts, partitions.message_counts)
        return sum(
            int(record["n"]["N"])
            for of_kind in counts
            for shard in range(partitions.SHARDS)
            for page in self._pages(of_kind(self.tenant, shard))
            for record in page
        )

    def pages(self, after: Position | None) -> Iterator[list[Record]]:
        """Every record after a position, in the order of positions, each as it is when its page is read.

        Raises:
            Failed: a record is not one that the API writes.
        """
        kind, collection, id_ = after or (ITEM, "", "")
        if kind == ITEM:
            for name in self._collections(collection):
                start = id_ if name == collection else ""
                yield from self._records(ITEM, name, partitions.items(self.tenant, name), start)
        start = id_ if kind == MESSAGE else ""
        yield from self._records(MESSAGE, "", partitions.messages(self.tenant), start)

    def _collections(self, first: str) -> Iterator[str]:
        """The names from `first` on, in order; one at a time, since there may be any number."""
        shards = (
            self._names(partitions.item_counts(self.tenant, shard)) for shard in range(partitions.SHARDS)
        )
        return (name for name, _ in groupby(heapq.merge(*shards)) if name >= first)

    def _names(self, partition: str) -> Iterator[str]:
        return (record["sk"]["S"] for page in self._pages(partition) for record in page)

    def _records(self, kind: str, collection: str, partition: str, after: str) -> Iterator[list[Record]]:
        for page in self._pages(partition, after):
            yield [self._record(kind, collection, stored) for stored in page]

    def _record(self, kind: str, collection: str, stored: Attributes) -> Record:
        try:
            return Record.of_stored(kind, collection, stored)
        except Unfit as unfit:
            where = " ".join(part for part in (self.table, kind, collection, stored["sk"].get("S")) if part)
            raise Failed(
                f"{where}: a record {unfit}; nothing of the API writes such, so look at it first"
            ) from None

    def _pages(self, partition: str, after: str = "") -> Iterator[list[Attributes]]:
        """Strongly consistent: what was acknowledged before is there."""
        more = True
        while more:
            answer = patiently(self._query(partition, after))
            if page := answer["Items"]:
                yield page
                after = page[-1]["sk"]["S"]
            more = bool(page) and "LastEvaluatedKey" in answer

    def _query(self, partition: str, after: str) -> Callable[[], dict[str, Any]]:
        condition, values = "pk = :partition", {":partition": {"S": partition}}
        if after:
            condition, values = f"{condition} AND sk > :after", {**values, ":after": {"S": after}}
        return lambda: self.dynamodb.query(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            Limit=PAGE,
        )
