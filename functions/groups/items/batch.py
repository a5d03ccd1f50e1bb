"""Write several items in one transaction, of whatever collections: all of them, or none."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from api import clock, counters, idempotency
from api.errors import Fault, PreconditionFailed
from api.etags import Tags, of_version, stale
from api.idempotency import Claim
from api.identifiers import new_id
from api.table import Attributes, Refused, Table
from groups.items.actions import Action, Place
from groups.items.documents import Item, first_version
from groups.items.writes import Write

BY: dict[str, int] = {"create": +1, "replace": 0, "delete": -1}  # what an action adds to its collection


class Written(NamedTuple):
    """`ids` go by the writes' positions; `first` is the version of what is new under a chosen id."""

    moment: str
    ids: list[str]
    first: int

    def as_json(self, writes: Sequence[Write]) -> dict[str, Any]:
        """The documents are left out: whoever asks has them."""
        results = []
        for write, item_id in zip(writes, self.ids, strict=True):
            result: dict[str, Any] = {"collection": write.collection, "id": item_id}
            if write.action != "delete":
                result["version"] = self.version(write)
            results.append(result)
        return {"written_at": self.moment, "results": results}

    def version(self, write: Write) -> int:
        """Of what is there afterwards."""
        if write.version is not None:
            return write.version + 1
        return 1 if write.id is None else self.first

    def receipt(self) -> Attributes:
        return {
            "moment": {"S": self.moment},
            "ids": {"L": [{"S": each} for each in self.ids]},
            "first": {"N": str(self.first)},
        }

    @classmethod
    def again(cls, receipt: Attributes) -> "Written":
        """Of an earlier release too, whose versions all began with 1."""
        first = receipt.get("first", {"N": "1"})
        return cls(receipt["moment"]["S"], [each["S"] for each in receipt["ids"]["L"]], int(first["N"]))


def write(table: Table, tenant: str, writes: Sequence[Write], claim: Claim | None) -> tuple[Written, bool]:
    """What was written when, and whether an earlier request had done it.

    Raises:
        PreconditionFailed: its faults point to the writes that met another version, an item or none.
    """
    now = clock.now_ms()
    written = Written(clock.rfc3339(now), _ids(writes, now), first_version(now))
    actions = [
        _action(Place(tenant, write.collection), write, item_id, written)
        for write, item_id in zip(writes, written.ids, strict=True)
    ]
    try:
        first = idempotency.write(table, claim, actions, written.receipt(), now, _counts(tenant, writes))
    except Refused as refused:
        raise _unmet(writes, refused) from None
    return (written, False) if first is None else (Written.again(first), True)


def _ids(writes: Sequence[Write], now: int) -> list[str]:
    """New ones ascend, so that a listing has the items as the batch has them."""
    new = iter(sorted(new_id(now) for each in writes if each.id is None))
    return [each.id or next(new) for each in writes]


def _action(place: Place, write: Write, item_id: str, written: Written) -> Action:
    moment = written.moment
    if write.action == "create":
        return place.creation(Item(item_id, moment, moment, written.version(write), write.document))
    if write.action == "replace":
        return place.replacement(item_id, write.document, write.version or 0, moment)
    tags = (of_version(write.version),) if write.version else ()
    return place.deletion(item_id, Tags(anything=not tags, tags=tags))


def _counts(tenant: str, writes: Sequence[Write]) -> list[counters.Change]:
    """One step for each collection: a transaction writes a record once."""
    steps: Counter[str] = Counter()
    for each in writes:
        steps[each.collection] += BY[each.action]
    return [Place(tenant, name).counted(by) for name, by in steps.items() if by]


def _unmet(writes: Sequence[Write], refused: Refused) -> Refused | PreconditionFailed:
    faults: list[Fault] = []
    for position in range(len(writes)):
        if refused.failed(position):
            there = refused.found(position)
            detail = stale(int(there["version"]["N"])) if there else "no item of this collection has this id"
            faults.append({"pointer": f"/writes/{position}", "detail": detail})
    if not faults:
        return refused
    return PreconditionFailed("nothing was written; look at the writes listed in errors", tuple(faults))
