"""Spell the partition keys of a tenant's records; roles are limited to exactly these prefixes.

Every key starts with `<tenant>#<group>#`: no slug holds `#`, so acme's prefix never matches acme-eu's.
"""

from typing import Final

from agreed.declarations import COUNT, IDEMPOTENCY, Record

RECORD: Final = "record"  # the sort key of a partition that holds one record
SHARDS: Final = 8  # partition keys over which the counts of a kind are spread


def records(tenant: str, group: str, kind: str, subset: str = "") -> str:
    """`subset` is the value of the kind's own subset, such as a collection's name."""
    return "#".join((tenant, group, kind, *((subset,) if subset else ())))


def entries(tenant: str, group: str, record: Record, value: str) -> str:
    """Of the entries that list the records whose field has this value."""
    return f"{tenant}#{group}#{record.entries}#{value}"


def counts(tenant: str, group: str, kind: str, shard: int | str) -> str:
    """A record for each value that was ever counted, the value as its sort key."""
    return f"{tenant}#{group}#{COUNT}#{kind}#{shard}"


def idempotency(tenant: str, group: str, digest: str) -> str:
    return f"{tenant}#{group}#{IDEMPOTENCY}#{digest}"
