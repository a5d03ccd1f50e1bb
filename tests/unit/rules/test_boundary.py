"""Even a role whose own policy allowed everything would stay within the cell's boundary."""

import pytest

from tenantry.rules import policies
from tenantry.rules.naming import Names, log_group
from tests.support.iam import (
    ARNS,
    INDEX,
    KEYED,
    NAMES,
    PARTIQL,
    SENDER,
    TABLE,
    WIDE,
    Call,
    allows,
    boundary,
    by_email,
    role_policy,
    secret,
    statements,
)
from tests.support.watched import FUNCTIONS

EVERYTHING: policies.Policy = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def test_signing_keys_are_out_of_reach() -> None:
    for tenant in ("acme", "acme-eu"):
        for action in ("GetSecretValue", "PutSecretValue", "BatchGetSecretValue", "DescribeSecret"):
            call = Call(f"secretsmanager:{action}", secret(NAMES.signing_secret(tenant)))
            assert not allows(EVERYTHING, call, boundary())


@pytest.mark.parametrize("action", ["GetSecretValue", "PutSecretValue", "DescribeSecret"])
def test_signing_keys_are_read_by_functions_that_sign_alone(action: str) -> None:
    """Whose roles are known by their names; whose keys they read, their own policies say."""
    call = Call(f"secretsmanager:{action}", secret(NAMES.signing_secret("acme")))
    for function, read in (("tokens", action == "GetSecretValue"), ("items", False), ("tokens_x", False)):
        assert allows(EVERYTHING, call, boundary(), role=NAMES.function("acme", function)) is read
    other = Names("demo-eu").function("acme", "tokens")
    assert not allows(EVERYTHING, call, boundary(), role=other)


def test_a_runtime_secret_is_within_reach() -> None:
    """Else the test above would pass for a boundary that lets nothing through."""
    call = Call("secretsmanager:GetSecretValue", secret(NAMES.secret("acme")))
    assert allows(EVERYTHING, call, boundary())


@pytest.mark.parametrize(
    "action", [*WIDE, *PARTIQL, "DeleteTable", "UpdateTable", "ExportTableToPointInTime"]
)
def test_no_action_beyond_the_functions_own_reaches_a_table(action: str) -> None:
    for keys in (None, ("acme#items#count#item#3",)):
        for resource in (TABLE, INDEX):
            assert not allows(EVERYTHING, Call(f"dynamodb:{action}", resource, keys), boundary())


@pytest.mark.parametrize("action", KEYED)
def test_a_request_without_leading_keys_reaches_no_table(action: str) -> None:
    assert allows(EVERYTHING, Call(f"dynamodb:{action}", TABLE, ("acme#items#count#item#3",)), boundary())
    assert not allows(EVERYTHING, Call(f"dynamodb:{action}", TABLE), boundary())


def test_another_stack_of_the_account_is_out_of_reach() -> None:
    """`demo` and `demo-eu` are stacks as acme and acme-eu are tenants."""
    other = Names("demo-eu")
    function = other.function("acme", "items")
    for call in (
        Call("dynamodb:GetItem", ARNS.table(other.table), ("acme#items#item#orders",)),
        Call("dynamodb:GetItem", ARNS.table(other.tenant("acme")), ("acme#items#item#orders",)),
        Call("secretsmanager:GetSecretValue", secret(other.secret("acme"))),
        Call("sqs:ReceiveMessage", ARNS.queue(other.queue("acme", "contact"))),
        Call("logs:PutLogEvents", f"{ARNS.log_group(log_group(function))}:log-stream:1"),
    ):
        assert not allows(EVERYTHING, call, boundary())
        assert allows(EVERYTHING, call, boundary(other))


@pytest.mark.parametrize("action", ["ReceiveMessage", "SendMessage", "DeleteMessage"])
def test_dead_letters_are_the_operators_alone(action: str) -> None:
    assert allows(EVERYTHING, Call(f"sqs:{action}", ARNS.queue(NAMES.queue("acme", "contact"))), boundary())
    assert not allows(
        EVERYTHING, Call(f"sqs:{action}", ARNS.queue(NAMES.dead_letters("acme", "contact"))), boundary()
    )


def test_mail_is_sent_from_the_stacks_sender_alone() -> None:
    for sender, sent in ((SENDER, True), ("ceo@example.com", False)):
        call = Call("ses:SendEmail", ARNS.identity("example.com"))
        assert allows(EVERYTHING, call, boundary(), **{"ses:fromaddress": sender}) is sent
    elsewhere = Call("ses:SendEmail", ARNS.identity("example.org"))
    assert not allows(EVERYTHING, elsewhere, boundary(), **{"ses:fromaddress": SENDER})


@pytest.mark.parametrize(
    "action",
    ["iam:PutRolePolicy", "iam:PassRole", "sts:AssumeRole", "lambda:InvokeFunction", "s3:GetObject"],
)
def test_other_services_are_out_of_reach(action: str) -> None:
    assert not allows(EVERYTHING, Call(action, "*"), boundary())


def test_it_grants_no_table_action_that_no_role_uses() -> None:
    def granted(policy: policies.Policy) -> set[str]:
        actions = [each["Action"] for each in statements(policy) if each["Effect"] == "Allow"]
        return {each for some in actions for each in ([some] if isinstance(some, str) else some)}

    held = [*(role_policy(group, "acme") for group in FUNCTIONS), {"Statement": [by_email()]}]
    of_roles = set[str]().union(*map(granted, held))
    assert granted(boundary()) == of_roles
