"""What tables and files hold is spelled as it always was: another spelling would lose sight of every record.

Literals on purpose: nothing here may follow a change of the code.
"""

import re
from collections.abc import Iterator

import pytest
from moto import mock_aws

from agreed import partitions
from api import logs
from groups.contact.declaration import MESSAGE
from tenantry import groups
from tenantry.operations.backup.archives import encoded
from tenantry.operations.backup.kinds import exported
from tenantry.operations.backup.records import StoredRecord
from tests.support import tenant_api
from tests.support.tenant_api import TenantApi

ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
MOMENT = "2026-11-22T16:39:00.123Z"
WHEN = {"created_at": {"S": MOMENT}, "updated_at": {"S": MOMENT}, "version": {"N": "1"}}
ITEM_STORED = {
    "pk": {"S": "acme#items#item#orders"},
    "sk": {"S": ID},
    "data": {"S": '{"customer":"Ada"}'},
    **WHEN,
}
ITEM_LINE = (
    b'{"kind":"items/item","collection":"orders","id":"01JD3Z6K0V8Q4T7M2N5P9R1S3W",'
    b'"created_at":"2026-11-22T16:39:00.123Z","updated_at":"2026-11-22T16:39:00.123Z","version":1,'
    b'"data":"{\\"customer\\":\\"Ada\\"}"}\n'
)
MESSAGE_STORED = {
    "pk": {"S": "acme#contact#message"},
    "sk": {"S": ID},
    **WHEN,
    **{name: {"S": name} for name in ("email", "name", "subject", "message", "note", "updated_by")},
    "state": {"S": "open"},
    "delivery": {"S": "delivered"},
    "delivery_attempts": {"N": "2"},
    "delivered_at": {"S": MOMENT},
    "delivery_error": {"S": "the receiver answered 500"},
}
MESSAGE_LINE = (
    b'{"kind":"contact/message","id":"01JD3Z6K0V8Q4T7M2N5P9R1S3W",'
    b'"created_at":"2026-11-22T16:39:00.123Z","updated_at":"2026-11-22T16:39:00.123Z","version":1,'
    b'"email":"email","name":"name","subject":"subject","message":"message","state":"open","note":"note",'
    b'"updated_by":"updated_by","delivery":"delivered","delivery_attempts":2,'
    b'"delivered_at":"2026-11-22T16:39:00.123Z","delivery_error":"the receiver answered 500"}\n'
)
STORED = [
    ("items/item", "orders", ITEM_STORED, ITEM_LINE),
    ("contact/message", "", MESSAGE_STORED, MESSAGE_LINE),
]


@pytest.fixture(name="acme")
def fixture_acme(monkeypatch: pytest.MonkeyPatch) -> Iterator[TenantApi]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "POWERTOOLS_SERVICE_NAME"):
        monkeypatch.setenv(name, "spellings")
    monkeypatch.setenv("AWS_DEFAULT_REGION", tenant_api.REGION)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tenantry")
    with mock_aws():
        tenant_api.forget()
        logs.log.cache_clear()
        tenant_api.create_table()
        secret = tenant_api.create_secret("spellings")
        yield TenantApi("acme", secret)
        tenant_api.client("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
        tenant_api.delete_table()
        tenant_api.forget()
        logs.log.cache_clear()


def test_the_keys_of_every_kind() -> None:
    assert partitions.records("acme", "items", "item", "orders") == "acme#items#item#orders"
    assert partitions.counts("acme", "items", "item", 7) == "acme#items#count#item#7"
    assert partitions.idempotency("acme", "items", "0f") == "acme#items#idempotency#0f"
    assert partitions.records("acme", "contact", "message") == "acme#contact#message"
    assert partitions.entries("acme", "contact", MESSAGE, "new") == "acme#contact#message-state#new"
    assert partitions.counts("acme", "contact", "message", 7) == "acme#contact#count#message#7"
    assert partitions.idempotency("acme", "contact", "0f") == "acme#contact#idempotency#0f"
    assert partitions.idempotency("acme", "tools", "0f") == "acme#tools#idempotency#0f"
    assert partitions.SHARDS == 8


def test_what_the_functions_store(acme: TenantApi) -> None:
    """By partition key and sort key, with `?` for what differs from call to call."""
    once = {"headers": {"Idempotency-Key": "first"}}
    acme.call("POST", "/items/{collection}", {}, path={"collection": "orders"}, **once)
    form = {"email": "ada@example.com", "message": "Hello"}
    sent = acme.call("POST", "/contact", form, subject=None, **once).json["id"]
    acme.call("PATCH", "/tools/contacts/{id}", {"state": "done"}, path={"id": sent}, **once)
    found = [f"{each['pk']['S']} {each['sk']['S']}" for each in tenant_api.records()]
    digest, id_, shard = (
        re.compile(each) for each in (r"(?<=#)[0-9a-f]{64}", r"[0-9A-Z]{26}", r"(?<=#)[0-7](?= )")
    )
    assert {digest.sub("?", id_.sub("?", shard.sub("?", each))) for each in found} == {
        "acme#items#item#orders ?",
        "acme#items#count#item#? orders",
        "acme#items#idempotency#? record",
        "acme#contact#message ?",
        "acme#contact#message-state#done ?",
        "acme#contact#count#message#? new",
        "acme#contact#count#message#? done",
        "acme#contact#idempotency#? record",
        "acme#tools#idempotency#? record",
    }


def test_every_kind_that_is_exported_is_spelled_out_here() -> None:
    assert [label for label, *_ in STORED] == sorted(exported(), reverse=True)
    kept = {
        group.name
        for group in groups.current()
        if not all(each.not_exported or each.expires for each in group.records)
    }
    assert kept == {label.partition("/")[0] for label, *_ in STORED}


@pytest.mark.parametrize(("label", "subset", "stored", "line"), STORED, ids=[each[0] for each in STORED])
def test_a_record_is_exported_as_this_line_and_comes_back_from_it(
    label: str, subset: str, stored: dict[str, dict[str, str]], line: bytes
) -> None:
    record = StoredRecord.of_stored(exported()[label], subset, stored)
    assert encoded(record.line) == line
    assert StoredRecord.read(record.line).stored("acme") == stored


def test_an_imported_message_is_listed_by_an_entry_in_its_state() -> None:
    record = StoredRecord.of_stored(exported()["contact/message"], "", MESSAGE_STORED)
    assert record.entries("acme") == [{"pk": {"S": "acme#contact#message-state#open"}, "sk": {"S": ID}}]
