"""Write policy documents: plain strings in, documents out; what each function is granted, `grants` says.

Whatever has a `ForAllValues` has the `Null` condition too: the former is true of a request without any
such value.
"""

from collections.abc import Iterable, Mapping
from typing import Any

Statement = dict[str, Any]
Policy = dict[str, Any]

# What Lambda's poller needs of the function's role ("Using Lambda with Amazon SQS"), and the backoff.
CONSUMING = ["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage"]
# All that any function may do to the tenant's records (`grants.OPERATIONS`).
ON_ITEMS = ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"]

# No ARN exists to narrow these two; AWS documents `*` as their only resource.
TRACING = {
    "Sid": "Trace",
    "Effect": "Allow",
    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    "Resource": "*",
}


def trust() -> Policy:
    """Who may take the role: Lambda alone."""
    return document(
        {
            "Sid": "Lambda",
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def authorizer(log_group: str, traced: bool = True) -> Policy:
    return document(log(log_group), *([TRACING] if traced else []))


def by_email(identities: list[str], sender: str, receivers: list[str] | None = None) -> Statement:
    """From one address, whichever identity SES knows it by: the address itself or its domain.

    Args:
        receivers: all whom a mail may name; None for a boundary, which knows no tenant.
    """
    condition: dict[str, Any] = {"StringEquals": {"ses:FromAddress": sender}}
    if receivers is not None:
        condition |= {
            "ForAllValues:StringEquals": {"ses:Recipients": receivers},
            "Null": {"ses:Recipients": "false"},
        }
    return {
        "Sid": "SendEmail",
        "Effect": "Allow",
        "Action": "ses:SendEmail",
        "Resource": identities,
        "Condition": condition,
    }


def overseeing(access_logs: list[str], usage: str) -> tuple[Statement, ...]:
    """Read calls by the access log, and what a usage plan counted.

    Args:
        access_logs: with and without the part of its streams, which AWS appends to a log group's ARN.
    """
    return (
        {"Sid": "Calls", "Effect": "Allow", "Action": "logs:FilterLogEvents", "Resource": access_logs},
        {"Sid": "Usage", "Effect": "Allow", "Action": "apigateway:GET", "Resource": usage},
    )


def boundary(
    tables: list[str],
    log_groups: str,
    secrets: str,
    signing_secrets: str,
    queues: str,
    dead_letters: str,
    overseen: tuple[Statement, ...],
    email: Statement | None = None,
    signers: list[str] | None = None,
) -> Policy:
    """The most that any role of the cell can ever hold, whatever its own policy says; `overseen` as
    `overseeing` answers it.

    Args:
        signers: patterns of the roles of functions that sign tokens; no other role reads a signing secret.

    No role needs the dead letters: SQS itself moves messages there, and an operator takes them back. Their
    names are among those that the pattern of the queues covers.
    """
    return document(
        log(log_groups),
        TRACING,
        {
            "Sid": "Items",
            "Effect": "Allow",
            "Action": [f"dynamodb:{operation}" for operation in ON_ITEMS],
            "Resource": tables,
            "Condition": {"Null": {"dynamodb:LeadingKeys": "false"}},
        },
        read_secrets([secrets]),
        on_queues("Queues", ["SendMessage", *CONSUMING], [queues]),
        *overseen,
        *([email] if email else []),
        {
            "Sid": "NoSigningKeys",
            "Effect": "Deny",
            "Action": "secretsmanager:*",
            "Resource": signing_secrets,
            **({"Condition": {"ArnNotLike": {"aws:PrincipalArn": signers}}} if signers else {}),
        },
        {"Sid": "NoDeadLetters", "Effect": "Deny", "Action": "sqs:*", "Resource": dead_letters},
    )


LEAVING = "Leaving"  # how statements are named that the next update takes back (docs/decisions/0023)


def extended(policy: Policy, more: list[Statement]) -> Policy:
    """The policy with more statements, such as those that a tenant's own key asks for."""
    return {**policy, "Statement": [*policy["Statement"], *more]}


def gateway_logging_trust() -> Policy:
    """API Gateway's account-wide role for writing logs."""
    return document(
        {
            "Sid": "Gateway",
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def alarm_topic(topic: str, account: str, alarms: str) -> Policy:
    """Let the alarms of this cell publish, and nobody else."""
    return document(
        {
            "Sid": "Alarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": topic,
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account},
                "ArnLike": {"aws:SourceArn": alarms},
            },
        }
    )


def budget_notices(topic: str, account: str, budget: str) -> Statement:
    """Let one budget publish to the topic, beside its alarms."""
    return {
        "Sid": "Budget",
        "Effect": "Allow",
        "Principal": {"Service": "budgets.amazonaws.com"},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": budget},
        },
    }


def document(*statements: Statement) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statements(policy: Mapping[str, Any]) -> list[Statement]:
    """Of a policy that somebody else may have written: AWS also takes one statement without a list."""
    stated = policy["Statement"]
    return stated if isinstance(stated, list) else [stated]


def log(log_group: str) -> Statement:
    """Streams of one log group; the group itself is made by the program, so no right to create it."""
    return {
        "Sid": "Log",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{log_group}:*",
    }


def on_keys(sid: str, operations: Iterable[str], table: str, leading_keys: Iterable[str]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": [f"dynamodb:{operation}" for operation in operations],
        "Resource": table,
        "Condition": {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(leading_keys)},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    }


def on_queues(sid: str, actions: Iterable[str], queues: list[str]) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": [f"sqs:{action}" for action in actions],
        "Resource": queues,
    }


def read_secrets(secrets: list[str]) -> Statement:
    return {
        "Sid": "ReadSecret",
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": secrets,
    }
