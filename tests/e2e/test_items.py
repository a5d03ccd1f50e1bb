"""`/items`: collections of JSON objects that clients create, read, replace, delete and page through."""

import json
import re
from typing import Any

import pytest
import ulid

from tests.support.platform import Tenant, problem

ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
ORDER = {"customer": "Ada", "total": 12.5, "lines": [{"sku": "tea", "count": 2}]}
NOTHING = "00000000000000000000000000"


def create(tenant: Tenant, collection: str, document: Any, **headers: str) -> Any:
    return tenant.call("POST", f"/items/{collection}", document, headers=headers)


@pytest.fixture
def order(acme: Tenant) -> str:
    """The path of a fresh order."""
    return "/items/" + str(create(acme, "orders", ORDER).headers["location"])


@pytest.fixture
def cursor(acme: Tenant) -> str:
    """It leads to the second page of acme's `paged`."""
    for _ in range(2):
        create(acme, "paged", ORDER)
    return str(acme.call("GET", "/items/paged?limit=1").json()["next_cursor"])


def test_an_item_is_created_with_an_address_and_a_version(acme: Tenant) -> None:
    answer = create(acme, "orders", ORDER)
    item = answer.json()
    assert (answer.status_code, answer.headers["etag"], item["version"]) == (201, '"1"', 1)
    assert ULID.fullmatch(item["id"])
    assert item["created_at"] == item["updated_at"]
    address = answer.url.join(answer.headers["location"])
    assert str(address) == f"{acme.url}/items/orders/{item['id']}"
    read = acme.call("GET", str(address).removeprefix(acme.url))
    assert (read.status_code, read.headers["etag"], read.json()) == (200, '"1"', item)
    assert {name: item[name] for name in ORDER} == ORDER


@pytest.mark.parametrize("slug", ["acme", "acme-eu", "globex"])
def test_an_item_is_visible_to_its_tenant_alone(acme: Tenant, slug: str) -> None:
    owner = acme.platform.tenants[slug]
    path = "/items/" + create(owner, "private", ORDER).headers["location"]
    seen = {each.slug: each.call("GET", path).status_code for each in acme.platform.tenants.values()}
    assert seen == {each: 200 if each == slug else 404 for each in seen}


def test_an_unchanged_item_is_not_sent_again(acme: Tenant, order: str) -> None:
    kept = acme.call("GET", order, headers={"If-None-Match": '"1"'})
    assert (kept.status_code, kept.content, kept.headers["etag"]) == (304, b"", '"1"')
    assert acme.call("GET", order, headers={"If-None-Match": '"2"'}).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("item", [NOTHING, "nonsense"])
def test_what_is_not_there_is_not_found(acme: Tenant, method: str, item: str) -> None:
    body = ORDER if method == "PUT" else None
    answer = acme.call(method, f"/items/orders/{item}", body, headers={"If-Match": "*"})
    assert problem(answer) == (404, "not-found")


def test_a_replacement_must_name_the_version_that_it_replaces(acme: Tenant, order: str) -> None:
    assert problem(acme.call("PUT", order, {"total": 1})) == (428, "precondition-required")
    replaced = acme.call("PUT", order, {"total": 2}, headers={"If-Match": '"1"'})
    assert (replaced.status_code, replaced.headers["etag"]) == (200, '"2"')
    stale = acme.call("PUT", order, {"total": 3}, headers={"If-Match": '"1"'})
    assert problem(stale) == (412, "precondition-failed")
    item = acme.call("GET", order).json()
    assert (item["total"], item["version"], "customer" in item) == (2, 2, False)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("beginning", ["", "evt_1NG8Du2e.v~-"])
def test_an_item_is_created_under_an_id_that_the_client_chose(
    acme: Tenant, slash: str, beginning: str
) -> None:
    item_id = f"{beginning}{ulid.ULID()}"
    path = f"/items/chosen/{item_id}"
    created = acme.call("PUT", path + slash, {"a": 1}, headers={"If-None-Match": "*"})
    assert created.status_code == 201
    assert str(created.url.join(created.headers["location"])) == acme.url + path
    read = acme.call("GET", path)
    assert (read.json(), read.headers["etag"]) == (created.json(), created.headers["etag"])
    again = acme.call("PUT", path, {"a": 2}, headers={"If-None-Match": "*"})
    assert problem(again) == (412, "precondition-failed")


