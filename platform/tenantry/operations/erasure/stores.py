"""Where a tenant's data may be: what is looked for in each place, how it is found, and how it is deleted.

Whatever is found is the tenant's alone: names and keys are followed by a character that no slug can hold.
"""

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tenantry.errors import WrongInput
from tenantry.operations import generations
from tenantry.operations.backup.archives import Reader
from tenantry.rules import naming
from tenantry.rules.key_policies import DELETION_WINDOW_DAYS
from tenantry.rules.naming import Names

BATCH = 25  # BatchWriteItem's most
LONGEST_PAUSE_SECONDS = 5.0
ENDING = "PendingDeletion"  # the state of a key whose deletion is scheduled, and can be cancelled


@dataclass(frozen=True, slots=True)
class Clients:
    """boto3 clients; `lambda_` only looks whether the tenant is still there.

    `tagging` is `resourcegroupstaggingapi`: a key has no name to be found by, and may have lost its alias.
    """

    dynamodb: Any
    secretsmanager: Any
    lambda_: Any
    logs: Any
    sqs: Any
    sts: Any
    kms: Any
    tagging: Any


@dataclass(frozen=True, slots=True)
class Store:
    """One place. What `find` yields, `delete` takes, up to `BATCH` at a time.

    Attributes:
        what: is looked for, for people.
        named: what is found has names, and is little; else it is deleted while it is read.
    """

    where: str
    what: str
    find: Callable[[], Iterator[Any]]
    delete: Callable[[list[Any]], None]
    named: bool = True


def stores(names: Names, tenant: str, clients: Clients, exports: Iterable[Path] = ()) -> Iterator[Store]:
    """All of them, in the order in which they are emptied.

    Keys come last: what is under a key that waits for its end cannot be read.

    Args:
        exports: files that `tenantry export` wrote for the tenant.

    Raises:
        WrongInput: such a file is none, another tenant's, or a link.
    """
    dynamodb, secrets, prefix = clients.dynamodb, clients.secretsmanager, f"{tenant}#"
    yield Store(
        f"table {names.table}",
        f"records under {prefix}",
        lambda: _records(dynamodb, names.table, prefix),
        lambda keys: _delete_records(dynamodb, names.table, keys),
        named=False,
    )
    yield Store(
        "DynamoDB",
        f"table {names.tenant(tenant)}",
        lambda: _tables(dynamodb, names.tenant(tenant)),
        lambda tables: _each(lambda table: _delete_table(dynamodb, table), tables),
    )
    yield Store(
        "Secrets Manager",
        f"secrets {names.secrets(tenant)}*, including those that could be restored",
        lambda: _secrets(secrets, names.secrets(tenant)),
        lambda found: _each(
            lambda name: secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True), found
        ),
    )
    for group in (naming.log_group(names.function(tenant, "")), names.log_groups(tenant)):
        yield Store(
            "CloudWatch Logs",
            f"log groups {group}*",
            lambda group=group: _log_groups(clients.logs, group),  # type: ignore[misc]
            lambda found: _each(lambda name: clients.logs.delete_log_group(logGroupName=name), found),
        )
    yield Store(
        "SQS",
        f"queues {names.queue(tenant, '')}*",
        lambda: _queues(clients.sqs, names.queue(tenant, "")),
        lambda found: _each(lambda url: clients.sqs.delete_queue(QueueUrl=url), found),
    )
    for file in exports:
        _require_export(file, tenant)
        yield Store(
            "this machine",
            f"export {file}",
            lambda file=file: iter([str(file)] if os.path.lexists(file) else []),  # type: ignore[misc]
            lambda found: _each(lambda name: Path(name).unlink(), found),
        )
    yield Store(
        "KMS",
        f"keys tagged {tenant}; each is deleted {DELETION_WINDOW_DAYS} days later",
        lambda: _keys(clients, names, tenant),
        lambda found: _each(
            lambda key: clients.kms.schedule_key_deletion(
                KeyId=key, PendingWindowInDays=DELETION_WINDOW_DAYS
            ),
            found,
        ),
    )


