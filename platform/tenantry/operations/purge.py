"""Delete what a removed tenant left behind: items or table, secrets and keys. Nothing brings them back."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tenantry.errors import Failed
from tenantry.operations import generations
from tenantry.operations.aws import refusals_reported
from tenantry.rules.key_policies import DELETION_WINDOW_DAYS
from tenantry.rules.naming import AUTHORIZER, Names

BATCH = 25  # BatchWriteItem's most
LONGEST_PAUSE_SECONDS = 5.0


class StillDeployed(Failed):
    """The tenant's functions exist, so it may still be served."""


@dataclass(frozen=True, slots=True)
class PurgeClients:
    """boto3 clients; `lambda_` only looks whether the tenant is still there.

    `tagging` is `resourcegroupstaggingapi`: a key has no name to be found by, and may have lost its alias.
    """

    dynamodb: Any
    secretsmanager: Any
    lambda_: Any
    kms: Any
    tagging: Any


@dataclass(frozen=True, slots=True)
class Purged:
    items: int
    tables: tuple[str, ...]
    secrets: tuple[str, ...]
    keys: tuple[str, ...]


def purge(names: Names, tenant: str, clients: PurgeClients, on_deleted: Callable[[int], None]) -> Purged:
    """Delete all that is left of the tenant. Interrupted or repeated, it goes on where it was.

    Reads the whole pooled table once, because keys cannot be listed by prefix; that is billed as reads.

    Args:
        on_deleted: called with the number of items deleted so far.

    Raises:
        StillDeployed: deploy without the tenant's file first; nothing was deleted.
        Failed: AWS refuses. Without a pooled table, this is not the stack's Region, and nothing was deleted.
    """
    with refusals_reported(clients.dynamodb.meta.region_name):
        return _purge(names, tenant, clients, on_deleted)


def _purge(names: Names, tenant: str, clients: PurgeClients, on_deleted: Callable[[int], None]) -> Purged:
    if _is_deployed(clients.lambda_, names.function(tenant, AUTHORIZER)):
        raise StillDeployed(f"{tenant} is still deployed as stack {names.stack}; run `pulumi up` first")
    keys = list(_keys(clients, names, tenant))
    items = _delete_items(clients.dynamodb, names.table, f"{tenant}#", on_deleted)
    tables = (names.tenant(tenant),) if _delete_table(clients.dynamodb, names.tenant(tenant)) else ()
    secrets = tuple(sorted(_delete_secrets(clients.secretsmanager, names.secrets(tenant))))
    for key in keys:  # last: what is under a key that waits for its end cannot be read
        clients.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=DELETION_WINDOW_DAYS)
    return Purged(items, tables, secrets, tuple(keys))


def _is_deployed(lambda_: Any, function: str) -> bool:
    try:
        lambda_.get_function_configuration(FunctionName=function)
    except lambda_.exceptions.ResourceNotFoundException:
        return False
    return True


def _keys(clients: PurgeClients, names: Names, tenant: str) -> Iterator[str]:
    """Ids of the keys that were ever made for the tenant and are in use still."""
    tags = {"managed-by": "tenantry", "stack": names.stack, "tenant": tenant}
    pages = clients.tagging.get_paginator("get_resources").paginate(
        ResourceTypeFilters=["kms:key"],
        TagFilters=[{"Key": name, "Values": [value]} for name, value in tags.items()],
    )
    for page in pages:
        for found in page["ResourceTagMappingList"]:
            key = clients.kms.describe_key(KeyId=found["ResourceARN"])["KeyMetadata"]
            if key["KeyState"] != "PendingDeletion":
                yield key["KeyId"]


def _delete_table(dynamodb: Any, table: str) -> bool:
    try:
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    dynamodb.delete_table(TableName=table)
    return True


def _delete_items(dynamodb: Any, table: str, prefix: str, on_deleted: Callable[[int], None]) -> int:
    deleted = 0
    for keys in _batches(dynamodb, table, prefix):
        _delete_batch(dynamodb, table, keys)
        deleted += len(keys)
        on_deleted(deleted)
    return deleted


def _batches(dynamodb: Any, table: str, prefix: str) -> Iterator[list[dict[str, Any]]]:
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(pk, :prefix)",
        ExpressionAttributeValues={":prefix": {"S": prefix}},
        ProjectionExpression="pk, sk",
    )
    for page in pages:
        keys = page["Items"]
        yield from (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))


def _delete_batch(dynamodb: Any, table: str, keys: list[dict[str, Any]]) -> None:
    """DynamoDB hands back what it had no capacity for; it is asked again, ever more slowly."""
    requests = {table: [{"DeleteRequest": {"Key": key}} for key in keys]}
    pause = 0.05
    while requests:
        requests = dynamodb.batch_write_item(RequestItems=requests).get("UnprocessedItems") or {}
        if requests:
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _delete_secrets(secretsmanager: Any, prefix: str) -> Iterator[str]:
    """Every generation of each, at once: a recovery window that is running ends."""
    for each in list(generations.below(secretsmanager, prefix)):
        secretsmanager.delete_secret(SecretId=each.name, ForceDeleteWithoutRecovery=True)
        yield each.name
