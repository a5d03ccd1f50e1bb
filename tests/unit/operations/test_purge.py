"""A purge takes all of one tenant, and nothing of any other."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tenantry.errors import Failed
from tenantry.operations.purge import PurgeClients, StillDeployed, purge
from tenantry.rules.naming import Names, generation

KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


@pytest.fixture
def names() -> Names:
    """A stack of its own: other tests of this process may keep tables of theirs in the same moto."""
    return Names(f"p{secrets.token_hex(4)}")


@pytest.fixture
def clients(names: Names, monkeypatch: pytest.MonkeyPatch) -> Iterator[PurgeClients]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        kms = boto3.client("kms")
        services = [boto3.client(service) for service in ("dynamodb", "secretsmanager", "lambda")]
        made = PurgeClients(*services, kms=kms, tagging=Tagging(kms))
        make_table(made.dynamodb, names.table)
        yield made


def make_table(dynamodb: Any, name: str) -> None:
    dynamodb.create_table(
        TableName=name,
        KeySchema=KEYS,
        AttributeDefinitions=[{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in KEYS],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )


def put(dynamodb: Any, table: str, pk: str, count: int = 1) -> None:
    for number in range(count):
        dynamodb.put_item(TableName=table, Item={"pk": {"S": pk}, "sk": {"S": str(number)}})


def partitions(dynamodb: Any, table: str) -> set[str]:
    return {item["pk"]["S"] for item in dynamodb.scan(TableName=table)["Items"]}


def test_all_items_of_the_tenant_go_and_those_of_longer_slugs_stay(
    names: Names, clients: PurgeClients
) -> None:
    put(clients.dynamodb, names.table, "acme#items#item#orders", 60)
    put(clients.dynamodb, names.table, "acme#contact#message")
    put(clients.dynamodb, names.table, "acme#contact#message-state#new")
    put(clients.dynamodb, names.table, "acme-eu#items#item#orders")
    put(clients.dynamodb, names.table, "acme-eu#contact#message-state#new")
    told: list[int] = []
    purged = purge(names, "acme", clients, told.append)
    assert purged.items == 62 == told[-1]
    assert partitions(clients.dynamodb, names.table) == {
        "acme-eu#items#item#orders",
        "acme-eu#contact#message-state#new",
    }


def test_a_silo_table_goes_though_it_is_protected(names: Names, clients: PurgeClients) -> None:
    make_table(clients.dynamodb, names.tenant("acme"))
    make_table(clients.dynamodb, names.tenant("acme-eu"))
    assert purge(names, "acme", clients, lambda _: None).tables == (names.tenant("acme"),)
    left = [name for name in clients.dynamodb.list_tables()["TableNames"] if names.stack in name]
    assert left == [names.table, names.tenant("acme-eu")]


def test_every_generation_of_every_secret_goes_at_once_and_no_other_tenants(
    names: Names, clients: PurgeClients
) -> None:
    """Those that the removal left to be restored for a month included."""
    stems = (names.signing_secret("acme"), names.secret("acme"), names.secret("acme", "delivery"))
    own = [generation(stem, made) for stem in stems for made in ("00000001", "00000002")]
    other = generation(names.secret("acme-eu"), "00000001")
    for name in (*own, other):
        clients.secretsmanager.create_secret(Name=name, SecretString="{}")
    for name in own[::2]:
        clients.secretsmanager.delete_secret(SecretId=name, RecoveryWindowInDays=30)
    assert purge(names, "acme", clients, lambda _: None).secrets == tuple(sorted(own))
    for name in own:
        assert clients.secretsmanager.create_secret(Name=name, SecretString="{}")
    assert clients.secretsmanager.describe_secret(SecretId=other)["Name"]


def make_key(kms: Any, names: Names, tenant: str) -> str:
    tags = {"managed-by": "tenantry", "stack": names.stack, "tenant": tenant}
    listed = [{"TagKey": name, "TagValue": value} for name, value in tags.items()]
    return str(kms.create_key(Tags=listed)["KeyMetadata"]["KeyId"])


def test_every_key_of_the_tenant_ends_after_a_month_and_no_other_does(
    names: Names, clients: PurgeClients
) -> None:
    """Two, where the tenant went back to a key of AWS's and chose its own again."""
    kms = clients.kms
    own = {make_key(kms, names, "acme"), make_key(kms, names, "acme")}
    others = [make_key(kms, names, "acme-eu"), make_key(kms, Names(f"{names.stack}x"), "acme")]
    assert set(purge(names, "acme", clients, lambda _: None).keys) == own
    for key in own:
        found = kms.describe_key(KeyId=key)["KeyMetadata"]
        left = found["DeletionDate"] - datetime.now(found["DeletionDate"].tzinfo)
        assert (found["KeyState"], round(left / timedelta(days=1))) == ("PendingDeletion", 30)
    states = [kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] for key in others]
    assert states == ["Enabled", "Enabled"]
    assert purge(names, "acme", clients, lambda _: None).keys == ()


def test_a_second_purge_finds_nothing_and_is_no_error(names: Names, clients: PurgeClients) -> None:
    put(clients.dynamodb, names.table, "acme#items#count")
    purge(names, "acme", clients, lambda _: None)
    again = purge(names, "acme", clients, lambda _: None)
    assert (again.items, again.tables, again.secrets, again.keys) == (0, (), (), ())


def test_a_deployed_tenant_is_left_alone(names: Names, clients: PurgeClients) -> None:
    put(clients.dynamodb, names.table, "acme#items#count")
    deployed = replace(clients, lambda_=Deployed())
    with pytest.raises(StillDeployed, match="run `pulumi up` first"):
        purge(names, "acme", deployed, lambda _: None)
    assert partitions(clients.dynamodb, names.table) == {"acme#items#count"}


def test_without_the_pooled_table_nothing_is_deleted(names: Names, clients: PurgeClients) -> None:
    """In a wrong Region all looks removed; what lies there under the same names is another's."""
    elsewhere = Names(f"{names.stack}x")
    make_table(clients.dynamodb, elsewhere.tenant("acme"))
    with pytest.raises(Failed, match=r"eu-central-1: ResourceNotFoundException.*check the stack's name"):
        purge(elsewhere, "acme", clients, lambda _: None)
    assert clients.dynamodb.describe_table(TableName=elsewhere.tenant("acme"))


class Deployed:
    """Answers like Lambda where the tenant's authorizer exists."""

    def get_function_configuration(self, **asked: str) -> dict[str, str]:
        assert asked["FunctionName"].endswith("_acme_authorizer")
        return asked


class Tagging:
    """Finds keys by tags, as the tagging API does; moto's knows none of KMS."""

    def __init__(self, kms: Any) -> None:
        self._kms = kms

    def get_paginator(self, operation: str) -> "Tagging":
        assert operation == "get_resources"
        return self

    def paginate(
        self,
        ResourceTypeFilters: list[str],  # noqa: N803 - AWS's names
        TagFilters: list[dict[str, Any]],  # noqa: N803 - AWS's names
    ) -> Iterator[dict[str, Any]]:
        assert ResourceTypeFilters == ["kms:key"]
        asked = {each["Key"]: each["Values"] for each in TagFilters}
        for key in self._kms.list_keys()["Keys"]:
            tags = self._kms.list_resource_tags(KeyId=key["KeyId"])["Tags"]
            own = {each["TagKey"]: [each["TagValue"]] for each in tags}
            if asked.items() <= own.items():
                yield {"ResourceTagMappingList": [{"ResourceARN": key["KeyArn"]}]}
