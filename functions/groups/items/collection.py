"""One collection of one tenant: every change is one atomic call, and nothing is read before a write."""

from typing import NamedTuple

from api import clock, idempotency, identifiers
from api.errors import Conflict, NotFound, PreconditionFailed
from api.etags import Tags, stale
from api.idempotency import Claim
from api.identifiers import new_id
from api.merging import merged
from api.responses import compact_json
from api.table import Refused, Table
from api.views import View
from groups.items.actions import NAMES, NEVER, Action, Place, precondition
from groups.items.documents import Document, Item, bounded, first_version

CONTENDED = "others are changing the same item; read it and try again"
ATTEMPTS = 3  # on an item that others change between an assumed version and the next


class Listed(NamedTuple):
    """`last` is the id that the next page starts after; None where this page is the last one."""

    items: list[Item]
    last: str | None


class Collection(NamedTuple):
    table: Table
    tenant: str
    name: str

    def page(self, after: str | None, limit: int, view: View) -> Listed:
        page = self.table.page(self._place.partition, after, limit, view)
        items = [Item.of(record) for record in page.records]
        last = items[-1].id if page.more else None
        return Listed([item for item in items if item.dated] if view.bounded else items, last)

    def read(self, item_id: str) -> Item:
        record = self.table.get(self._place.key(item_id))
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
        version = 1 if item_id is None else first_version(now)
        item = Item(item_id or new_id(now), moment, moment, version, document)
        put, count = self._place.creation(item), self._place.counted(+1)
        try:
            first = idempotency.write(self.table, claim, [put], item.receipt(), now, [count])
        except Refused as refused:
            there = refused.found(0)
            if there is None:
                raise
            raise PreconditionFailed(stale(int(there["version"]["N"]))) from None
        return (item, False) if first is None else (Item.again(first, document), True)

    def replace(self, item_id: str, document: Document, match: Tags) -> Item:
        """In one call that is not a transaction, so that its answer holds the new version."""
        condition, values = precondition(match)
        try:
            record = self.table.update(
                Key=self._place.key(item_id),
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

    def patch(self, item_id: str, patch: Document, match: Tags, claim: Claim | None) -> tuple[Item, bool]:
        """The item, and whether an earlier request had changed it: then as it is now, since no copy of that
        request's answer is kept.

        The patch is applied to the version that was read, or anew if that was replaced. A match that
        the version does not meet is judged by the write all the same: a repeat is recognised there.
        """
        for _ in range(ATTEMPTS):
            item = self.read(item_id)
            exact = Tags(anything=False, tags=(item.etag,) if match.includes(item.version) else ())
            document = bounded(merged(item.document, patch), item.document)
            try:
                if claim is None:
                    return self.replace(item_id, document, exact), False
                changed, replayed = self.replace_once(item_id, document, exact, claim, item.created_at)
            except PreconditionFailed:
                if not exact.tags:
                    raise
            else:
                return (self.read(item_id), True) if replayed else (changed, False)
        raise Conflict(CONTENDED)

    def replace_once(
        self, item_id: str, document: Document, match: Tags, claim: Claim, created_at: str = ""
    ) -> tuple[Item, bool]:
        """As `replace`, and whether it was an earlier request's.

        A transaction returns no new version, so the one to replace is assumed: the newest that is named, and
        the time that is in the id. Where that is wrong, as with ids that clients chose, the refusal says
        what is there.
        """
        version = max(match.versions(), default=1 if match.anything else NEVER)
        created_at = created_at or identifiers.created_at(item_id)
        for _ in range(ATTEMPTS):
            now = clock.now_ms()
            item = Item(item_id, created_at, clock.rfc3339(now), version + 1, document)
            try:
                put = self._replacement(item)
                first = idempotency.write(self.table, claim, [put], item.receipt(), now)
            except Refused as refused:
                there = refused.found(0)
                if there is None:
                    raise _failed_precondition(refused) from None
                version, created_at = int(there["version"]["N"]), there["created_at"]["S"]
                match.require(version)
            else:
                return (item, False) if first is None else (Item.again(first, document), True)
        raise Conflict(CONTENDED)

    def delete(self, item_id: str, match: Tags, claim: Claim | None) -> bool:
        """Whether an earlier request had done it."""
        delete, count = self._place.deletion(item_id, match), self._place.counted(-1)
        try:
            first = idempotency.write(self.table, claim, [delete], {}, clock.now_ms(), [count])
        except Refused as refused:
            raise _failed_precondition(refused) from None
        return first is not None

    def _replacement(self, item: Item) -> Action:
        """Of the item that was created at this time: one of its id may have come after it."""
        action = self._place.replacement(item.id, item.document, item.version - 1, item.updated_at)
        update = action["Update"]
        update["ConditionExpression"] += " AND created_at = :created_at"
        update["ExpressionAttributeValues"][":created_at"] = {"S": item.created_at}
        return action

    @property
    def _place(self) -> Place:
        return Place(self.tenant, self.name)


def _failed_precondition(refused: Refused) -> Refused | NotFound | PreconditionFailed:
    if not refused.failed(0):
        return refused
    record = refused.found(0)
    if record is None:
        return _missing()
    return PreconditionFailed(stale(int(record["version"]["N"])))


def _missing() -> NotFound:
    return NotFound("no item of this collection has this id")
