"""The partition keys of a tenant's records, spelled as the functions do; a contract test compares the two."""

SHARDS = 8  # partition keys over which the functions spread a tenant's counts


def items(tenant: str, collection: str) -> str:
    return f"{tenant}#items#item#{collection}"


def item_counts(tenant: str, shard: int) -> str:
    """A record for each collection that ever held an item, the collection's name as its sort key."""
    return f"{tenant}#items#count#{shard}"


def messages(tenant: str) -> str:
    return f"{tenant}#contact#message"


def messages_in_state(tenant: str, state: str) -> str:
    """A value of the index's partition key."""
    return f"{tenant}#contact#state#{state}"


def message_counts(tenant: str, shard: int) -> str:
    return f"{tenant}#contact#count#{shard}"
