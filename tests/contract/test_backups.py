"""What the functions write can be exported, and what is imported is served as if they had written it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from api import logs, responses, strict_json
from groups.contact.declaration import STATES
from groups.items import declaration as items
from groups.items.declaration import SERVER_FIELDS
from tenantry.operations.backup import fields
from tenantry.operations.backup.exports import export
from tenantry.operations.backup.imports import import_
from tenantry.operations.backup.tenant_data import TenantData
from tests.support import tenant_api
from tests.support.backups import NAMES
from tests.support.tenant_api import TenantApi

COLLECTION, ITEM = "/items/{collection}", "/items/{collection}/{id}"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module", name="apis")
def fixture_apis() -> Iterator[tuple[TenantApi, TenantApi]]:
    """Of acme and acme-eu, on one table."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", tenant_api.REGION)
        patch.setenv("POWERTOOLS_SERVICE_NAME", "contract")
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tenantry")
        tenant_api.forget()
        logs.log.cache_clear()
        tenant_api.create_table()
        secret = tenant_api.create_secret("backups")
        yield TenantApi("acme", secret), TenantApi("acme-eu", secret)
        tenant_api.client("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
        tenant_api.delete_table()
        tenant_api.forget()
        logs.log.cache_clear()


def test_both_take_documents_of_the_same_depth() -> None:
    assert fields.MAX_DEPTH == strict_json.MAX_DEPTH


@given(st.dictionaries(st.text().filter(lambda name: name not in SERVER_FIELDS), VALUES))
def test_every_document_that_the_api_stores_can_be_restored(document: dict[str, Any]) -> None:
    text = responses.compact_json(document)
    assert fields.holds(items.ITEM.field("data"), text)


def shown(api: TenantApi) -> list[str]:
    """Every answer that tells of the tenant's data, as it is sent."""
    orders = api.call("GET", COLLECTION, path={"collection": "orders"}, query="limit=100")
    ids = [item["id"] for item in orders.json["items"]]
    answers = [
        orders,
        *(api.call("GET", ITEM, path={"collection": "orders", "id": each}) for each in ids),
        api.call("GET", COLLECTION, path={"collection": "drafts"}),
        api.call("GET", "/tools/contacts", query="limit=100"),
        *(api.call("GET", "/tools/contacts", query=f"state={state}") for state in STATES),
        api.call("GET", "/tools/summary"),
    ]
    assert {answer.status for answer in answers} == {200}
    return [f"{answer.headers.get('ETag')} {answer.text}" for answer in answers]


def used(api: TenantApi) -> None:
    """All that a tenant's clients and staff do to its data."""
    once = {"headers": {"Idempotency-Key": "first"}}
    form = {"email": "ada@example.com", "message": "Grüße,\nAda", "name": "Ada", "subject": '"Hello"'}
    for number in range(3):
        order = api.call(
            "POST",
            COLLECTION,
            {"n": number, "text": 'é"\\\n\u2028', "deep": [{"x": 1.5e300}]},
            path={"collection": "orders"},
        ).json
        sent = api.call("POST", "/contact", form).json
    api.call("POST", COLLECTION, {"n": 9}, path={"collection": "drafts"}, **once)
    path = {"collection": "orders", "id": order["id"]}
    assert api.call("PUT", ITEM, {"n": 10}, path=path, headers={"If-Match": '"1"'}).status == 200
    chosen = {"collection": "drafts", "id": "evt_1NG8Du2eZvKYlo2C"}
    absent = {"If-None-Match": "*"}
    assert api.call("PUT", ITEM, {"n": 11}, path=chosen, headers=absent).status == 201
    gone = api.call("POST", COLLECTION, {}, path={"collection": "gone"}).json
    assert api.call("DELETE", ITEM, path={"collection": "gone", "id": gone["id"]}).status == 204
    change = {"state": "open", "note": "Called\nback"}
    assert api.call("PATCH", "/tools/contacts/{id}", change, path={"id": sent["id"]}).status == 200


def test_an_imported_tenant_is_served_byte_for_byte_as_the_exported_one(
    apis: tuple[TenantApi, TenantApi], tmp_path: Path
) -> None:
    acme, acme_eu = apis
    used(acme)
    dynamodb = tenant_api.client("dynamodb")
    done = export(TenantData("acme", NAMES, "pooled", dynamodb), tmp_path / "acme", lambda *_: None)
    assert done.records == 8
    assert b"idempotency" not in (tmp_path / "acme").read_bytes()
    import_(TenantData("acme-eu", NAMES, "pooled", dynamodb), tmp_path / "acme", lambda *_: None)
    assert shown(acme_eu) == shown(acme)
