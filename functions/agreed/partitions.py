"""The partition keys of a tenant's records; roles are limited to exactly these prefixes.

Every key starts with `<tenant>#<group>#`: no slug holds `#`, so acme's prefix never matches acme-eu's. They
are all that IAM limits a write by, so nothing else of a record decides whose it is, or where it is listed.
"""

from typing import Final

RECORD: Final = "record"  # the sort key of a partition that holds one record
SHARDS: Final = 8  # partition keys over which a tenant's counts are spread


def items(tenant: str, collection: str) -> str:
    return f"{tenant}#items#item#{collection}"


def item_counts(tenant: str, shard: int | str) -> str:
    """A record for each collection that ever held an item, the collection's name as its sort key."""
    return f"{tenant}#items#count#{shard}"


def messages(tenant: str) -> str:
    return f"{tenant}#contact#message"


def messages_in_state(tenant: str, state: str) -> str:
    return entries(tenant, "contact", "message", "state", state)


def message_counts(tenant: str, shard: int | str) -> str:
    return f"{tenant}#contact#count#{shard}"


def idempotency(tenant: str, group: str, digest: str) -> str:
    return f"{tenant}#{group}#idempotency#{digest}"


def entries(tenant: str, group: str, kind: str, field: str, value: str) -> str:
    """An entry for each record of a kind whose field has this value, under the sort key of the record."""
    return f"{tenant}#{group}#{kind}-{field}#{value}"
