"""Whatever a tenant's roles may write of a pooled table, no other tenant is shown it.

Records are made up for every partition key of both tenants, with acme's names in all their attributes; IAM's
rules say which of them a role of acme-eu may put. Those are put, and acme's answers are what they were.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from agreed import partitions
from api import logs
from groups.contact.declaration import MESSAGE, STATES
from tenantry import groups
from tenantry.isolation.partitions import partition_keys
from tests.support import tenant_api
from tests.support.iam import TABLE, Call, allows, boundary, role_policy
from tests.support.tenant_api import TenantApi

ROLES = [member.name for member in groups.current().members]
LATEST_ID = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
FORM = {"email": "ada@example.com", "message": "Hello"}
QUERIES = ("", *(f"state={state}" for state in STATES))


@pytest.fixture
def acme(monkeypatch: pytest.MonkeyPatch) -> Iterator[TenantApi]:
    """With messages in two states, and an item."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "POWERTOOLS_SERVICE_NAME"):
        monkeypatch.setenv(name, "plants")
    monkeypatch.setenv("AWS_DEFAULT_REGION", tenant_api.REGION)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tenantry")
    with mock_aws():
        tenant_api.forget()
        logs.log.cache_clear()
        tenant_api.create_table()
        secret = tenant_api.create_secret("plants")
        api = TenantApi("acme", secret)
        api.call("POST", "/contact", FORM, subject=None)
        moved = api.call("POST", "/contact", FORM, subject=None).json["id"]
        api.call("PATCH", "/tools/contacts/{id}", {"state": "open"}, path={"id": moved}, subject="staff")
        api.call("POST", "/items/{collection}", {"n": 1}, path={"collection": "orders"})
        yield api
        tenant_api.client("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
        tenant_api.delete_table()
        tenant_api.forget()
        logs.log.cache_clear()


def shown(api: TenantApi) -> list[str]:
    """All that a tenant's clients and staff can list."""
    answers = [
        *(api.call("GET", "/tools/contacts", query=query) for query in QUERIES),
        api.call("GET", "/tools/summary"),
        api.call("GET", "/items/{collection}", path={"collection": "orders"}),
    ]
    assert {answer.status for answer in answers} == {200}
    return [answer.text for answer in answers]


def plants(victim: str, attacker: str) -> Iterator[dict[str, Any]]:
    """A message, well formed or not, under each key, with attributes that could be read as other keys."""
    keys = {*partition_keys(victim), *partition_keys(attacker)}
    for tenant in (victim, attacker):
        keys |= {partitions.entries(tenant, "contact", MESSAGE, state) for state in STATES}
        keys.add(partitions.records(tenant, "items", "item", "orders"))
        keys |= {partitions.counts(tenant, "contact", "message", shard) for shard in (0, 7)}
    names = ("tenant", "state_key", "gsi1pk", "collection")
    text = {name: {"S": partitions.entries(victim, "contact", MESSAGE, "new")} for name in names}
    whole = {**text, "state": {"S": "new"}, "version": {"N": "1"}, "n": {"N": "9"}}
    whole |= {name: {"S": "2026-01-01T00:00:00.000Z"} for name in ("created_at", "updated_at")}
    whole |= {"email": {"S": "eve@example.com"}, "message": {"S": "planted"}, "data": {"S": '{"planted":1}'}}
    for key in sorted(keys):
        for sort_key, attributes in ((LATEST_ID, whole), ("0" * 26, text), ("new", whole)):
            yield {"pk": {"S": key}, "sk": {"S": sort_key}, **attributes}


def planted(victim: str, attacker: str, role: str) -> int:
    """Put what the attacker's role may put, change or delete; how many records that was."""
    policy, written = role_policy(role, attacker), 0
    for record in plants(victim, attacker):
        calls = [Call(f"dynamodb:{each}", TABLE, (record["pk"]["S"],)) for each in ("PutItem", "UpdateItem")]
        if any(allows(policy, call, boundary()) for call in calls):
            tenant_api.client("dynamodb").put_item(TableName=tenant_api.TABLE, Item=record)
            written += 1
    return written


@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_another_tenants_role_can_write_is_shown(acme: TenantApi, role: str) -> None:
    before = shown(acme)
    assert planted("acme", "acme-eu", role) > 0
    assert shown(acme) == before


def test_what_a_tenants_own_role_writes_is_shown(acme: TenantApi) -> None:
    """Else the test above would hold of listings that show nothing."""
    assert planted("acme", "acme", "contact") > 0
    for query in ("", "state=new"):
        contacts = acme.call("GET", "/tools/contacts", query=query).json["contacts"]
        assert LATEST_ID in {each["id"] for each in contacts}