def test_deleting_keeps_to_a_version_if_one_is_named(acme: Tenant, order: str) -> None:
    stale = acme.call("DELETE", order, headers={"If-Match": '"9"'})
    assert problem(stale) == (412, "precondition-failed")
    gone = acme.call("DELETE", order, headers={"If-Match": '"1"'})
    assert (gone.status_code, gone.content) == (204, b"")
    assert problem(acme.call("GET", order)) == (404, "not-found")
    assert problem(acme.call("DELETE", order)) == (404, "not-found")


def test_a_collection_is_paged_from_the_oldest_to_the_newest(acme: Tenant) -> None:
    made = [create(acme, "pages", {"n": n}).json() for n in range(25)]
    pages, query = [], "?limit=10"
    while query:
        page = acme.call("GET", f"/items/pages{query}").json()
        pages.append(page["items"])
        query = f"?limit=10&cursor={page['next_cursor']}" if "next_cursor" in page else ""
    assert [len(page) for page in pages] == [10, 10, 5]
    assert sorted((item for page in pages for item in page), key=lambda item: item["n"]) == made
    seen = [item["id"] for page in pages for item in page]
    assert seen == sorted(seen)
    assert len(acme.call("GET", "/items/pages").json()["items"]) == 20


def test_items_are_listed_in_either_order_and_by_time(acme: Tenant) -> None:
    first, last = (create(acme, "timed", {"n": n}).json() for n in range(2))
    listed = [
        acme.call("GET", f"/items/timed?order={order}").json()["items"] for order in ("oldest", "newest")
    ]
    assert listed[0] == listed[1][::-1]
    since = acme.call("GET", f"/items/timed?created_after={first['created_at']}").json()["items"]
    assert {item["id"] for item in since} == {first["id"], last["id"]}
    assert acme.call("GET", f"/items/timed?created_before={first['created_at']}").json()["items"] == []


def test_a_patch_changes_the_members_that_it_names(acme: Tenant, order: str) -> None:
    patched = acme.call(
        "PATCH",
        order,
        content=json.dumps({"total": 13, "customer": None}).encode(),
        headers={"Content-Type": "application/merge-patch+json", "If-Match": '"1"'},
    )
    assert (patched.status_code, patched.headers["etag"]) == (200, '"2"')
    read = acme.call("GET", order).json()
    assert (read["total"], read["lines"], "customer" in read) == (13, ORDER["lines"], False)


def test_a_batch_is_written_whole_or_not_at_all(acme: Tenant, acme_eu: Tenant) -> None:
    kept = {"action": "create", "collection": "batched", "id": "a", "item": {"n": 1}}
    made = acme.call("POST", "/items", {"writes": [kept]})
    assert made.status_code == 200
    moved = [{**kept, "id": "b"}, {"action": "delete", **made.json()["results"][0]}]
    whole = acme.call("POST", "/items", {"writes": [*moved, {**kept, "id": "c", "collection": "more"}]})
    assert whole.status_code == 200
    again = acme.call("POST", "/items", {"writes": moved})
    assert problem(again) == (412, "precondition-failed")
    assert [each["pointer"] for each in again.json()["errors"]] == ["/writes/0", "/writes/1"]
    held = {each["name"]: each["items"] for each in acme.call("GET", "/items").json()["collections"]}
    assert (held["batched"], held["more"]) == (1, 1)
    others = {each["name"] for each in acme_eu.call("GET", "/items").json()["collections"]}
    assert not others & {"batched", "more"}


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=ten", "limit=1&limit=2", "limt=1"])
def test_a_bad_limit_is_refused(acme: Tenant, query: str) -> None:
    assert problem(acme.call("GET", f"/items/orders?{query}")) == (400, "invalid-parameters")


def test_a_cursor_holds_for_its_own_listing(acme: Tenant, acme_eu: Tenant, cursor: str) -> None:
    assert acme.call("GET", f"/items/paged?cursor={cursor}").status_code == 200
    assert problem(acme.call("GET", f"/items/orders?cursor={cursor}")) == (400, "invalid-cursor")
    assert problem(acme_eu.call("GET", f"/items/paged?cursor={cursor}")) == (400, "invalid-cursor")
    assert problem(acme.call("GET", f"/tools/contacts?cursor={cursor}")) == (400, "invalid-cursor")


