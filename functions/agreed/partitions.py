"""The partition keys of a tenant's records; roles are limited to exactly these prefixes.

Every key starts with `<tenant>#<group>#`: no slug holds `#`, so acme's prefix never matches acme-eu's.
"""

RECORD = "record"  # the sort key of a partition that holds one record


def items(tenant: str, collection: str) -> str:
    return f"{tenant}#items#item#{collection}"


def item_counts(tenant: str, shard: int | str) -> str:
    return f"{tenant}#items#count#{shard}"


def messages(tenant: str) -> str:
    return f"{tenant}#contact#message"


def messages_in_state(tenant: str, state: str) -> str:
    """A value of the index's partition key `state_key`."""
    return f"{tenant}#contact#state#{state}"


def message_counts(tenant: str, shard: int | str) -> str:
    return f"{tenant}#contact#count#{shard}"


def idempotency(tenant: str, group: str, digest: str) -> str:
    return f"{tenant}#{group}#idempotency#{digest}"
