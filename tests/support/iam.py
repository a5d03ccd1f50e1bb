"""Decide requests by IAM's rules, with the evaluator that the local platform enforces them by."""

from dataclasses import dataclass
from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from agreed.secrets import SIGNING
from tenantry import groups
from tenantry.rules import grants, policies
from tenantry.rules.arns import Arns
from tenantry.rules.grants import Reach
from tenantry.rules.naming import AUTHORIZER, Names, generation, log_group

ACCOUNT = "123456789012"
REGION = "eu-west-1"
ARNS = Arns("aws", REGION, ACCOUNT)
NAMES = Names("demo")
SENDER = "contact@example.com"
TABLE = ARNS.table(NAMES.table)
INDEX = f"{TABLE}/index/any"  # there is none

# Every action on a table that reads or writes items, beside those that a policy grants.
WIDE = ("Scan", "BatchWriteItem", "ConditionCheckItem", "GetRecords", "DescribeTable")
PARTIQL = ("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete")
KEYED = ("BatchGetItem", "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query")


@dataclass(frozen=True)
class Call:
    """One action on one resource; `keys` are the partition keys it touches, None where it carries none."""

    action: str
    resource: str
    keys: tuple[str, ...] | None = None


def allows(
    policy: policies.Policy,
    call: Call,
    boundary: policies.Policy | None = None,
    role: str = "any",
    **context: Any,
) -> bool:
    """`role` is the name of whose session calls."""
    if call.keys is not None:
        context["dynamodb:leadingkeys"] = list(call.keys)
    request = EvalContext(
        principal_arn=ARNS.iam(f"role/{role}"),  # as `aws:PrincipalArn` has it of a session
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=call.action,
        resource_arn=call.resource,
        region=REGION,
        service_context=context,
    )
    limits = [] if boundary is None else [[parse_policy_document(boundary)]]
    return bool(evaluate(request, [parse_policy_document(policy)], *limits).decision == "Allow")


def secret(name: str) -> str:
    """The ARN of one generation of a secret: Secrets Manager chooses the end."""
    return ARNS.secrets(generation(name, "0a1b2c3d")).replace("??????", "AbCdEf")


def functions() -> tuple[str, ...]:
    """Every function that a tenant can have."""
    return (AUTHORIZER, *(member.name for member in groups.current().members))


def role_policy(
    function: str, tenant: str, table: str = TABLE, names: Names = NAMES, arns: Arns = ARNS
) -> policies.Policy:
    """Where the tenant has every secret and queue that its groups declare, and mails nothing."""
    logs = arns.log_group(log_group(names.function(tenant, function)))
    if function == AUTHORIZER:
        return policies.authorizer(logs)
    installed = groups.current()
    member = installed.member(function)
    assert member, function
    known = [SIGNING, *(each.name for each in installed.secrets)]
    secrets = {each: secret(names.secret(tenant, each)) for each in known}
    queues = {each.name: arns.queue(names.queue(tenant, each.name)) for each in installed.queues}
    reach = Reach(
        table, logs, secrets, queues, overseen=overseeing(tenant, names, arns), listed=installed.names
    )
    return grants.of_member(member, installed, tenant, reach)


def overseeing(tenant: str, names: Names = NAMES, arns: Arns = ARNS) -> tuple[policies.Statement, ...]:
    """Of the tenant's access log and plan, whose id is `plan-of-` and its slug."""
    log = arns.log_and_streams(names.access_log(tenant))
    return policies.overseeing(log, arns.usage(f"plan-of-{tenant}"))


def boundary(names: Names = NAMES, arns: Arns = ARNS) -> policies.Policy:
    """The one of a cell, from the patterns that the cell's component gives."""
    return policies.boundary(
        tables=[arns.table(names.table), arns.table(names.tenant("*"))],
        log_groups=arns.log_group(log_group(names.function("*", "*"))),
        secrets=arns.secrets(generation(names.secret("*", "*"), "*")),
        signing_secrets=arns.secrets(generation(names.signing_secret("*"), "*")),
        queues=arns.queue(names.queue("*", "*")),
        dead_letters=arns.queue(names.dead_letters("*", "*")),
        overseen=policies.overseeing(arns.log_and_streams(names.access_log("*")), arns.usage("*")),
        email=by_email(arns),
        signers=[arns.iam(f"role/{names.function('*', 'tokens')}")],
    )


def by_email(arns: Arns = ARNS) -> policies.Statement:
    return policies.by_email([arns.identity("example.com")], SENDER)


def statements(policy: policies.Policy) -> list[dict[str, Any]]:
    return list(policy["Statement"])
