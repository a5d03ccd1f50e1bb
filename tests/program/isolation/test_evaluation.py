"""IAM's semantics as the proof takes them: AWS's own where they are certain, the holder's side where not."""

from typing import Any

import pytest

from tenantry.isolation import actions
from tenantry.isolation.evaluation import Decision, Holder, Request
from tenantry.isolation.reading import ReadPolicy, Unreadable
from tests.support.iam import Call, allows
from tests.support.mutations import allow

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/t"
BARE, OWN, OTHERS = None, ("acme#x",), ("acme-eu#x",)
KEYS = {"dynamodb:LeadingKeys": ["acme#*"]}
PRESENT = {"Null": {"dynamodb:LeadingKeys": "false"}}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


ROLES = "arn:aws:iam::000000000000:role/"


def decide(
    *statements: dict[str, Any],
    action: str = "dynamodb:GetItem",
    resource: str = TABLE,
    keys: tuple[str, ...] | None = OTHERS,
    boundary: dict[str, Any] | None = None,
) -> tuple[Decision, str]:
    own = ReadPolicy.read("own", document(*statements))
    limit = None if boundary is None else ReadPolicy.read("boundary", document(boundary))
    holder = Holder((own,), limit, "000000000000", "us-east-1", f"{ROLES}tenantry_demo_acme_items")
    return holder.decide(Request(action, resource, keys))


def denying(**more: Any) -> dict[str, Any]:
    return {"Sid": "No", "Effect": "Deny", "Action": "dynamodb:*", "Resource": "*", **more}


ANY = allow("dynamodb:*", "*")


@pytest.mark.parametrize(
    ("condition", "keys", "allowed"),
    [
        ({"ForAllValues:StringLike": KEYS}, OWN, True),
        ({"ForAllValues:StringLike": KEYS}, OTHERS, False),
        ({"ForAllValues:StringLike": KEYS}, BARE, True),  # true of a request without keys
        ({"ForAllValues:StringLike": KEYS, **PRESENT}, BARE, False),
        ({"ForAllValues:StringLike": KEYS, **PRESENT}, OWN, True),
        ({"ForAllValues:StringLike": KEYS}, OWN + OTHERS, False),
        ({"ForAnyValue:StringLike": KEYS}, OWN + OTHERS, True),
        ({"ForAnyValue:StringLike": KEYS}, BARE, False),
        ({"forallvalues:stringlike": {"DynamoDB:leadingkeys": "acme#*"}}, OWN, True),
        ({"ForAllValues:StringLikeIfExists": KEYS}, OTHERS, False),
        ({"ForAllValues:StringEquals": KEYS}, OWN, False),  # no wildcard here
        ({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "ACME#*"}}, OWN, False),
        ({"Null": {"dynamodb:LeadingKeys": "true"}}, BARE, True),
    ],
)
def test_conditions_on_leading_keys_are_decided_as_aws_decides_them(
    condition: dict[str, Any], keys: tuple[str, ...] | None, allowed: bool
) -> None:
    decision, by = decide(allow("dynamodb:GetItem", TABLE, condition), keys=keys)
    assert (decision is Decision.ALLOWED) is allowed
    assert by == ("own/Wide" if allowed else "the condition of own/Wide")


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": KEYS},
        {"ForAllValues:NoSuchOperator": KEYS},
        {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
        {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "${aws:PrincipalTag/tenant}#*"}},
        {"ForAnyValue:StringLike": {"dynamodb:Attributes": ["name"]}},
    ],
)
def test_a_condition_that_cannot_be_relied_on_is_none(condition: dict[str, Any]) -> None:
    """The evaluator alone would deny, and a proof by it would be of nothing."""
    statement = allow("dynamodb:GetItem", TABLE, condition)
    assert not allows(document(statement), Call("dynamodb:GetItem", TABLE, OTHERS))
    assert decide(statement) == (Decision.ALLOWED, "own/Wide")


def test_an_explicit_deny_wins() -> None:
    assert decide(ANY, denying()) == (Decision.DENIED, "own/No")


@pytest.mark.parametrize(
    "hanging",
    [
        {"Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Resource": "arn:aws:dynamodb:*:*:table/${aws:username}"},
    ],
)
def test_a_deny_that_hangs_on_circumstances_is_not_relied_on(hanging: dict[str, Any]) -> None:
    assert decide(ANY, denying(**hanging)) == (Decision.ALLOWED, "own/Wide")


