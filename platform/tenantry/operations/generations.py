"""Find a secret by what its names begin with: each creation has a name of its own, its generation.

ListSecrets may be up to five minutes behind a deploy (Secrets Manager's reference, ListSecrets).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from tenantry.rules import naming


class Generation(NamedTuple):
    """`leaving`: it is scheduled for deletion, and can be restored until then."""

    name: str
    made: datetime
    leaving: bool


def newest(client: Any, secret: str) -> Generation | None:
    """The one in use; of those that are scheduled for deletion the newest, where none is.

    Args:
        client: boto3's `secretsmanager` client.
        secret: the name without a generation, as `Names.secret` answers it.
    """
    found = list(below(client, naming.generation(secret, "")))
    return max(found, key=lambda each: (not each.leaving, each.made), default=None)


def below(client: Any, prefix: str) -> Iterator[Generation]:
    """Every secret whose name begins so, those that are scheduled for deletion included."""
    pages = client.get_paginator("list_secrets").paginate(
        IncludePlannedDeletion=True, Filters=[{"Key": "name", "Values": [prefix]}]
    )
    for page in pages:
        for each in page["SecretList"]:
            if each["Name"].startswith(prefix):
                yield Generation(each["Name"], each["CreatedDate"], "DeletedDate" in each)
