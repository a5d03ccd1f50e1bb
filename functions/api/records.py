"""Keep a group's records as it declares them: each write with its count and its entry, in one transaction.

For groups that need no more than this; one that does works on `table`, `counters` and `idempotency` itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from agreed import partitions
from agreed.declarations import Field, Record
from api import clock, counters, idempotency, logs, settings, table
from api.errors import Conflict, NotFound
from api.idempotency import Claim
from api.identifiers import new_id
from api.table import Attributes, Page, Refused
from api.views import NEWEST, View

ATTEMPTS: Final = 3  # on a record that others change between the read and the write
NEWEST_FIRST: Final = View(NEWEST)
CREATED_AT: Final = "created_at"  # set here where the kind declares it

Plain = dict[str, Any]
"""A record as its fields say, and its `id`."""


class Listed(NamedTuple):
    """`last` is the id that the next page starts after; None where this page is the last one."""

    records: list[Plain]
    last: str | None


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one kind of the tenant that is served. `subset` names one of a kind that has subsets."""

    group: str
    record: Record
    subset: str = ""

    def create(self, fields: Plain, claim: Claim | None = None) -> tuple[Plain, bool]:
        """The new record, and whether an earlier request with the same Idempotency-Key made it."""
        now = clock.now_ms()
        made = {"id": new_id(now), **fields}
        if any(field.name == CREATED_AT for field in self.record.fields):
            made[CREATED_AT] = clock.rfc3339(now)
        stored = self._stored(made)
        put = {"Put": {"Item": stored, "ConditionExpression": "attribute_not_exists(pk)"}}
        entries = [{"Put": {"Item": entry}} for entry in self._entries(made)]
        receipt = {name: value for name, value in stored.items() if name not in ("pk", "sk")}
        receipt["id"] = {"S": made["id"]}
        first = idempotency.write(
            table.current(), claim, [put, *entries], receipt, now, self._counts(made, +1)
        )
        if first is None:
            return made, False
        return {"id": first["id"]["S"], **self._fields(first)}, True

    def read(self, id_: str) -> Plain:
        """Raises NotFound."""
        found = table.current().get(self._key(id_))
        if found is None:
            raise NotFound("there is nothing with this id")
        return self._plain(found)

    def page(self, after: str | None, limit: int, view: View = NEWEST_FIRST) -> Listed:
        """Strongly consistent."""
        page = table.current().page(self._partition, after, limit, view)
        return Listed(self._readable(page.records), _last(page))

    def listed(self, value: str, after: str | None, limit: int, view: View = NEWEST_FIRST) -> Listed:
        """Those whose `listed_by` field has this value; strongly consistent."""
        partition = partitions.entries(_tenant(), self.group, self.record, value)
        page = table.current().page(partition, after, limit, view)
        found = table.current().get_all([self._key(entry["sk"]["S"]) for entry in page.records])
        there = sorted(found, key=lambda record: str(record["sk"]["S"]), reverse=view.order == NEWEST)
        shown = [each for each in self._readable(there) if each[self.record.listed_by] == value]
        return Listed(shown, _last(page))

    def change(self, id_: str, fields: Mapping[str, Any]) -> Plain:
        """Set these fields, and remove those that are None, whatever else of the record changes meanwhile.

        Raises:
            ValueError: a field that is None is not optional.
            NotFound: it is not there.
            Conflict: others go on changing it.
        """
        for _ in range(ATTEMPTS):
            before = self.read(id_)
            after = {name: value for name, value in {**before, **fields}.items() if value is not None}
            writes = [self._update(before, fields)]
            if self._entries(before) != self._entries(after):
                writes += [{"Delete": {"Key": entry}} for entry in self._entries(before)]
                writes += [{"Put": {"Item": entry}} for entry in self._entries(after)]
            try:
                counters.write(table.current(), writes, self._moved(before, after))
            except Refused as refused:
                if not refused.failed(0):
                    raise
            else:
                return after
        raise Conflict("others are changing the same record; read it and try again")

    @property
    def _partition(self) -> str:
        return partitions.records(_tenant(), self.group, self.record.kind, self.subset)

    def _key(self, id_: str) -> Attributes:
        return {"pk": {"S": self._partition}, "sk": {"S": id_}}

    def _stored(self, made: Plain) -> Attributes:
        fields = {field.name: _attribute(field, made[field.name]) for field in self._set(made)}
        return {**self._key(made["id"]), **fields}

    def _set(self, made: Mapping[str, Any]) -> list[Field]:
        return [field for field in self.record.fields if made.get(field.name) is not None]

    def _plain(self, stored: Attributes) -> Plain:
        return {"id": stored["sk"]["S"], **self._fields(stored)}

    def _fields(self, stored: Attributes) -> Plain:
        """Raises KeyError or ValueError: the record is not one of this kind."""
        known = [field for field in self.record.fields if not field.optional or field.name in stored]
        return {field.name: _value(field, stored[field.name]) for field in known}

    def _readable(self, stored: list[Attributes]) -> list[Plain]:
        """No record fails a page: one that is not of this kind is logged, without what it holds."""
        found = []
        for each in stored:
            try:
                found.append(self._plain(each))
            except (KeyError, ValueError) as error:
                logs.failure(f"a record is not a {self.record.kind}", error, id=each["sk"]["S"])
        return found

    def _entries(self, made: Plain) -> list[Attributes]:
        if not self.record.listed_by:
            return []
        partition = partitions.entries(_tenant(), self.group, self.record, made[self.record.listed_by])
        return [{"pk": {"S": partition}, "sk": {"S": made["id"]}}]

    def _counts(self, made: Plain, by: int) -> list[counters.Change]:
        counted = self.record.counted_by
        if not counted:
            return []
        name = self.subset if counted == self.record.subset else made[counted]
        return [counters.Change(counters.of(self.group, self.record.kind), _tenant(), name, by)]

    def _moved(self, before: Plain, after: Plain) -> list[counters.Change]:
        left, entered = self._counts(before, -1), self._counts(after, +1)
        return [] if [each.name for each in left] == [each.name for each in entered] else [*left, *entered]

    def _update(self, before: Plain, fields: Mapping[str, Any]) -> dict[str, Attributes]:
        """On condition that what count and entry hang on is still as it was read."""
        known = {field.name: field for field in self.record.fields}
        kept = [name for name in {self.record.listed_by, self.record.counted_by} if name in known]
        removed = [name for name, value in fields.items() if value is None]
        for name in removed:
            if not known[name].optional:
                raise ValueError(f"{name} of a {self.record.kind} is not optional")
        changed = [name for name in fields if name not in removed]
        values = {f":{name}": _attribute(known[name], fields[name]) for name in changed}
        values |= {f":read_{name}": _attribute(known[name], before[name]) for name in kept}
        conditions = ["attribute_exists(pk)", *(f"#{name} = :read_{name}" for name in sorted(kept))]
        update: Attributes = {
            "Key": self._key(before["id"]),
            "UpdateExpression": _expression(changed, removed),
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": {f"#{name}": name for name in (*fields, *kept)},
        }
        if values:
            update["ExpressionAttributeValues"] = values
        return {"Update": update}


def _tenant() -> str:
    return settings.current().tenant


def _expression(changed: list[str], removed: list[str]) -> str:
    clauses = {"SET": [f"#{name} = :{name}" for name in changed], "REMOVE": [f"#{name}" for name in removed]}
    return " ".join(f"{verb} {', '.join(each)}" for verb, each in clauses.items() if each)


def _attribute(field: Field, value: Any) -> dict[str, Any]:
    return {field.type: value if field.type == "BOOL" else str(value)}


def _value(field: Field, attribute: Mapping[str, Any]) -> Any:
    value = attribute[field.type]
    return int(value) if field.type == "N" else value


def _last(page: Page) -> str | None:
    return str(page.records[-1]["sk"]["S"]) if page.more else None
