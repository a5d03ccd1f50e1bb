"""One collection of one tenant: every change is one atomic call, and nothing is read before a write."""

from dataclasses import dataclass
from typing import Any

from api import clock, counters, partitions
from api.errors import NotFound, PreconditionFailed
from api.etags import Tags, stale
from api.idempotency import Claim, Stored
from api.identifiers import new_id
from api.responses import compact_json
from api.table import Attributes, Page, Refused, Table, in_partition
from items.documents import Document, Item

NAMES = {"#version": "version"}
NEVER = -1  # no item has this version: a list without any usable tag matches nothing


@dataclass(frozen=True, slots=True)
class Collection:
    table: Table
    tenant: str
    name: str

    def page(self, after: str | None, limit: int) -> Page:
        """Oldest first."""
        start = self._key(after) if after else None
        return self.table.page(start, limit, **in_partition(self._partition))

    def read(self, item_id: str) -> Item:
        record = self.table.get(self._key(item_id))
        if record is None:
            raise _missing()
        return Item.of(record)

    def create(self, document: Document, claim: Claim | None) -> tuple[Item, bool]:
        """The item, and whether it is an earlier request's, answered again."""
        now = clock.now_ms()
        stored = Stored(new_id(now), clock.rfc3339(now))
        item = _first_version(stored, document)
        put = {
            "Put": {
                "Item": {**self._key(item.id), **item.attributes()},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }
        writes = [put, claim.record(stored, now)] if claim else [put]
        try:
            counters.write(self.table, writes, [self._count(+1)])
        except Refused as refused:
            if claim is None or (record := refused.found(1)) is None:
                raise
            return _first_version(claim.first(record), document), True
        return item, False

    def replace(self, item_id: str, document: Document, match: Tags) -> Item:
        condition, values = _precondition(match)
        try:
            record = self.table.update(
                Key=self._key(item_id),
                UpdateExpression="SET #data = :data, updated_at = :now, #version = #version + :one",
                ConditionExpression=condition,
                ExpressionAttributeNames={"#data": "data", **NAMES},
                ExpressionAttributeValues={
                    ":data": {"S": compact_json(document)},
                    ":now": {"S": clock.rfc3339(clock.now_ms())},
                    ":one": {"N": "1"},
                    **values,
                },
            )
        except Refused as refused:
            raise _failed_precondition(refused) from None
        return Item.of(record)

    def delete(self, item_id: str, match: Tags) -> None:
        condition, values = _precondition(match)
        delete: Attributes = {"Key": self._key(item_id), "ConditionExpression": condition}
        if values:
            delete |= {"ExpressionAttributeNames": NAMES, "ExpressionAttributeValues": values}
        try:
            counters.write(self.table, [{"Delete": delete}], [self._count(-1)])
        except Refused as refused:
            if not refused.failed(0):
                raise
            raise _failed_precondition(refused) from None

    @property
    def _partition(self) -> str:
        return partitions.items(self.tenant, self.name)

    def _key(self, item_id: str) -> Attributes:
        return {"pk": {"S": self._partition}, "sk": {"S": item_id}}

    def _count(self, by: int) -> counters.Change:
        return counters.Change(partitions.item_counts, self.tenant, self.name, by)


def _first_version(stored: Stored, document: Document) -> Item:
    return Item(stored.id, stored.created_at, stored.created_at, 1, document)


def _precondition(match: Tags) -> tuple[str, dict[str, Any]]:
    if match.anything:
        return "attribute_exists(pk)", {}
    versions = match.versions() or (NEVER,)
    values = {f":v{index}": {"N": str(version)} for index, version in enumerate(versions)}
    return f"attribute_exists(pk) AND #version IN ({', '.join(values)})", values


def _failed_precondition(refused: Refused) -> NotFound | PreconditionFailed:
    record = refused.found(0)
    if record is None:
        return _missing()
    return PreconditionFailed(stale(int(record["version"]["N"])))


def _missing() -> NotFound:
    return NotFound("no item of this collection has this id")
