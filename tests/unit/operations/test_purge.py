"""A purge takes all of one tenant, and nothing of any other."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tenantry.naming import Names
from tenantry.operations.purge import Clients, StillDeployed, purge

NAMES = Names("demo")
KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


@pytest.fixture
def clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        made = Clients(*(boto3.client(service) for service in ("dynamodb", "secretsmanager", "lambda")))
        make_table(made.dynamodb, NAMES.table)
        yield made


def make_table(dynamodb: Any, name: str) -> None:
    dynamodb.create_table(
        TableName=name,
        KeySchema=KEYS,
        AttributeDefinitions=[{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in KEYS],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )


def put(dynamodb: Any, pk: str, count: int = 1) -> None:
    for number in range(count):
        dynamodb.put_item(TableName=NAMES.table, Item={"pk": {"S": pk}, "sk": {"S": str(number)}})


def partitions(dynamodb: Any) -> set[str]:
    return {item["pk"]["S"] for item in dynamodb.scan(TableName=NAMES.table)["Items"]}


def test_all_items_of_the_tenant_go_and_those_of_longer_slugs_stay(clients: Clients) -> None:
    put(clients.dynamodb, "acme#items#item#orders", 60)
    put(clients.dynamodb, "acme#contact#message")
    put(clients.dynamodb, "acme-eu#items#item#orders")
    told: list[int] = []
    purged = purge(NAMES, "acme", clients, told.append)
    assert purged.items == 61 == told[-1]
    assert partitions(clients.dynamodb) == {"acme-eu#items#item#orders"}


def test_a_silo_table_goes_though_it_is_protected(clients: Clients) -> None:
    make_table(clients.dynamodb, NAMES.tenant("acme"))
    make_table(clients.dynamodb, NAMES.tenant("acme-eu"))
    assert purge(NAMES, "acme", clients, lambda _: None).tables == ("tenantry_demo_acme",)
    assert clients.dynamodb.list_tables()["TableNames"] == ["tenantry_demo", "tenantry_demo_acme-eu"]


def test_both_secrets_go_at_once_so_that_the_names_are_free(clients: Clients) -> None:
    for name in (NAMES.secret("acme"), NAMES.signing_secret("acme"), NAMES.secret("acme-eu")):
        clients.secretsmanager.create_secret(Name=name, SecretString="{}")
    purged = purge(NAMES, "acme", clients, lambda _: None)
    assert purged.secrets == ("tenantry/demo/acme", "tenantry/demo/acme/signing")
    clients.secretsmanager.create_secret(Name=NAMES.secret("acme"), SecretString="{}")
    assert clients.secretsmanager.describe_secret(SecretId=NAMES.secret("acme-eu"))["Name"]


def test_a_second_purge_finds_nothing_and_is_no_error(clients: Clients) -> None:
    put(clients.dynamodb, "acme#items#count")
    purge(NAMES, "acme", clients, lambda _: None)
    again = purge(NAMES, "acme", clients, lambda _: None)
    assert (again.items, again.tables, again.secrets) == (0, (), ())


def test_a_deployed_tenant_is_left_alone(clients: Clients) -> None:
    put(clients.dynamodb, "acme#items#count")
    with pytest.raises(StillDeployed, match="run `pulumi up` first"):
        purge(NAMES, "acme", Clients(clients.dynamodb, clients.secretsmanager, Deployed()), lambda _: None)
    assert partitions(clients.dynamodb) == {"acme#items#count"}


class Deployed:
    """Answers like Lambda where the tenant's authorizer exists."""

    def get_function_configuration(self, **asked: str) -> dict[str, str]:
        assert asked == {"FunctionName": "tenantry_demo_acme_authorizer"}
        return asked
