"""A purge takes all of one tenant, and nothing of any other."""

import secrets
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tenantry.errors import Failed
from tenantry.naming import Names
from tenantry.operations.purge import Clients, StillDeployed, purge

KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


@pytest.fixture
def names() -> Names:
    """A stack of its own: other tests of this process may keep tables of theirs in the same moto."""
    return Names(f"p{secrets.token_hex(4)}")


@pytest.fixture
def clients(names: Names, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        made = Clients(*(boto3.client(service) for service in ("dynamodb", "secretsmanager", "lambda")))
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


def test_all_items_of_the_tenant_go_and_those_of_longer_slugs_stay(names: Names, clients: Clients) -> None:
    put(clients.dynamodb, names.table, "acme#items#item#orders", 60)
    put(clients.dynamodb, names.table, "acme#contact#message")
    put(clients.dynamodb, names.table, "acme-eu#items#item#orders")
    told: list[int] = []
    purged = purge(names, "acme", clients, told.append)
    assert purged.items == 61 == told[-1]
    assert partitions(clients.dynamodb, names.table) == {"acme-eu#items#item#orders"}


def test_a_silo_table_goes_though_it_is_protected(names: Names, clients: Clients) -> None:
    make_table(clients.dynamodb, names.tenant("acme"))
    make_table(clients.dynamodb, names.tenant("acme-eu"))
    assert purge(names, "acme", clients, lambda _: None).tables == (names.tenant("acme"),)
    left = [name for name in clients.dynamodb.list_tables()["TableNames"] if names.stack in name]
    assert left == [names.table, names.tenant("acme-eu")]


def test_all_secrets_go_at_once_so_that_the_names_are_free(names: Names, clients: Clients) -> None:
    own = (names.secret("acme"), names.signing_secret("acme"), names.delivery_secret("acme"))
    for name in (*own, names.secret("acme-eu")):
        clients.secretsmanager.create_secret(Name=name, SecretString="{}")
    assert purge(names, "acme", clients, lambda _: None).secrets == own
    clients.secretsmanager.create_secret(Name=names.secret("acme"), SecretString="{}")
    assert clients.secretsmanager.describe_secret(SecretId=names.secret("acme-eu"))["Name"]


def test_a_secret_that_waits_for_its_deletion_goes_now(names: Names, clients: Clients) -> None:
    """Somebody deleted it by hand, with the recovery window that AWS proposes."""
    clients.secretsmanager.create_secret(Name=names.secret("acme"), SecretString="{}")
    clients.secretsmanager.delete_secret(SecretId=names.secret("acme"), RecoveryWindowInDays=30)
    assert purge(names, "acme", clients, lambda _: None).secrets == (names.secret("acme"),)
    assert clients.secretsmanager.create_secret(Name=names.secret("acme"), SecretString="{}")


def test_a_second_purge_finds_nothing_and_is_no_error(names: Names, clients: Clients) -> None:
    put(clients.dynamodb, names.table, "acme#items#count")
    purge(names, "acme", clients, lambda _: None)
    again = purge(names, "acme", clients, lambda _: None)
    assert (again.items, again.tables, again.secrets) == (0, (), ())


def test_a_deployed_tenant_is_left_alone(names: Names, clients: Clients) -> None:
    put(clients.dynamodb, names.table, "acme#items#count")
    deployed = Clients(clients.dynamodb, clients.secretsmanager, Deployed())
    with pytest.raises(StillDeployed, match="run `pulumi up` first"):
        purge(names, "acme", deployed, lambda _: None)
    assert partitions(clients.dynamodb, names.table) == {"acme#items#count"}


def test_without_the_pooled_table_nothing_is_deleted(names: Names, clients: Clients) -> None:
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
