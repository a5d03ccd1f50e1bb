"""A tenant's items and contact messages as a file holds them: without any key.

Keys are made of the slug that the records go to, so that no file can lead a write to another tenant.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from agreed import partitions
from tenantry.operations.backup.fields import FIELDS, ITEM, MESSAGE, Unfit

Attributes = dict[str, Any]  # attribute name -> DynamoDB's typed value, such as {"S": "text"}
Position = tuple[str, str, str]
"""Kind, collection, id: records are exported in this order, so none can be in a file twice."""

_ID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_COLLECTION = re.compile(r"[a-z][a-z0-9-]{0,62}")


class Count(NamedTuple):
    """The counter that a record is counted in."""

    partition: Callable[[str, int], str]
    name: str


@dataclass(frozen=True, slots=True)
class Record:
    """`collection` is empty for a message; `fields` are all attributes but the keys."""

    kind: str
    collection: str
    id: str
    fields: Mapping[str, str | int]

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> "Record":
        """Raises Unfit."""
        fields = dict(line)
        kind, collection, id_ = (fields.pop(name, "") for name in ("kind", "collection", "id"))
        known = FIELDS.get(kind) if isinstance(kind, str) else None
        if known is None:
            raise Unfit("of a kind that this version does not know")
        if not _matches(_ID, id_) or not (
            _matches(_COLLECTION, collection) if kind == ITEM else not collection
        ):
            raise Unfit("its id or collection cannot be one")
        for name, value in fields.items():
            if name not in known or not known[name].holds(value):
                raise Unfit(f"its {name if name in known else 'members'} cannot be what the API wrote")
        missing = [name for name, field in known.items() if not field.optional and name not in fields]
        if missing:
            raise Unfit(f"without {', '.join(missing)}")
        return cls(kind, collection, id_, fields)

    @classmethod
    def of_stored(cls, kind: str, collection: str, stored: Attributes) -> "Record":
        """Raises Unfit where the file could not give back exactly what is stored."""
        tenant = stored["pk"]["S"].partition("#")[0]
        known = FIELDS[kind]
        fields = {name: known[name].plain(stored[name]) for name in known if name in stored}
        named = {"collection": collection} if collection else {}
        record = cls.read({"kind": kind, **named, "id": stored["sk"]["S"], **fields})
        if record.stored(tenant) != stored:
            raise Unfit("with attributes that this version does not know")
        return record

    @property
    def position(self) -> Position:
        return self.kind, self.collection, self.id

    @property
    def line(self) -> dict[str, Any]:
        collection = {"collection": self.collection} if self.collection else {}
        return {"kind": self.kind, **collection, "id": self.id, **self.fields}

    def stored(self, tenant: str) -> Attributes:
        """As it is in a table; but for its entries; keys are made here and there alone."""
        known = FIELDS[self.kind]
        attributes = {name: {known[name].type: str(value)} for name, value in self.fields.items()}
        return {"pk": {"S": self._partition(tenant)}, "sk": {"S": self.id}, **attributes}

    def entries(self, tenant: str) -> list[Attributes]:
        """What stands beside it in a table, and in no file: a message is listed by its state."""
        if self.kind != MESSAGE:
            return []
        return [{"pk": {"S": partitions.messages_in_state(tenant, self._state)}, "sk": {"S": self.id}}]

    @property
    def count(self) -> Count:
        if self.kind == ITEM:
            return Count(partitions.item_counts, self.collection)
        return Count(partitions.message_counts, self._state)

    @property
    def _state(self) -> str:
        return str(self.fields["state"])

    def _partition(self, tenant: str) -> str:
        return partitions.items(tenant, self.collection) if self.kind == ITEM else partitions.messages(tenant)


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
