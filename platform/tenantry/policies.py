"""Grant each function the actions it uses, on its own tenant's keys, and nothing else.

Plain strings in, policy documents out. Leading keys match exactly or end in `#*`: `#` can stand in no slug,
so `acme#*` can never cover `acme-eu#...`. Every statement on a table repeats the `Null` condition, because
`ForAllValues` is true of a request that carries no leading key at all.
"""

from typing import Any

Statement = dict[str, Any]
Policy = dict[str, Any]

INDEX = "by_state"
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


def contact(tenant: str, table: str, log_group: str) -> Policy:
    own = f"{tenant}#contact"
    return _policy(
        _log(log_group),
        TRACING,
        _keys("Put", ["PutItem"], table, f"{own}#message", f"{own}#idempotency#*"),
        _keys("Update", ["UpdateItem"], table, f"{own}#count#*"),
    )


def items(tenant: str, table: str, log_group: str, secret: str) -> Policy:
    own = f"{tenant}#items"
    return _policy(
        _log(log_group),
        TRACING,
        _keys("Use", ["DeleteItem", "GetItem", "Query"], table, f"{own}#item#*"),
        _keys("Put", ["PutItem"], table, f"{own}#item#*", f"{own}#idempotency#*"),
        _keys("Update", ["UpdateItem"], table, f"{own}#item#*", f"{own}#count#*"),
        _read(secret),
    )


def tools(tenant: str, table: str, log_group: str, secret: str) -> Policy:
    messages, counts = f"{tenant}#contact#message", f"{tenant}#contact#count#*"
    return _policy(
        _log(log_group),
        TRACING,
        _keys("Get", ["GetItem"], table, messages),
        _keys("Query", ["Query"], table, messages, counts, f"{tenant}#items#count#*"),
        _keys("QueryByState", ["Query"], f"{table}/index/{INDEX}", f"{tenant}#contact#state#*"),
        _keys("Put", ["PutItem"], table, f"{tenant}#tools#idempotency#*"),
        _keys("Update", ["UpdateItem"], table, messages, counts),
        _read(secret),
    )


def of_group(group: str, tenant: str, table: str, log_group: str, secret: str) -> Policy:
    """The policy of the function that serves a route group."""
    match group:
        case "contact":
            return contact(tenant, table, log_group)
        case "items":
            return items(tenant, table, log_group, secret)
        case "tools":
            return tools(tenant, table, log_group, secret)
    raise ValueError(f"no policy for route group {group}")


def boundary(tables: list[str], log_groups: str, secrets: str, signing_secrets: str) -> Policy:
    """The most that any role of the cell can ever hold, whatever its own policy says."""
    actions = ["DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"]
    return _policy(
        _log(log_groups),
        TRACING,
        {
            "Sid": "Items",
            "Effect": "Allow",
            "Action": [f"dynamodb:{action}" for action in actions],
            "Resource": [arn for table in tables for arn in (table, f"{table}/index/{INDEX}")],
            "Condition": {"Null": {"dynamodb:LeadingKeys": "false"}},
        },
        _read(secrets),
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


def _read(secret: str) -> Statement:
    return {
        "Sid": "ReadSecret",
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": secret,
    }
