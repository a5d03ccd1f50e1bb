"""State what operators may do, each with no more than the work takes: deploy, preview, compare, look."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tenantry.rules.arns import Arns
from tenantry.rules.kinds import KINDS
from tenantry.rules.kinds.tokens import CERTIFICATE, CERTIFICATE_VALIDATION, RECORD
from tenantry.rules.naming import Names, log_group
from tenantry.rules.rights.looking import LISTS, VALUES
from tenantry.rules.rights.shape import Place, Right, policy
from tenantry.rules.rights.storage import LIST_TABLES, READ_TABLES

Policy = dict[str, Any]


# Registered for a domain whose hosted zone is given, and for nothing else.
OF_ZONES = frozenset({CERTIFICATE, CERTIFICATE_VALIDATION, RECORD})


def deploy(names: Names, arns: Arns) -> Policy:
    """All that `pulumi up`, `refresh` and `destroy` of the stack ask of AWS, but for domains in zones.

    It fits into the inline policies of a role, which hold 10,240 characters without blanks.
    """
    needed = [right for token, row in KINDS.items() if token not in OF_ZONES for right in row.rights]
    return policy(needed, Place(names, arns))


def zones(names: Names, arns: Arns, ids: Sequence[str]) -> Policy:
    """What whoever deploys needs beside `deploy` where domains name their hosted zones: those of these ids.

    A policy of its own, which fits into a managed one: 6,144 characters.
    """
    needed = [right for token in sorted(OF_ZONES) for right in KINDS[token].rights]
    return policy(needed, Place(names, arns, tuple(ids)))


def preview(names: Names, arns: Arns) -> Policy:
    """What `pulumi preview` asks beside the state: tables that come back to a tenant, and no item."""
    return policy([LIST_TABLES, READ_TABLES], Place(names, arns))


def drift(names: Names, arns: Arns) -> Policy:
    """What `tenantry fleet drift` asks beside the state: all that the provider reads to refresh.

    Values of secrets too, because the provider compares them.
    """
    return policy(_reading(), Place(names, arns))


def verify(names: Names, arns: Arns) -> Policy:
    """What `tenantry verify` asks: all that the provider reads to refresh, and lists of what is beside it.

    No value of a secret. Who may list API keys may have their values listed too: IAM knows no finer right.
    """
    return policy([*_reading(but=VALUES), *LISTS], Place(names, arns))


def _reading(but: Collection[str] = ()) -> Iterator[Right]:
    for right in (right for row in KINDS.values() for right in row.rights):
        reads = [each for each in right.reads.split() if f"{right.service}:{each}" not in but]
        if reads:
            yield replace(right, writes="", reads=" ".join(reads))


def audit(bucket: str, lines: str, histories: Sequence[str], arns: Arns) -> Policy:
    """What it takes to record changes and to read the record: a line may be added, and none written again.

    Args:
        lines: where the lines are in the bucket, as a key that ends in a slash.
        histories: what the keys of the engine's histories begin with, if they are in it too.
    """
    whole = f"arn:{arns.partition}:s3:::{bucket}"
    read = [f"{each}*" for each in (lines, *histories)]
    allowed: list[Policy] = [
        {"Sid": "Read", "Action": ["s3:GetObject"], "Resource": [f"{whole}/{each}" for each in read]},
        {
            "Sid": "Add",
            "Action": ["s3:PutObject"],
            "Resource": [f"{whole}/{lines}*"],
            # "Enforce conditional writes on Amazon S3 buckets": whoever does not ask for it may not write.
            "Condition": {"Null": {"s3:if-none-match": "false"}},
        },
        {
            "Sid": "List",
            "Action": ["s3:ListBucket", "s3:ListBucketVersions"],
            "Resource": [whole],
            "Condition": {"StringLike": {"s3:prefix": read}},
        },
    ]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **each} for each in allowed]}


def console(names: Names, arns: Arns) -> Policy:
    """All that `tenantry console` asks of AWS. Lists of queues and rules, and CloudWatch's figures, have no
    names to narrow.

    Who may list API keys may have their values listed too: IAM knows no finer right.
    """
    paths = ("restapis", "restapis/*/stages", "usageplans", "usageplans/*/usage", "apikeys")
    groups = [arns.log_group(names.access_log("*")), arns.log_group(log_group(names.function("*", "*")))]
    allowed = {
        "Tenants": (["apigateway:GET"], [arns.gateway(f"/{path}") for path in paths]),
        "Queues": (["sqs:ListQueues"], ["*"]),
        "Schedules": (["events:ListRules"], ["*"]),
        "Figures": (
            [
                f"cloudwatch:{each}"
                for each in ("DescribeAlarmContributors", "DescribeAlarms", "GetMetricData")
            ],
            ["*"],
        ),
        # With and without the streams' part, which AWS appends to a group's ARN.
        "Errors": (["logs:FilterLogEvents"], [*groups, *(f"{group}:*" for group in groups)]),
        "Sizes": (["dynamodb:DescribeTable"], [arns.table(names.table), arns.table(names.tenant("*"))]),
    }
    statements = [
        {"Sid": name, "Effect": "Allow", "Action": actions, "Resource": resources}
        for name, (actions, resources) in allowed.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}