@pytest.mark.parametrize("place", [0, 20, -1])
def test_a_changed_cursor_is_refused(acme: Tenant, cursor: str, place: int) -> None:
    letters = list(cursor)
    letters[place] = "A" if letters[place] != "A" else "B"
    answer = acme.call("GET", f"/items/paged?cursor={''.join(letters)}")
    assert problem(answer) == (400, "invalid-cursor")


def test_a_retried_creation_makes_one_item(acme: Tenant) -> None:
    first, again = (create(acme, "retried", ORDER, **{"Idempotency-Key": "once"}) for _ in range(2))
    assert (again.status_code, again.json()) == (201, first.json())
    assert [again.headers[name] for name in ("location", "etag")] == [
        first.headers[name] for name in ("location", "etag")
    ]
    assert len(acme.call("GET", "/items/retried").json()["items"]) == 1
    other = create(acme, "retried", {"total": 1}, **{"Idempotency-Key": "once"})
    assert problem(other) == (422, "idempotency-key-reused")


def test_an_idempotency_key_belongs_to_one_tenant_and_one_subject(acme: Tenant, globex: Tenant) -> None:
    keyed = {"Idempotency-Key": "shared"}
    bob = acme.token(sub="bob")
    made = [
        create(acme, "keyed", ORDER, **keyed),
        acme.call("POST", "/items/keyed", {"total": 2}, token=bob, headers=keyed),
        create(globex, "keyed", {"total": 3}, **keyed),
    ]
    assert [answer.status_code for answer in made] == [201, 201, 201]
    assert len({answer.json()["id"] for answer in made}) == 3


def test_a_clients_own_id_is_refused_and_what_was_read_can_be_sent_back(acme: Tenant, order: str) -> None:
    event = {"id": "evt_1NG8Du2eZvKYlo2C", "created_at": "2019-05-15T15:20:18Z", "type": "invoice.paid"}
    refused = create(acme, "events", event)
    assert problem(refused) == (400, "invalid-body")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/id", "/created_at"]
    read = acme.call("GET", order)
    again = acme.call("PUT", order, read.json(), headers={"If-Match": read.headers["etag"]})
    assert (again.status_code, again.json()["total"]) == (200, read.json()["total"])


@pytest.mark.parametrize(
    "number", ["1e-400", "3.141592653589793238462643383279502884197", "9007199254740993.5"]
)
def test_a_number_that_would_come_back_as_another_is_refused(acme: Tenant, number: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = acme.call("POST", "/items/numbers", content=f'{{"n": {number}}}'.encode(), headers=headers)
    assert problem(answer) == (400, "invalid-body")


def test_bytes_that_are_not_utf8_are_no_item(acme: Tenant) -> None:
    headers = {"Content-Type": "application/json"}
    answer = acme.call("POST", "/items/bytes", content=b'{"a": "\xff"}', headers=headers)
    assert problem(answer) == (400, "invalid-body")


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"text"', b'{"a": 1, "a": 2}'])
def test_only_an_unambiguous_object_is_an_item(acme: Tenant, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = acme.call("POST", "/items/orders", content=body, headers=headers)
    assert problem(answer) == (400, "invalid-body")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_item_over_64_kib_is_refused(acme: Tenant, order: str, method: str) -> None:
    path = order if method == "PUT" else "/items/orders"
    headers = {"If-Match": "*", "Content-Type": "application/json"}
    full = b'{"pad":"%s"}' % (b"x" * (65_536 - len(b'{"pad":""}')))
    assert acme.call(method, path, content=full, headers=headers).is_success
    over = acme.call(method, path, content=full.replace(b'"x', b'"xx'), headers=headers)
    assert problem(over) == (413, "payload-too-large")


def test_an_item_of_another_media_type_is_refused(acme: Tenant, order: str) -> None:
    content, headers = json.dumps(ORDER).encode(), {"Content-Type": "text/plain", "If-Match": "*"}
    for method, path in (("POST", "/items/orders"), ("PUT", order)):
        answer = acme.call(method, path, content=content, headers=headers)
        assert problem(answer) == (415, "unsupported-media-type")


def test_a_bad_collection_name_is_refused(acme: Tenant) -> None:
    assert problem(acme.call("GET", "/items/Orders")) == (400, "invalid-parameters")
