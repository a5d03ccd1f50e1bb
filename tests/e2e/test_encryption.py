"""A tenant with a key of its own: what it keeps is under that key, and it serves as any other."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.support.platform import Platform, Tenant


@pytest.fixture
def key(platform: Platform) -> str:
    """Found as people find it."""
    alias = platform.names.encryption_key("globex")
    described = platform.root.client("kms").describe_key(KeyId=alias)["KeyMetadata"]
    return str(described["Arn"])


def test_it_serves(globex: Tenant) -> None:
    made = globex.call("POST", "/items/kept", {"under": "its key"})
    assert made.status_code == 201
    listed = globex.call("GET", "/items/kept").json()["items"]
    assert made.json()["id"] in [each["id"] for each in listed]


def test_its_table_its_secret_and_its_logs_are_under_its_key(platform: Platform, key: str) -> None:
    names, root = platform.names, platform.root
    table = root.client("dynamodb").describe_table(TableName=names.tenant("globex"))["Table"]
    assert table["SSEDescription"]["KMSMasterKeyArn"] == key
    secret = root.client("secretsmanager").describe_secret(SecretId=platform.secret("globex"))
    assert secret["KmsKeyId"] == key
    logs = root.client("logs").describe_log_groups(logGroupNamePrefix=names.access_log("globex"))
    assert [each["kmsKeyId"] for each in logs["logGroups"]] == [key]


def test_nothing_of_other_tenants_is_under_a_key(platform: Platform) -> None:
    names, root = platform.names, platform.root
    assert "KmsKeyId" not in root.client("secretsmanager").describe_secret(SecretId=platform.secret("acme"))
    table = root.client("dynamodb").describe_table(TableName=names.table)["Table"]
    assert table["SSEDescription"]["Status"] == "DISABLED"


def test_an_erasure_would_find_the_key_by_its_tags(platform: Platform, key: str) -> None:
    tags = {"managed-by": "tenantry", "stack": platform.local.cell, "tenant": "globex"}
    found = platform.root.client("resourcegroupstaggingapi").get_resources(
        ResourceTypeFilters=["kms:key"],
        TagFilters=[{"Key": name, "Values": [value]} for name, value in tags.items()],
    )["ResourceTagMappingList"]
    assert [each["ResourceARN"] for each in found] == [key]


def test_the_key_rotates(platform: Platform, key: str) -> None:
    assert platform.root.client("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True


@pytest.mark.parametrize(("slug", "group"), [("globex", "items"), ("globex", "contact"), ("acme", "items")])
def test_no_role_uses_the_key_by_calling_kms(platform: Platform, key: str, slug: str, group: str) -> None:
    """Its own tenant's neither: what is under the key is reached through the services that keep it."""
    sealed = platform.root.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    kms = platform.role(slug, group).client("kms")
    for call in (
        lambda: kms.decrypt(KeyId=key, CiphertextBlob=sealed),
        lambda: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
        lambda: kms.create_grant(KeyId=key, GranteePrincipal="*", Operations=["Decrypt"]),
        lambda: kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps({})),
        lambda: kms.schedule_key_deletion(KeyId=key),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            call()
