"""Read one tenant's records without reading anybody else's: by Query alone, on keys that start with its slug.

The table has no list of a tenant's partitions. Those of a kind that has subsets are named by their counters,
which stay, at zero, when a subset is empty.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from agreed import partitions
from tenantry.errors import Failed
from tenantry.operations.backup.fields import Unfit
from tenantry.operations.backup.kinds import ExportedKind, exported
from tenantry.operations.backup.records import Attributes, Position, StoredRecord
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
        """How many records the counters hold; others may write meanwhile."""
        return sum(
            int(record["n"]["N"])
            for kind in exported().values()
            for partition in self._counts(kind)
            for page in self._pages(partition)
            for record in page
        )

    def pages(self, after: Position | None) -> Iterator[list[StoredRecord]]:
        """Every record after a position, in the order of positions, each as it is when its page is read.

        Raises:
            Failed: a record is not one that the API writes.
        """
        first, subset, id_ = after or ("", "", "")
        for label, kind in exported().items():
            if label < first:
                continue
            begun = label == first
            for name in self._subsets(kind, subset if begun else ""):
                start = id_ if begun and name == subset else ""
                partition = partitions.records(self.tenant, kind.group, kind.record.kind, name)
                yield from self._records(kind, name, partition, start)

    def _counts(self, kind: ExportedKind) -> list[str]:
        if not kind.record.counted_by:
            return []
        return [
            partitions.counts(self.tenant, kind.group, kind.record.kind, shard)
            for shard in range(partitions.SHARDS)
        ]

    def _subsets(self, kind: ExportedKind, first: str) -> Iterator[str]:
        """The names from `first` on, in order; one at a time, since there may be any number."""
        if not kind.record.subset:
            return iter(("",))
        shards = (self._names(partition) for partition in self._counts(kind))
        return (name for name, _ in groupby(heapq.merge(*shards)) if name >= first)

    def _names(self, partition: str) -> Iterator[str]:
        return (record["sk"]["S"] for page in self._pages(partition) for record in page)

    def _records(
        self, kind: ExportedKind, subset: str, partition: str, after: str
    ) -> Iterator[list[StoredRecord]]:
        for page in self._pages(partition, after):
            yield [self._record(kind, subset, stored) for stored in page]

    def _record(self, kind: ExportedKind, subset: str, stored: Attributes) -> StoredRecord:
        try:
            return StoredRecord.of_stored(kind, subset, stored)
        except Unfit as unfit:
            where = " ".join(part for part in (self.table, kind.label, subset, stored["sk"].get("S")) if part)
            raise Failed(
                f"{where}: a record {unfit}; the API never writes such a record, so look at it first"
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
