"""Declare a data table: the pooled one of a cell and the silo of a tenant have one shape, without an index.

IAM limits a role to partition keys of the table, and not of an index: any tenant's role could write into one.
"""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

PARTITION_KEY = "pk"
SORT_KEY = "sk"
EXPIRY = "expires_at"


def table(
    logical_name: str,
    physical_name: str,
    tags: dict[str, str],
    parent: pulumi.Resource,
    key: pulumi.Input[str] | None = None,
    adopted: bool = False,
    first: Sequence[pulumi.Resource] = (),
) -> aws.dynamodb.Table:
    """A table that outlives its declaration: deletion protected, and retained when the program drops it.

    Args:
        key: None leaves it encrypted under a key that AWS owns.
        adopted: take the table of that name, which an earlier declaration left behind, with its items.
        first: what must be in place before it is there, or under another key.
    """
    return aws.dynamodb.Table(
        logical_name,
        name=physical_name,
        billing_mode="PAY_PER_REQUEST",
        hash_key=PARTITION_KEY,
        range_key=SORT_KEY,
        attributes=[{"name": key, "type": "S"} for key in (PARTITION_KEY, SORT_KEY)],
        ttl={"attribute_name": EXPIRY, "enabled": True},
        point_in_time_recovery={"enabled": True},
        # Always explicit: the provider reads an omitted block as "leave it"; switching back would do nothing.
        server_side_encryption={"enabled": key is not None, "kms_key_arn": key},
        deletion_protection_enabled=True,
        tags=tags,
        opts=pulumi.ResourceOptions(
            parent=parent,
            retain_on_delete=True,
            import_=physical_name if adopted else None,
            depends_on=list(first),
        ),
    )