def ending_keys(names: Names, tenant: str, clients: Clients, scheduled: Iterable[str]) -> dict[str, datetime]:
    """Ids of the tenant's keys that wait for their end, whoever scheduled it, and when it comes.

    Args:
        scheduled: by this run; stated even if their tags are no longer found.
    """
    keys = sorted({*_tagged(clients.tagging, names, tenant), *scheduled})
    found = {key: clients.kms.describe_key(KeyId=key)["KeyMetadata"] for key in keys}
    return {key: each["DeletionDate"] for key, each in found.items() if each["KeyState"] == ENDING}


def _each(act: Callable[[Any], Any], found: list[Any]) -> None:
    for one in found:
        act(one)


def _records(dynamodb: Any, table: str, prefix: str) -> Iterator[dict[str, Any]]:
    """The whole table is read: keys cannot be listed by what they begin with. It is billed as reads."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(pk, :prefix)",
        ExpressionAttributeValues={":prefix": {"S": prefix}},
        ProjectionExpression="pk, sk",
        ConsistentRead=True,
    )
    for page in pages:
        yield from page["Items"]


def _delete_records(dynamodb: Any, table: str, keys: list[dict[str, Any]]) -> None:
    """DynamoDB hands back what it had no capacity for; it is asked again, ever more slowly."""
    requests = {table: [{"DeleteRequest": {"Key": key}} for key in keys]}
    pause = 0.05
    while requests:
        requests = dynamodb.batch_write_item(RequestItems=requests).get("UnprocessedItems") or {}
        if requests:
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _tables(dynamodb: Any, table: str) -> Iterator[str]:
    try:
        found = dynamodb.describe_table(TableName=table)["Table"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return
    if found["TableStatus"] != "DELETING":
        yield table


def _delete_table(dynamodb: Any, table: str) -> None:
    dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
    dynamodb.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1})
    dynamodb.delete_table(TableName=table)


def _secrets(client: Any, prefix: str) -> Iterator[str]:
    """ListSecrets shows one for minutes after its end; DescribeSecret does not."""
    for each in generations.below(client, prefix):
        try:
            client.describe_secret(SecretId=each.name)
        except client.exceptions.ResourceNotFoundException:
            continue
        yield each.name


def _log_groups(logs: Any, prefix: str) -> Iterator[str]:
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
        for group in page["logGroups"]:
            yield group["logGroupName"]


def _queues(sqs: Any, prefix: str) -> Iterator[str]:
    for page in sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix):
        yield from page.get("QueueUrls", [])


def _require_export(file: Path, tenant: str) -> None:
    """Only a file's last name is its end: a link that is deleted leaves the data where it is."""
    if not os.path.lexists(file):
        return  # deleted by an earlier run
    found = file.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise WrongInput(f"{file} is a symbolic link; name the file itself; nothing was deleted")
    if not stat.S_ISREG(found.st_mode):
        raise WrongInput(f"{file} is not a file; nothing was deleted")
    if found.st_nlink != 1:
        raise WrongInput(f"{file} has other names; delete its other hard links first; nothing was deleted")
    with file.open("rb") as export:
        header = Reader(export, str(file)).header
    if header.tenant != tenant:
        raise WrongInput(f"{file} is an export of {header.tenant}, not of {tenant}; nothing was deleted")


def _keys(clients: Clients, names: Names, tenant: str) -> Iterator[str]:
    """Ids of those that are in use still."""
    for key in _tagged(clients.tagging, names, tenant):
        if clients.kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] != ENDING:
            yield key


def _tagged(tagging: Any, names: Names, tenant: str) -> Iterator[str]:
    """Ids of the keys that were ever made for the tenant."""
    tags = {"managed-by": "tenantry", "stack": names.stack, "tenant": tenant}
    pages = tagging.get_paginator("get_resources").paginate(
        ResourceTypeFilters=["kms:key"],
        TagFilters=[{"Key": name, "Values": [value]} for name, value in tags.items()],
    )
    for page in pages:
        for found in page["ResourceTagMappingList"]:
            yield found["ResourceARN"].rpartition("/")[2]
