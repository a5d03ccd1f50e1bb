"""Name a partition key of each kind: those that the declarations speak of, with something put for each `*`.

A few follow that no declaration names; a role that reaches those has been granted too much.
"""

from functools import cache

from agreed import partitions
from tenantry.groups import current
from tenantry.rules.grants import key_patterns


@cache
def partition_keys(slug: str) -> tuple[str, ...]:
    return (*sorted(_granted(slug)), slug, f"{slug}#", f"{slug}#later#x", f"{slug}#{slug}#x")


@cache
def inbox(slug: str) -> tuple[str, str] | None:
    """The partitions of a kind that is listed, and of its entries; None where no group lists any."""
    for group in current():
        for record in group.records:
            if record.listed_by:
                value = (*record.field(record.listed_by).choices, "x")[0]
                listed = partitions.entries(slug, group.name, record, value)
                return partitions.records(slug, group.name, record.kind), listed
    return None


def _granted(slug: str) -> set[str]:
    groups = current()
    return {
        pattern.replace("*", "x")
        for member in groups.members
        for use in member.function.uses
        for pattern in key_patterns(use, member.group.name, groups, slug)
    }
