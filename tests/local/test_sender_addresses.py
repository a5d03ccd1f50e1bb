"""A role that may mail from one address, or to one, mails from and to no other."""

import itertools

from botocore.exceptions import ClientError

from tenantry.local.clients import ACCOUNT, REGION, Session
from tests.local.cloud import make_role, session_of

OWN, OTHER = "contact@example.com", "ceo@example.com"
MAY = {
    "Effect": "Allow",
    "Action": "ses:SendEmail",
    "Resource": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{OWN}",
    "Condition": {"StringEquals": {"ses:FromAddress": OWN}},
}


ADA, EVE = "ada@example.org", "eve@example.org"
TO_ADA = {"ForAllValues:StringEquals": {"ses:Recipients": [ADA]}, "Null": {"ses:Recipients": "false"}}
numbers = itertools.count()


def answer(root: Session, sender: str, to: dict[str, list[str]] | None = None, **changes: object) -> str:
    for identity in (OWN, OTHER):
        root.client("sesv2").create_email_identity(EmailIdentity=identity)
    role = make_role(root, f"mail-{next(numbers)}", {**MAY, **changes})
    try:
        session_of(root, role).client("sesv2").send_email(
            FromEmailAddress=sender,
            Destination=to or {"ToAddresses": [ADA]},
            Content={"Simple": {"Subject": {"Data": "hi"}, "Body": {"Text": {"Data": "hi"}}}},
        )
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "sent"


def test_the_address_of_the_policy_alone_may_send(root: Session) -> None:
    assert answer(root, OWN) == "sent"
    assert "AccessDenied" in answer(root, OTHER)


def test_the_condition_decides_where_the_identity_would_do(root: Session) -> None:
    assert "AccessDenied" in answer(root, OTHER, Resource="*")


def test_a_mail_goes_to_the_addresses_of_the_policy_alone(root: Session) -> None:
    assert answer(root, OWN, {"ToAddresses": [f"Ada <{ADA}>"]}, Condition=TO_ADA) == "sent"
    for to in (
        {"ToAddresses": [EVE]},
        {"ToAddresses": [ADA, EVE]},
        {"ToAddresses": [ADA], "CcAddresses": [EVE]},
        {"ToAddresses": [ADA], "BccAddresses": [EVE]},
    ):
        assert "AccessDenied" in answer(root, OWN, to, Condition=TO_ADA)


def test_the_emulator_alone_lets_nobody_send_by_such_a_policy(untouched: Session) -> None:
    assert "AccessDenied" in answer(untouched, OWN)
