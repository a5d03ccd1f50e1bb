"""What operators do to clients is what the token endpoint reads, in their tenant's partition alone."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from agreed import clients, environment
from groups.tokens.declaration import CLIENTS
from tenantry.errors import Failed, WrongInput
from tenantry.operations.places import Place
from tenantry.operations.token_clients import Endpoint, NoEndpoint, endpoint
from tenantry.rules.naming import Names

TABLE = "clients"
SCOPES = ("items:read", "items:write")


@pytest.fixture(name="dynamodb")
def fixture_dynamodb(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1")
        keys = (("pk", "HASH"), ("sk", "RANGE"))
        client.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client
        client.delete_table(TableName=TABLE)


@pytest.fixture
def acme(dynamodb: Any) -> Endpoint:
    return Endpoint("acme", "tokens", TABLE, SCOPES, dynamodb)


def stored(dynamodb: Any) -> list[dict[str, Any]]:
    return list(dynamodb.scan(TableName=TABLE)["Items"])


def test_a_client_is_kept_as_its_group_declares_it_without_its_secret(acme: Endpoint, dynamodb: Any) -> None:
    secret = acme.add("crm", ["items:write", "items:read", "items:read"], days=2)
    acme.roll("crm", 1)
    [record] = stored(dynamodb)
    assert record.pop("pk") == {"S": "acme#tokens#client"}
    assert record.pop("sk") == {"S": "crm"}
    declared = {field.name: field for field in CLIENTS.fields}
    assert {name for name, field in declared.items() if not field.optional} <= record.keys()
    assert record.keys() <= declared.keys()
    assert all(value.keys() == {declared[name].type} for name, value in record.items())
    assert record[clients.SCOPES] == {"S": "items:read items:write"}
    assert record[clients.EARLIER] == {"S": clients.digest(secret)}
    assert secret not in json.dumps(record)


def test_no_two_secrets_are_alike_and_each_is_shown_once(acme: Endpoint) -> None:
    made = {acme.add(name, SCOPES, None) for name in ("a", "b")}
    made |= {acme.roll("a", 0)[0] for _ in range(2)}
    assert len(made) == 4
    assert all(each.startswith("tcs_") and len(each) == 4 + 43 for each in made)
    assert not any(each in repr(acme.listed()) for each in made)


def test_a_roll_without_grace_ends_both_secrets_before(acme: Endpoint, dynamodb: Any) -> None:
    acme.add("crm", SCOPES, None)
    _, until = acme.roll("crm", 1)
    assert acme.listed()[0].earlier_until == until
    _, until = acme.roll("crm", 0)
    [record] = stored(dynamodb)
    assert until is None
    assert record.keys().isdisjoint({clients.EARLIER, clients.EARLIER_UNTIL})


def test_an_end_is_set_moved_and_taken_away(acme: Endpoint) -> None:
    acme.add("crm", SCOPES, None)
    for days in (30, 0, None):
        ends = acme.end("crm", days)
        assert acme.listed()[0].ends_at == ends
        assert clients.past(ends, datetime.now(UTC)) is (days == 0)
    with pytest.raises(WrongInput, match="cannot end in 3651 days"):
        acme.end("crm", clients.MOST_DAYS + 1)


def test_a_roll_that_meets_another_changes_nothing(
    acme: Endpoint, dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.add("crm", SCOPES, None)
    read = Endpoint._found

    def outrun(self: Endpoint, client: str) -> dict[str, Any]:
        found = read(self, client)
        monkeypatch.setattr(Endpoint, "_found", read)
        acme.roll(client, 0)
        return found

    monkeypatch.setattr(Endpoint, "_found", outrun)
    with pytest.raises(Failed, match="somebody else changed crm meanwhile"):
        acme.roll("crm", 1)
    assert clients.EARLIER not in stored(dynamodb)[0]


def test_what_cannot_be_is_refused_by_its_name(acme: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    acme.add("crm", SCOPES, None)
    with pytest.raises(WrongInput, match="has a client crm; choose another name, or roll it"):
        acme.add("crm", SCOPES, None)
    with pytest.raises(WrongInput, match="'tools:read' opens no route of acme"):
        acme.add("other", ["tools:read"], None)
    for name in ("Crm", "a_b", "", "-a", "a" * 64, "a/b"):
        with pytest.raises(WrongInput, match="cannot name a client"):
            acme.add(name, SCOPES, None)
    for act in (lambda: acme.remove("crn"), lambda: acme.roll("crn", 0), lambda: acme.end("crn", 0)):
        with pytest.raises(WrongInput, match=r"crn.*crm"):
            act()
    monkeypatch.setattr(clients, "MOST", 1)
    with pytest.raises(WrongInput, match="has 1 clients, the most that it may have"):
        acme.add("other", SCOPES, None)


def test_a_tenants_clients_are_its_own(acme: Endpoint, dynamodb: Any) -> None:
    acme_eu = Endpoint("acme-eu", "tokens", TABLE, SCOPES, dynamodb)
    acme.add("crm", SCOPES, None)
    assert acme_eu.listed() == []
    acme_eu.add("crm", SCOPES, None)
    acme.remove("crm")
    assert [each.id for each in acme_eu.listed()] == ["crm"]


class Lambda:
    """Of one tenant, with a token endpoint; `exceptions` is where boto3 has them."""

    class exceptions:  # noqa: N801 - boto3's name
        class ResourceNotFoundException(Exception):
            pass

    def get_function_configuration(self, FunctionName: str) -> Any:  # noqa: N803 - boto3's name
        if FunctionName != "tenantry_demo_acme_tokens":
            raise self.exceptions.ResourceNotFoundException
        variables = {
            environment.TABLE: TABLE,
            environment.ISSUES: json.dumps({"groups": ["items", "tokens"]}),
        }
        return {"Environment": {"Variables": variables}}


def test_the_endpoint_is_found_by_what_runs(dynamodb: Any) -> None:
    made = {"lambda": Lambda(), "dynamodb": dynamodb}
    place = Place(Names("demo"), "eu-central-1", "demo", "here", made.__getitem__, lambda *_: "")
    found = endpoint(place, "acme")
    assert (found.group, found.table, found.scopes) == ("tokens", TABLE, SCOPES)
    with pytest.raises(NoEndpoint, match="acme-eu has no token endpoint in here; list tokens"):
        endpoint(place, "acme-eu")
