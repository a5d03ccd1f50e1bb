"""The same key and request are answered alike; another request with the key is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import clock, idempotency
from api.errors import InvalidParameters
from tests.support import tenant_api
from tests.support.tenant_api import Answer, TenantApi

COLLECTION = "/items/{collection}"
VISIBLE = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255)


def post(
    api: TenantApi, body: str, key: str = "k-1", collection: str = "orders", subject: str = "u"
) -> Answer:
    return api.call(
        "POST",
        COLLECTION,
        path={"collection": collection},
        body=body,
        headers={"idempotency-key": key},
        subject=subject,
    )


def items() -> list[str]:
    return [r["sk"]["S"] for r in tenant_api.records() if "#items#item#" in r["pk"]["S"]]


def test_a_repeat_is_answered_alike_and_writes_nothing(acme: TenantApi) -> None:
    first = post(acme, '{"a":1,"b":2}')
    again = post(acme, '{ "b": 2, "a": 1 }')
    assert again.status == first.status == 201
    assert again.json == first.json
    assert again.headers == {**first.headers, "Idempotent-Replayed": "true"}
    assert items() == [first.json["id"]]


def test_a_repeat_is_answered_even_after_the_item_was_changed(acme: TenantApi) -> None:
    first = post(acme, '{"a":1}')
    path = {"collection": "orders", "id": first.json["id"]}
    acme.call("DELETE", "/items/{collection}/{id}", path=path)
    again = post(acme, '{"a":1}')
    assert (again.status, again.json) == (201, first.json)
    assert items() == []


@pytest.mark.parametrize(
    "other",
    [{"body": '{"a":2}'}, {"body": '{"a":1.0}'}, {"body": '{"a":true}'}, {"collection": "invoices"}],
)
def test_another_request_with_the_key_is_refused(acme: TenantApi, other: dict[str, str]) -> None:
    post(acme, '{"a":1}')
    answer = post(acme, **{"body": '{"a":1}', **other})
    assert (answer.status, answer.slug) == (422, "idempotency-key-reused")
    assert len(items()) == 1


def test_a_key_belongs_to_its_subject_and_tenant(acme: TenantApi, acme_eu: TenantApi) -> None:
    answers = [post(acme, "{}", subject="ada"), post(acme, "{}", subject="bob"), post(acme_eu, "{}")]
    assert len({answer.json["id"] for answer in answers}) == 3


def test_without_a_key_every_post_makes_an_item(acme: TenantApi) -> None:
    for _ in range(2):
        acme.call("POST", COLLECTION, {}, path={"collection": "orders"})
    assert len(items()) == 2


def test_raw_and_quoted_form_are_one_key(acme: TenantApi) -> None:
    assert post(acme, "{}", key="k-1").json == post(acme, "{}", key='"k-1"').json


def test_a_record_lives_a_day_even_when_ttl_is_late(acme: TenantApi, monkeypatch: pytest.MonkeyPatch) -> None:
    start = clock.now_ms()
    ids = []
    for seconds in (0, 24 * 3600 - 1, 24 * 3600 + 1, 24 * 3600 + 2):
        monkeypatch.setattr(clock, "now_ms", lambda seconds=seconds: start + seconds * 1000)
        ids.append(post(acme, "{}").json["id"])
    assert ids[0] == ids[1] != ids[2] == ids[3]


@pytest.mark.parametrize(
    "key", ["", " ", "a b", '"', '""', '"a', '"a b"', "é", "a\tb", "k" * 256, '"a";p=1', "a, b"]
)
def test_a_malformed_key_is_refused(acme: TenantApi, key: str) -> None:
    answer = post(acme, "{}", key=key)
    assert (answer.status, answer.slug) == (400, "invalid-parameters")
    assert items() == []


@given(VISIBLE.filter(lambda key: not key.startswith('"')))
def test_every_visible_key_reads_as_itself_and_as_its_quoted_form(key: str) -> None:
    quoted = '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert idempotency.parse(key) == idempotency.parse(quoted) == key


@given(st.text(max_size=300))
def test_any_header_is_a_visible_key_or_refused(header: str) -> None:
    try:
        key = idempotency.parse(header)
    except InvalidParameters:
        return
    assert 1 <= len(key) <= 255
    assert all("!" <= character <= "~" for character in key)
