"""A key's policy lets in its tenant's roles through services, and keeps the account able to manage it."""

from typing import Any

import pytest

from tenantry.rules import key_policies
from tenantry.rules.key_policies import Holders

ACCOUNT = "arn:aws:iam::123456789012:root"
FUNCTIONS = "arn:aws:iam::123456789012:role/tenantry_demo_*_*"
ROLE = "arn:aws:iam::123456789012:role/tenantry_demo_acme_items"
TABLE = key_policies.items("dynamodb.eu-central-1.amazonaws.com", "tenantry_demo_acme")
SECRET = key_policies.secret("secretsmanager.eu-central-1.amazonaws.com", "delivery", "arn:secret")


@pytest.fixture
def statements() -> dict[str, Any]:
    holders = Holders(ACCOUNT, FUNCTIONS, {TABLE: [ROLE], SECRET: []}, ["arn:logs:own"])
    services = (f"{each}.eu-central-1.amazonaws.com" for each in ("dynamodb", "secretsmanager", "logs"))
    document = key_policies.of_key(holders, *services)
    return {each["Sid"]: each for each in document["Statement"]}


def test_the_account_can_always_manage_the_key(statements: dict[str, Any]) -> None:
    """On no condition: a key that nobody may manage is AWS's support's to rescue, if anybody's."""
    manage = statements["Manage"]
    assert manage["Principal"] == {"AWS": ACCOUNT}
    assert "Condition" not in manage
    assert {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"} <= set(manage["Action"])


def test_managing_a_key_reads_nothing_and_lets_nobody_read(statements: dict[str, Any]) -> None:
    words = ("Decrypt", "Encrypt", "Generate", "Grant", "*")
    of_use = [each for each in statements["Manage"]["Action"] if any(word in each for word in words)]
    assert of_use == ["kms:ListGrants", "kms:RevokeGrant"]


def test_a_role_decrypts_its_own_table_through_dynamodb_alone(statements: dict[str, Any]) -> None:
    own = statements["DecryptItems"]
    assert own["Action"] == "kms:Decrypt"
    assert own["Condition"] == {
        "StringEquals": {"kms:ViaService": "dynamodb.eu-central-1.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:dynamodb:tableName": "tenantry_demo_acme"},
        "ArnEquals": {"aws:PrincipalArn": [ROLE]},
    }


def test_what_no_role_reads_has_no_statement(statements: dict[str, Any]) -> None:
    """A condition on no caller at all would be a condition on none."""
    assert "DecryptDeliverySecret" not in statements


def test_logs_are_written_of_the_tenants_own_groups_alone(statements: dict[str, Any]) -> None:
    logs = statements["Logs"]
    assert logs["Principal"] == {"Service": "logs.eu-central-1.amazonaws.com"}
    assert logs["Condition"] == {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": ["arn:logs:own"]}}


@pytest.mark.parametrize("sid", ["Deploy", "Grant"])
def test_deployment_is_no_functions(statements: dict[str, Any], sid: str) -> None:
    assert statements[sid]["Condition"]["ArnNotLike"] == {"aws:PrincipalArn": FUNCTIONS}


@pytest.mark.parametrize(
    ("name", "sid"), [("delivery", "DecryptDeliverySecret"), ("a_key", "DecryptAKeySecret")]
)
def test_a_statement_on_a_secret_is_called_so_that_iam_takes_it(name: str, sid: str) -> None:
    assert key_policies.secret("secretsmanager", name, "arn:secret").sid == sid


def test_an_identity_policy_has_the_same_conditions() -> None:
    [items, secret] = key_policies.decrypt("arn:key", TABLE, SECRET)
    assert (items["Resource"], items["Condition"]) == ("arn:key", TABLE.condition())
    assert secret["Condition"]["StringLike"] == {"kms:EncryptionContext:SecretARN": "arn:secret"}
