"""What the record of changes says of a tenant, and whether it is as it was written."""

from collections.abc import Sequence
from dataclasses import dataclass

from tenantry.operations.trail import lines
from tenantry.operations.trail.acts import RecordedAct, acts
from tenantry.operations.trail.heads import Head
from tenantry.operations.trail.lines import Line
from tenantry.operations.trail.trail import Trail

NEWEST = 10  # acts that a page shows


@dataclass(frozen=True, slots=True)
class Record:
    """Of a whole stack: every line that can be read, the newest one's digest, and signs of alteration."""

    lines: Sequence[Line]
    head: Head | None
    faults: Sequence[str]


@dataclass(frozen=True, slots=True)
class TenantRecord:
    """The newest acts first; `older` is how many more there are. Faults are those of the whole record."""

    acts: Sequence[RecordedAct]
    older: int
    head: Head | None
    faults: Sequence[str]


def read(trail: Trail) -> Record:
    """Raises Failed: the record cannot be read."""
    head, faults = trail.faults()
    return Record(list(lines.readable(trail.contents())), head, faults)


def of_tenant(record: Record, slug: str) -> TenantRecord:
    found = acts(line for line in record.lines if line.concerns(slug))[::-1]
    return TenantRecord(found[:NEWEST], max(len(found) - NEWEST, 0), record.head, record.faults)
