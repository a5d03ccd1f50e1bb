"""Grant each function the actions it uses, on its own tenant's keys, and nothing else.

Plain strings in, policy documents out. Leading keys match exactly or end in `#*`: `#` can stand in no slug,
so `acme#*` can never cover `acme-eu#...`. Every statement on a table repeats the `Null` condition, because
`ForAllValues` is true of a request that carries no leading key at all.
"""

from typing import Any

from agreed import partitions

Statement = dict[str, Any]
Policy = dict[str, Any]

# What Lambda's poller needs of the function's role ("Using Lambda with Amazon SQS"), and the backoff.
CONSUMING = ["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage"]
GROUPS_WITH_SECRET = ("items", "tools")  # the functions that read the tenant's secret

# No ARN exists to narrow these two; AWS documents `*` as their only resource.
TRACING = {
    "Sid": "Trace",
    "Effect": "Allow",
    "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    "Resource": "*",
}


def trust() -> Policy:
    """Who may take the role: Lambda alone."""
    return _policy(
        {
            "Sid": "Lambda",
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def authorizer(log_group: str) -> Policy:
    return _policy(_log(log_group), TRACING)


def contact(tenant: str, table: str, log_group: str, queue: str | None = None) -> Policy:
    """`queue` is where messages wait for delivery, if the tenant has them delivered."""
    entries = partitions.messages_in_state(tenant, "*")
    idempotency = partitions.idempotency(tenant, "contact", "*")
    return _policy(
        _log(log_group),
        TRACING,
        _keys("Put", ["PutItem"], table, partitions.messages(tenant), entries, idempotency),
        _keys("Update", ["UpdateItem"], table, partitions.message_counts(tenant, "*")),
        *([_on_queue("Send", ["SendMessage"], queue)] if queue else []),
    )


def items(tenant: str, table: str, log_group: str, secret: str) -> Policy:
    own, counts = partitions.items(tenant, "*"), partitions.item_counts(tenant, "*")
    return _policy(
        _log(log_group),
        TRACING,
        _keys("Use", ["DeleteItem", "GetItem", "Query"], table, own),
        _keys("Put", ["PutItem"], table, own, partitions.idempotency(tenant, "items", "*")),
        _keys("Update", ["UpdateItem"], table, own, counts),
        _read(secret),
    )


def tools(tenant: str, table: str, log_group: str, secret: str) -> Policy:
    messages, entries = partitions.messages(tenant), partitions.messages_in_state(tenant, "*")
    counts, item_counts = partitions.message_counts(tenant, "*"), partitions.item_counts(tenant, "*")
    return _policy(
        _log(log_group),
        TRACING,
        _keys("Get", ["BatchGetItem", "GetItem"], table, messages),
        _keys("Query", ["Query"], table, messages, entries, counts, item_counts),
        _keys("Put", ["PutItem"], table, entries, partitions.idempotency(tenant, "tools", "*")),
        _keys("Update", ["UpdateItem"], table, messages, counts),
        _keys("Delete", ["DeleteItem"], table, entries),
        _read(secret),
    )


def notifier(tenant: str, table: str, log_group: str, queue: str, means: Statement) -> Policy:
    """`means` is what it delivers by: `by_webhook` or `by_email`."""
    return _policy(
        _log(log_group),
        TRACING,
        _keys("Deliver", ["GetItem", "UpdateItem"], table, partitions.messages(tenant)),
        _on_queue("Receive", CONSUMING, queue),
        means,
    )


def by_webhook(secret: str) -> Statement:
    """The secret that deliveries are signed with."""
    return _read(secret)


def by_email(identities: list[str], sender: str) -> Statement:
    """From one address, whichever identity SES knows it by: the address itself or its domain."""
    return {
        "Sid": "SendEmail",
        "Effect": "Allow",
        "Action": "ses:SendEmail",
        "Resource": identities,
        "Condition": {"StringEquals": {"ses:FromAddress": sender}},
    }


def of_group(
    group: str, tenant: str, table: str, log_group: str, secret: str, queue: str | None = None
) -> Policy:
    """The policy of the function that serves a route group."""
    match group:
        case "contact":
            return contact(tenant, table, log_group, queue)
        case "items":
            return items(tenant, table, log_group, secret)
        case "tools":
            return tools(tenant, table, log_group, secret)
    raise ValueError(f"no policy for route group {group}")


def boundary(
    tables: list[str],
    log_groups: str,
    secrets: str,
    signing_secrets: str,
    queues: str,
    email: Statement | None = None,
) -> Policy:
    """The most that any role of the cell can ever hold, whatever its own policy says.

    No role needs the dead letters: SQS itself moves messages there, and an operator takes them back.
    """
    actions = ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"]
    return _policy(
        _log(log_groups),
        TRACING,
        {
            "Sid": "Items",
            "Effect": "Allow",
            "Action": [f"dynamodb:{action}" for action in actions],
            "Resource": tables,
            "Condition": {"Null": {"dynamodb:LeadingKeys": "false"}},
        },
        _read(secrets),
        _on_queue("Queues", ["SendMessage", *CONSUMING], queues),
        *([email] if email else []),
        {
            "Sid": "NoSigningKeys",
            "Effect": "Deny",
            "Action": "secretsmanager:*",
            "Resource": signing_secrets,
        },
    )


def extended(policy: Policy, statements: list[Statement]) -> Policy:
    """The policy with more statements, such as those that a tenant's own key asks for."""
    return {**policy, "Statement": [*policy["Statement"], *statements]}


def gateway_logging_trust() -> Policy:
    """API Gateway's account-wide role for writing logs."""
    return _policy(
        {
            "Sid": "Gateway",
            "Effect": "Allow",
            "Principal": {"Service": "apigateway.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def alarm_topic(topic: str, account: str, alarms: str) -> Policy:
    """Let the alarms of this cell publish, and nobody else."""
    return _policy(
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


def _policy(*statements: Statement) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _log(log_group: str) -> Statement:
    """Streams of one log group; the group itself is made by the program, so no right to create it."""
    return {
        "Sid": "Log",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{log_group}:*",
    }


def _keys(sid: str, actions: list[str], table: str, *leading_keys: str) -> Statement:
    """All keys of an action in one statement: a transaction may be judged by all that it puts at once."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": [f"dynamodb:{action}" for action in actions],
        "Resource": table,
        "Condition": {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": list(leading_keys)},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    }


def _on_queue(sid: str, actions: list[str], queue: str) -> Statement:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Action": [f"sqs:{action}" for action in actions],
        "Resource": queue,
    }


def _read(secret: str) -> Statement:
    return {
        "Sid": "ReadSecret",
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": secret,
    }
