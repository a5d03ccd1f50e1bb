"""The kinds of record that an export carries: all that the installed groups declare as exported."""

from typing import NamedTuple

from agreed.declarations import Field, Record
from tenantry.groups import Groups, current


class ExportedKind(NamedTuple):
    """A kind of record and the group that keeps it."""

    group: str
    record: Record

    @property
    def label(self) -> str:
        """As a file names it."""
        return f"{self.group}/{self.record.kind}"

    @property
    def fields(self) -> dict[str, Field]:
        return {field.name: field for field in self.record.fields}


def exported(groups: Groups | None = None) -> dict[str, ExportedKind]:
    """By label, in the order of the labels; by default those of the installed groups."""
    kinds = [
        ExportedKind(group.name, record)
        for group in (current() if groups is None else groups)
        for record in group.records
        if not record.not_exported
    ]
    return {kind.label: kind for kind in sorted(kinds, key=lambda kind: kind.label)}
