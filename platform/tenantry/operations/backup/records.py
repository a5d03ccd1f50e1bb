"""A tenant's records as a file holds them: without any key.

Keys are made of the slug that the records go to, so that no file can lead a write to another tenant.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from agreed import partitions
from agreed.identifiers import CHOSEN_ID, ID, SUBSET
from tenantry.operations.backup.fields import Plain, Unfit, attribute, holds, plain
from tenantry.operations.backup.kinds import ExportedKind, exported

Attributes = dict[str, Any]  # attribute name -> DynamoDB's typed value, such as {"S": "text"}
Position = tuple[str, str, str]
"""Label of the kind, subset, id: records are exported in this order, so none can be in a file twice."""


class RecordCounter(NamedTuple):
    """The counter that a record is counted in."""

    partition: str
    name: str


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """`subset` is empty where the kind has none; `fields` are all attributes but the keys."""

    kind: ExportedKind
    subset: str
    id: str
    fields: Mapping[str, Plain]

    @classmethod
    def read(cls, line: Mapping[str, Any]) -> "StoredRecord":
        """Raises Unfit."""
        fields = dict(line)
        label = fields.pop("kind", "")
        kind = exported().get(label) if isinstance(label, str) else None
        if kind is None:
            raise Unfit("of a kind that no installed group keeps")
        id_ = fields.pop("id", "")
        subset = fields.pop(kind.record.subset, "") if kind.record.subset else ""
        shape = CHOSEN_ID if kind.record.chosen_ids else ID
        if not _matches(shape, id_) or not (_matches(SUBSET, subset) if kind.record.subset else not subset):
            raise Unfit("its id or subset cannot be one")
        known = kind.fields
        for name, value in fields.items():
            if name not in known or not holds(known[name], value):
                raise Unfit(f"its {name if name in known else 'members'} cannot be what the API wrote")
        missing = [name for name, field in known.items() if not field.optional and name not in fields]
        if missing:
            raise Unfit(f"without {', '.join(missing)}")
        return cls(kind, subset, id_, fields)

    @classmethod
    def of_stored(cls, kind: ExportedKind, subset: str, stored: Attributes) -> "StoredRecord":
        """Raises Unfit where the file could not give back exactly what is stored."""
        tenant = stored["pk"]["S"].partition("#")[0]
        fields = {name: plain(field, stored[name]) for name, field in kind.fields.items() if name in stored}
        record = cls.read(cls(kind, subset, stored["sk"]["S"], fields).line)
        if record.stored(tenant) != stored:
            raise Unfit("with attributes that its declaration does not name")
        return record

    @property
    def position(self) -> Position:
        return self.kind.label, self.subset, self.id

    @property
    def line(self) -> dict[str, Any]:
        subset = {self.kind.record.subset: self.subset} if self.subset else {}
        return {"kind": self.kind.label, **subset, "id": self.id, **self.fields}

    def stored(self, tenant: str) -> Attributes:
        """As it is in a table; keys are made here and in `entries`, and nowhere else."""
        known = self.kind.fields
        partition = partitions.records(tenant, self.kind.group, self.kind.record.kind, self.subset)
        attributes = {name: attribute(known[name], value) for name, value in self.fields.items()}
        return {"pk": {"S": partition}, "sk": {"S": self.id}, **attributes}

    def entries(self, tenant: str) -> list[Attributes]:
        """What stands beside it in a table, and in no file: by these it is listed."""
        record = self.kind.record
        if not record.listed_by:
            return []
        value = str(self.fields[record.listed_by])
        return [
            {"pk": {"S": partitions.entries(tenant, self.kind.group, record, value)}, "sk": {"S": self.id}}
        ]

    def count(self, tenant: str, shard: int) -> RecordCounter | None:
        """None where its kind is not counted."""
        record = self.kind.record
        if not record.counted_by:
            return None
        name = self.subset if record.counted_by == record.subset else str(self.fields[record.counted_by])
        return RecordCounter(partitions.counts(tenant, self.kind.group, record.kind, shard), name)


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
