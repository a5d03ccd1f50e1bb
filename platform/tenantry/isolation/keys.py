"""Rules on encryption keys: each decrypts for its own tenant's roles, through services, what is the tenant's.

Whether a role's own policy asks for another's key, the matrix says. Here the key's policy is read: of its
conditions, the one on who calls is decided, and every other one counts as met. Each rule yields the leaks
that break it.
"""

from collections.abc import Iterator
from typing import Any

from ministack.core.iam_evaluator import EvalContext, ParsedStatement, evaluate

from tenantry.execution.registration import Registered
from tenantry.groups import current
from tenantry.isolation import actions, neighbours
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak, leak
from tenantry.isolation.reading import listed
from tenantry.rules.kinds.tokens import KEY, LOG_GROUP, ROLE, SECRET, TABLE
from tenantry.rules.naming import AUTHORIZER

LOGS_CONTEXT = "kms:EncryptionContext:aws:logs:arn"
SERVICES = ("dynamodb", "secretsmanager")
# What reads or writes under a key, or lets somebody do so; all else manages it.
_USES = ("decrypt", "encrypt", "reencrypt", "generate", "derive", "sign", "verify", "creategrant", "unlisted")
_BY_CALLER = "aws:principalarn"

KeyStatement = dict[str, Any]


def a_key_serves_its_own_tenants_roles_alone(cell: RegisteredCell) -> Iterator[Leak]:
    for key in cell.of(KEY):
        strangers = list(_strangers(cell, cell.owner(key)))
        for by, statement in _allowing(key):
            used = _used(statement)
            let_in = [who for who in strangers if used and _lets_in(statement, who)]
            for who in let_in[:1]:
                yield leak(key, used[0], f"{key.arn} for {who}", by)


def a_key_is_used_through_services_alone(cell: RegisteredCell) -> Iterator[Leak]:
    """Its account's principals, and CloudWatch Logs for the tenant's own groups; nobody by calling KMS."""
    services = {cell.arns.regional(service) for service in SERVICES}
    account = {"AWS": cell.arns.iam("root")}
    for key in cell.of(KEY):
        groups = {each.arn for each in cell.of(LOG_GROUP) if cell.owner(each) == cell.owner(key)}
        for by, statement in _allowing(key):
            principal, used = statement.get("Principal"), _used(statement)
            if principal == {"Service": cell.arns.regional("logs")}:
                met = _values(statement, "ArnEquals", LOGS_CONTEXT)
                open_to_all = not met or not met <= groups
            else:
                via = _values(statement, "StringEquals", "kms:ViaService")
                open_to_all = principal != account or bool(used and (not via or not via <= services))
            if open_to_all:
                yield leak(key, (used or ["kms:DescribeKey"])[0], key.arn, by)


def what_a_tenant_keeps_is_under_its_own_key(cell: RegisteredCell) -> Iterator[Leak]:
    """Under no other tenant's, and under its own without exception if it has one."""
    own = {cell.owner(key): key.arn for key in cell.of(KEY)}
    for each in cell.of(LOG_GROUP, SECRET, TABLE):
        inputs = each.inputs
        table = inputs.get("serverSideEncryption") or {}
        used = table.get("kmsKeyArn") if each.type == TABLE else inputs.get("kmsKeyId")
        if used != own.get(cell.owner(each)):
            yield leak(each, "kms:Decrypt", used or "a key of AWS's", "the key it is kept under")


def _strangers(cell: RegisteredCell, slug: str | None) -> Iterator[str]:
    """Roles of functions of other tenants, of those that there are and those that might be."""
    for role in cell.of(ROLE):
        if cell.owner(role) not in (None, slug):
            yield role.arn
    for place in neighbours.possible(cell, str(slug)):
        if place.names == cell.names:
            for group in (AUTHORIZER, *(member.name for member in current().members)):
                yield cell.arns.iam(f"role/{place.names.function(place.slug, group)}")


def _allowing(key: Registered) -> Iterator[tuple[str, KeyStatement]]:
    """A key without a policy gets one that opens it to its account."""
    open_to_all = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*"}]}
    policy = key.document("policy") if key.inputs.get("policy") else open_to_all
    for number, one in enumerate(policy["Statement"], start=1):
        if one["Effect"] == "Allow":
            yield f"policy/{one.get('Sid') or f'statement {number}'}", one


def _used(statement: KeyStatement) -> list[str]:
    if "NotAction" in statement:
        granted = actions.all_but(listed(statement["NotAction"]))
    else:
        granted = frozenset().union(*(actions.meant(each) for each in listed(statement["Action"])))
    return sorted(
        each
        for each in granted
        if each.lower().startswith(("kms:", "unlisted:")) and each.partition(":")[2].lower().startswith(_USES)
    )


def _lets_in(statement: KeyStatement, who: str) -> bool:
    if "Service" in (principal := statement.get("Principal") or {}) and "AWS" not in principal:
        return False
    on_caller = {
        operator: caller
        for operator, keys in (statement.get("Condition") or {}).items()
        if (caller := {key: value for key, value in keys.items() if key.lower() == _BY_CALLER})
    }
    parsed = ParsedStatement("", "Allow", ["*"], [], ["*"], [], on_caller)
    asked = EvalContext(who, "AssumedRole", "", "kms:Decrypt", "*", "")
    return bool(evaluate(asked, [[parsed]]).decision == "Allow")


def _values(statement: KeyStatement, operator: str, key: str) -> set[str]:
    return set(listed((statement.get("Condition") or {}).get(operator, {}).get(key, [])))
