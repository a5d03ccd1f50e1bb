"""A condition on who calls names the role, and is met by the role's sessions."""

import itertools

import pytest
from botocore.exceptions import ClientError

from tenantry.local.clients import ACCOUNT, Session
from tests.local.cloud import TABLE, TABLE_ARN, make_role, make_table, session_of

pytestmark = pytest.mark.usefixtures("table")
READ = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE_ARN}
numbers = itertools.count()


def answer(root: Session, pattern: str) -> str:
    """To a role called `signs-<n>`, where all but those of the pattern are denied."""
    condition = {"ArnNotLike": {"aws:PrincipalArn": [f"arn:aws:iam::{ACCOUNT}:role/{pattern}"]}}
    deny = {**READ, "Effect": "Deny", "Condition": condition}
    own = session_of(root, make_role(root, f"signs-{next(numbers)}", READ, deny))
    try:
        own.client("dynamodb").get_item(TableName=TABLE, Key={"pk": {"S": "a"}, "sk": {"S": "b"}})
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "read"


def test_a_roles_session_calls_as_the_role(root: Session) -> None:
    assert answer(root, "signs-*") == "read"
    assert "AccessDenied" in answer(root, "other-*")
    assert "AccessDenied" in answer(root, "signs")


def test_the_emulator_alone_takes_a_session_for_another_than_its_role(untouched: Session) -> None:
    make_table(untouched)
    assert "AccessDenied" in answer(untouched, "signs-*")
