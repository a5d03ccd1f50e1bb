"""One collection of one tenant: every change is one atomic call, and nothing is read before a write."""

from typing import Any, NamedTuple

from agreed import partitions
from api import clock, counters, idempotency, identifiers
from api.errors import Conflict, NotFound, PreconditionFailed
from api.etags import Tags, stale
from api.idempotency import Claim
from api.identifiers import new_id
from api.responses import compact_json
from api.table import Attributes, Page, Refused, Table, in_partition
from groups.items.declaration import GROUP, ITEM
from groups.items.documents import Document, Item

COUNTS = counters.of(GROUP.name, ITEM.kind)
VERSION = {"#version": "version"}
NAMES = {"#data": "data", **VERSION}
NEVER = -1  # no item has this version: a list without any usable tag matches nothing
ATTEMPTS = 3  # on an item that others change between an assumed version and the next


class Collection(NamedTuple):
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

    def create(
        self, document: Document, claim: Claim | None, item_id: str | None = None
    ) -> tuple[Item, bool]:
        """The item, and whether it is an earlier request's, answered again.

        Raises:
            PreconditionFailed: there is an item under the id that the client chose.
        """
        now = clock.now_ms()
        moment = clock.rfc3339(now)
        item = Item(item_id or new_id(now), moment, moment, 1, document)
        put = {
            "Put": {
                "Item": {**self._key(item.id), **item.attributes()},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }
        try:
            first = idempotency.write(self.table, claim, [put], item.receipt(), now, [self._count(+1)])
        except Refused as refused:
            there = refused.found(0)
            if there is None:
                raise
            raise PreconditionFailed(stale(int(there["version"]["N"]))) from None
        return (item, False) if first is None else (Item.again(first, document), True)

    def replace(self, item_id: str, document: Document, match: Tags) -> Item:
        """In one call that is not a transaction, so that its answer holds the new version."""
        condition, values = _precondition(match)
        try:
            record = self.table.update(
                Key=self._key(item_id),
                UpdateExpression="SET #data = :data, updated_at = :now, #version = #version + :one",
                ConditionExpression=condition,
                ExpressionAttributeNames=NAMES,
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

    def replace_once(self, item_id: str, document: Document, match: Tags, claim: Claim) -> tuple[Item, bool]:
        """As `replace`, and whether it was an earlier request's.

        A transaction returns no new version, so the one to replace is assumed: the newest that is named, and
        the time that is in the id. Where that is wrong, as with ids that clients chose, the refusal says
        what is there.
        """
        version = max(match.versions(), default=1 if match.anything else NEVER)
        created_at = identifiers.created_at(item_id)
        for _ in range(ATTEMPTS):
            now = clock.now_ms()
            item = Item(item_id, created_at, clock.rfc3339(now), version + 1, document)
            try:
                first = idempotency.write(self.table, claim, [self._replacement(item)], item.receipt(), now)
            except Refused as refused:
                there = refused.found(0)
                if there is None:
                    raise _failed_precondition(refused) from None
                version, created_at = int(there["version"]["N"]), there["created_at"]["S"]
                match.require(version)
            else:
                return (item, False) if first is None else (Item.again(first, document), True)
        raise Conflict("others are changing the same item; read it and try again")

    def delete(self, item_id: str, match: Tags, claim: Claim | None) -> bool:
        """Whether an earlier request had done it."""
        condition, values = _precondition(match)
        delete: Attributes = {"Key": self._key(item_id), "ConditionExpression": condition}
        if values:
            delete |= {"ExpressionAttributeNames": VERSION, "ExpressionAttributeValues": values}
        writes, now = [{"Delete": delete}], clock.now_ms()
        try:
            first = idempotency.write(self.table, claim, writes, {}, now, [self._count(-1)])
        except Refused as refused:
            raise _failed_precondition(refused) from None
        return first is not None

    def _replacement(self, item: Item) -> dict[str, Attributes]:
        return {
            "Update": {
                "Key": self._key(item.id),
                "UpdateExpression": "SET #data = :data, updated_at = :now, #version = :version",
                "ConditionExpression": "#version = :read AND created_at = :created_at",
                "ExpressionAttributeNames": NAMES,
                "ExpressionAttributeValues": {
                    ":data": {"S": compact_json(item.document)},
                    ":now": {"S": item.updated_at},
                    ":version": {"N": str(item.version)},
                    ":read": {"N": str(item.version - 1)},
                    ":created_at": {"S": item.created_at},
                },
            }
        }

    @property
    def _partition(self) -> str:
        return partitions.records(self.tenant, GROUP.name, ITEM.kind, self.name)

    def _key(self, item_id: str) -> Attributes:
        return {"pk": {"S": self._partition}, "sk": {"S": item_id}}

    def _count(self, by: int) -> counters.Change:
        return counters.Change(COUNTS, self.tenant, self.name, by)


def _precondition(match: Tags) -> tuple[str, dict[str, Any]]:
    if match.anything:
        return "attribute_exists(pk)", {}
    versions = match.versions() or (NEVER,)
    values = {f":v{index}": {"N": str(version)} for index, version in enumerate(versions)}
    return f"attribute_exists(pk) AND #version IN ({', '.join(values)})", values


def _failed_precondition(refused: Refused) -> Refused | NotFound | PreconditionFailed:
    if not refused.failed(0):
        return refused
    record = refused.found(0)
    if record is None:
        return _missing()
    return PreconditionFailed(stale(int(record["version"]["N"])))


def _missing() -> NotFound:
    return NotFound("no item of this collection has this id")