def test_what_the_boundary_alone_stops_is_told_apart() -> None:
    narrow = allow("dynamodb:Query", "*")
    assert decide(ANY, boundary=narrow) == (Decision.HELD, "own/Wide")
    assert decide(ANY, boundary=denying()) == (Decision.HELD, "own/Wide")
    assert decide(ANY, boundary=ANY) == (Decision.ALLOWED, "own/Wide")
    assert decide(allow("s3:*", "*"), boundary=ANY) == (Decision.DENIED, "nothing allows it")


@pytest.mark.parametrize(
    ("statement", "action", "resource", "allowed"),
    [
        (allow("DynamoDB:getitem", TABLE), "dynamodb:GetItem", TABLE, True),
        (allow("dynamodb:Get?tem", TABLE), "dynamodb:GetItem", TABLE, True),
        (allow("dynamodb:GetItem", TABLE.upper()), "dynamodb:GetItem", TABLE, False),
        (allow("dynamodb:GetItem", f"{TABLE}/*"), "dynamodb:GetItem", TABLE, False),
        (allow(None, "*", NotAction="dynamodb:*"), "dynamodb:GetItem", TABLE, False),
        (allow(None, "*", NotAction="s3:*"), "dynamodb:GetItem", TABLE, True),
        (allow("dynamodb:*", None, NotResource=TABLE), "dynamodb:GetItem", TABLE, False),
        (allow("dynamodb:*", None, NotResource=TABLE), "dynamodb:GetItem", f"{TABLE}2", True),
        # An action that has no resource is granted on `*` or not at all.
        (allow("dynamodb:ListTables", TABLE), "dynamodb:ListTables", "*", False),
        (allow("dynamodb:ListTables", "*"), "dynamodb:ListTables", "*", True),
    ],
)
def test_actions_and_resources_match_as_they_do_on_aws(
    statement: dict[str, Any], action: str, resource: str, allowed: bool
) -> None:
    assert (decide(statement, action=action, resource=resource)[0] is Decision.ALLOWED) is allowed


@pytest.mark.parametrize(
    "broken",
    [
        {"Effect": "allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*"},
        {"Effect": "Allow", "Action": [], "Resource": "*"},
        {"Effect": "Allow", "Action": "s3:*", "Resource": {}},
        {"Effect": "Allow", "Action": "s3:*", "NotAction": "s3:*", "Resource": "*"},
    ],
)
def test_a_statement_that_the_evaluator_would_pass_over_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match="the policy own cannot be read"):
        ReadPolicy.read("own", document(broken))


def test_a_wildcard_stands_for_every_operation_of_the_service_and_for_those_to_come() -> None:
    meant = actions.meant("dynamodb:*")
    assert {"dynamodb:Scan", "dynamodb:PartiQLSelect", "dynamodb:ExportTableToPointInTime"} <= meant
    assert {"dynamodb:GetRecords", "dynamodb:Unlisted"} <= meant
    assert actions.meant("glue:*") == {"glue:Unlisted"}
    assert "unlisted:Unlisted" in actions.meant("*")
    assert actions.meant("lambda:invoke*") >= {"lambda:InvokeFunction", "lambda:Invoke"}


def test_an_exception_stands_for_everything_else() -> None:
    meant = actions.all_but(["dynamodb:*", "S3:Get*"])
    assert {"s3:PutObject", "sqs:SendMessage", "unlisted:Unlisted"} <= meant
    assert not [each for each in meant if each.startswith(("dynamodb:", "s3:Get"))]


@pytest.mark.parametrize(
    ("operator", "pattern", "met"),
    [
        ("ArnLike", "tenantry_demo_*_items", True),
        ("ArnLike", "tenantry_demo_*_tokens", False),
        ("ArnEquals", "tenantry_demo_acme_items", True),
        ("ArnNotLike", "tenantry_demo_*_items", False),
        ("ArnNotLike", "tenantry_demo_*_tokens", True),
    ],
)
def test_a_condition_on_the_role_that_calls_is_decided(operator: str, pattern: str, met: bool) -> None:
    condition = {operator: {"aws:PrincipalArn": [ROLES + pattern]}}
    assert (decide(allow("dynamodb:GetItem", TABLE, condition))[0] is Decision.ALLOWED) is met
    denied = {**allow("dynamodb:GetItem", TABLE, condition), "Effect": "Deny"}
    both = decide(allow("dynamodb:GetItem", TABLE), denied)
    assert (both[0] is Decision.DENIED) is met
