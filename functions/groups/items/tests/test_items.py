"""The items routes, as a client of one tenant sees them."""

import itertools
import json
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import pytest

from api import clock, etags, identifiers
from api.bodies import MAX_BYTES
from api.errors import PreconditionFailed
from api.table import Table
from groups.items.collection import Collection
from groups.items.declaration import SERVER_FIELDS
from tests.support import tenant_api
from tests.support.tenant_api import Answer, TenantApi

COLLECTION = "/items/{collection}"
ITEM = "/items/{collection}/{id}"
ORDERS = {"collection": "orders"}
UNKNOWN_ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"


def create(api: TenantApi, document: Any, collection: str = "orders", **headers: str) -> Answer:
    answer = api.call("POST", COLLECTION, document, path={"collection": collection}, headers=headers)
    assert answer.status == 201, answer.text
    return answer


def at(item_id: str) -> dict[str, str]:
    return {**ORDERS, "id": item_id}


def item_count(api: TenantApi) -> int:
    summary = api.call("GET", "/tools/summary").json
    return int(summary["items"].get("orders", 0))


def test_a_created_item_is_read_back_with_its_etag(acme: TenantApi) -> None:
    created = create(acme, {"total": 12.5, "name": "Tee ☕"})
    read = acme.call("GET", ITEM, path=at(created.json["id"]))
    assert read.json == created.json
    assert read.json["total"] == 12.5
    assert read.json["version"] == 1
    assert read.headers["ETag"] == created.headers["ETag"] == '"1"'


def test_the_location_of_a_new_item_is_relative_to_its_collection(acme: TenantApi) -> None:
    created = create(acme, {})
    assert created.headers["Location"] == f"orders/{created.json['id']}"


def test_times_are_rfc3339_in_utc_with_milliseconds(acme: TenantApi) -> None:
    item = create(acme, {}).json
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", item["created_at"])
    assert item["updated_at"] == item["created_at"]


@pytest.mark.parametrize("name", SERVER_FIELDS)
@pytest.mark.parametrize("value", ["evt_1NG8Du2eZvKYlo2C", 7, None])
def test_a_clients_own_member_is_refused_rather_than_lost(acme: TenantApi, name: str, value: object) -> None:
    answer = acme.call("POST", COLLECTION, {name: value, "a": 1}, path=ORDERS)
    assert (answer.status, answer.slug) == (400, "invalid-body")
    assert [fault["pointer"] for fault in answer.json["errors"]] == [f"/{name}"]
    path = {**ORDERS, "id": acme.call("POST", COLLECTION, {"a": 1}, path=ORDERS).json["id"]}
    again = acme.call("PUT", ITEM, {name: value, "a": 2}, path=path, headers={"If-Match": "*"})
    assert (again.status, again.slug) == (400, "invalid-body")
    assert acme.call("GET", ITEM, path=path).json["a"] == 1


@pytest.mark.parametrize("left_out", [(), ("created_at", "updated_at", "version")])
def test_what_was_read_can_be_sent_back(acme: TenantApi, left_out: tuple[str, ...]) -> None:
    read = acme.call("POST", COLLECTION, {"a": 1}, path=ORDERS).json
    path = {**ORDERS, "id": read["id"]}
    body = {name: value for name, value in read.items() if name not in left_out}
    answer = acme.call("PUT", ITEM, {**body, "a": 2}, path=path, headers={"If-Match": '"1"'})
    assert answer.status == 200
    assert answer.json == {**read, "a": 2, "version": 2, "updated_at": answer.json["updated_at"]}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_the_largest_item_can_be_sent_back_as_it_was_read(acme: TenantApi, method: str) -> None:
    path = at("x" * 128)
    largest = {"a": "x" * (MAX_BYTES - len('{"a":""}'))}
    assert acme.call("PUT", ITEM, largest, path=path, headers={"If-None-Match": "*"}).status == 201
    read = acme.call("GET", ITEM, path=path)
    media = "application/merge-patch+json" if method == "PATCH" else "application/json"
    headers = {"If-Match": read.headers["ETag"], "Content-Type": media}
    answer = acme.call(method, ITEM, path=path, body=read.text, headers=headers)
    assert (answer.status, answer.json["a"]) == (200, largest["a"])
    larger = {"a": largest["a"] + "x"}
    assert acme.call(
        method, ITEM, larger, path=path, headers={"Content-Type": media, "If-Match": "*"}
    ).slug == ("payload-too-large")


@pytest.mark.parametrize(
    ("method", "resource", "form"),
    [
        ("POST", COLLECTION, "{}"),
        ("PUT", ITEM, "{}"),
        ("POST", "/items", '{{"writes":[{{"action":"create","collection":"orders","item":{}}}]}}'),
    ],
)
def test_an_item_is_measured_as_it_is_stored(acme: TenantApi, method: str, resource: str, form: str) -> None:
    """1e15 is written out: 4 bytes become 18."""
    body = form.format('{"n":[' + ",".join(["1e15"] * 4_000) + "]}")
    assert len(body) < MAX_BYTES / 3
    headers = {"If-None-Match": "*"} if method == "PUT" else {}
    answer = acme.call(method, resource, path=at("order-1"), body=body, headers=headers)
    assert (answer.status, answer.slug) == (413, "payload-too-large")
    assert tenant_api.records() == []


@pytest.mark.parametrize("number", ["12345678901234567890123", "1.0", "0.1", "-0.0", "1e2", "true", "null"])
def test_values_keep_their_json_type_and_digits(acme: TenantApi, number: str) -> None:
    created = acme.call("POST", COLLECTION, path=ORDERS, body=f'{{"n":{number}}}')
    read = acme.call("GET", ITEM, path=at(created.json["id"]))
    assert repr(read.json["n"]) == repr(json.loads(number))


class TestReading:
    def test_a_current_version_is_not_sent_again(self, acme: TenantApi) -> None:
        item_id = create(acme, {}).json["id"]
        for tags in ('"1"', 'W/"1"', '"7", W/"1"', "*"):
            answer = acme.call("GET", ITEM, path=at(item_id), headers={"If-None-Match": tags})
            assert (answer.status, answer.text, answer.headers["ETag"]) == (304, "", '"1"')

    def test_another_version_is_sent(self, acme: TenantApi) -> None:
        item_id = create(acme, {}).json["id"]
        answer = acme.call("GET", ITEM, path=at(item_id), headers={"If-None-Match": '"2"'})
        assert answer.status == 200

    @pytest.mark.parametrize("item_id", [UNKNOWN_ID, "nope", UNKNOWN_ID.lower(), "", ".", "a#b", "a" * 129])
    def test_what_is_not_there_is_404(self, acme: TenantApi, item_id: str) -> None:
        assert acme.call("GET", ITEM, path=at(item_id)).slug == "not-found"

    @pytest.mark.parametrize("name", ["Orders", "1st", "a" * 64, "a#b", "", "a/b", "ordérs", "orders\n"])
    def test_a_malformed_collection_is_refused(self, acme: TenantApi, name: str) -> None:
        answer = acme.call("GET", COLLECTION, path={"collection": name})
        assert (answer.status, answer.slug) == (400, "invalid-parameters")
        assert answer.json["errors"][0]["parameter"] == "collection"


class TestReplacing:
    def test_a_replacement_drops_what_it_does_not_repeat(self, acme: TenantApi) -> None:
        first = create(acme, {"a": 1}).json
        answer = acme.call("PUT", ITEM, {"b": 2}, path=at(first["id"]), headers={"If-Match": '"1"'})
        assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
        read = acme.call("GET", ITEM, path=at(first["id"])).json
        assert read == answer.json
        assert "a" not in read
        assert (read["b"], read["created_at"]) == (2, first["created_at"])

    def test_without_if_match_it_is_428(self, acme: TenantApi) -> None:
        answer = acme.call("PUT", ITEM, {}, path=at(create(acme, {}).json["id"]))
        assert (answer.status, answer.slug) == (428, "precondition-required")

    @pytest.mark.parametrize("tags", ['"2"', 'W/"1"', '"abc"', '"01"', '"-1"', '"0"', '""'])
    def test_a_tag_that_is_not_strongly_the_current_one_is_412(self, acme: TenantApi, tags: str) -> None:
        answer = acme.call("PUT", ITEM, {}, path=at(create(acme, {}).json["id"]), headers={"If-Match": tags})
        assert (answer.status, answer.slug) == (412, "precondition-failed")

    @pytest.mark.parametrize("tags", ["*", '"7", "1"', ' "1" ', '"1",,'])
    def test_any_of_the_tags_may_match(self, acme: TenantApi, tags: str) -> None:
        answer = acme.call("PUT", ITEM, {}, path=at(create(acme, {}).json["id"]), headers={"If-Match": tags})
        assert answer.status == 200

    @pytest.mark.parametrize("tags", ["*", '"1"', 'W/"1"'])
    def test_a_missing_item_is_404_and_stays_missing(self, acme: TenantApi, tags: str) -> None:
        answer = acme.call("PUT", ITEM, {}, path=at(UNKNOWN_ID), headers={"If-Match": tags})
        assert answer.slug == "not-found"
        assert tenant_api.records() == []

    def test_of_parallel_writers_of_one_version_one_wins(
        self, acme: TenantApi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        item_id = create(acme, {"n": -1}).json["id"]
        client = tenant_api.client("dynamodb")
        # DynamoDB takes the calls on one item one after another; moto leaves that to the caller.
        monkeypatch.setattr(client, "_make_api_call", one_at_a_time(client._make_api_call))
        orders = Collection(Table(tenant_api.TABLE, client), acme.tenant, "orders")
        start = threading.Barrier(WRITERS)

        def wins(n: int) -> bool:
            start.wait()
            try:
                orders.replace(item_id, {"n": n}, etags.parse('"1"', "If-Match"))
            except PreconditionFailed:
                return False
            return True

        with ThreadPoolExecutor(WRITERS) as pool:
            winners = [n for n, won in enumerate(pool.map(wins, range(WRITERS))) if won]
        read = acme.call("GET", ITEM, path=at(item_id)).json
        assert winners == [read["n"]]
        assert read["version"] == 2


WRITERS = 8


class TestCreatingUnderAnIdOfTheClients:
    ABSENT: ClassVar = {"If-None-Match": "*"}

    def put(self, api: TenantApi, document: Any, **headers: str) -> Answer:
        return api.call("PUT", ITEM, document, path=at(UNKNOWN_ID), headers={**self.ABSENT, **headers})

    def test_it_is_there_afterwards_and_counted(self, acme: TenantApi) -> None:
        created = self.put(acme, {"total": 1})
        assert (created.status, created.json["id"]) == (201, UNKNOWN_ID)
        assert created.headers["ETag"] == f'"{created.json["version"]}"'
        assert created.headers["Location"] == UNKNOWN_ID
        assert acme.call("GET", ITEM, path=at(UNKNOWN_ID)).json == created.json
        assert item_count(acme) == 1

    def test_its_time_is_that_of_its_creation_and_not_the_ids(self, acme: TenantApi) -> None:
        created = self.put(acme, {}).json
        assert created["created_at"] != identifiers.created_at(UNKNOWN_ID)
        assert created["created_at"] == created["updated_at"]

    @pytest.mark.parametrize("keyed", [{}, {"Idempotency-Key": "k"}])
    def test_one_that_is_there_is_kept(self, acme: TenantApi, keyed: dict[str, str]) -> None:
        first = self.put(acme, {"n": 1}).json
        again = self.put(acme, {"n": 2}, **keyed)
        assert (again.status, again.slug) == (412, "precondition-failed")
        assert acme.call("GET", ITEM, path=at(UNKNOWN_ID)).json == first
        assert item_count(acme) == 1

    def test_a_repeat_with_its_key_is_answered_as_the_first_time(self, acme: TenantApi) -> None:
        first, again = (self.put(acme, {"n": 1}, **{"Idempotency-Key": "k"}) for _ in range(2))
        assert (again.status, again.json) == (201, first.json)
        assert [each.headers.get("Idempotent-Replayed") for each in (first, again)] == [None, "true"]
        assert item_count(acme) == 1

    def test_a_key_that_created_does_not_replace(self, acme: TenantApi) -> None:
        keyed = {"Idempotency-Key": "k"}
        self.put(acme, {"n": 1}, **keyed)
        other = acme.call("PUT", ITEM, {"n": 1}, path=at(UNKNOWN_ID), headers={"If-Match": "*", **keyed})
        assert (other.status, other.slug) == (422, "idempotency-key-reused")

    @pytest.mark.parametrize("keyed", [{}, {"Idempotency-Key": "k"}])
    def test_it_is_replaced_deleted_and_created_again_as_any_other(
        self, acme: TenantApi, keyed: dict[str, str]
    ) -> None:
        created = self.put(acme, {"n": 1})
        headers = {"If-Match": created.headers["ETag"], **keyed}
        replaced = acme.call("PUT", ITEM, {"n": 2}, path=at(UNKNOWN_ID), headers=headers)
        assert (replaced.status, replaced.json["version"]) == (200, created.json["version"] + 1)
        assert replaced.json["created_at"] == created.json["created_at"]
        assert acme.call("DELETE", ITEM, path=at(UNKNOWN_ID)).status == 204
        assert self.put(acme, {"n": 3}).json["n"] == 3

    @pytest.mark.parametrize("keyed", [{}, {"Idempotency-Key": "k"}])
    def test_what_was_read_of_a_deleted_item_is_stale_for_the_next_of_its_id(
        self, acme: TenantApi, monkeypatch: pytest.MonkeyPatch, keyed: dict[str, str]
    ) -> None:
        monkeypatch.setattr(clock, "now_ms", itertools.count(clock.now_ms()).__next__)
        path = at(UNKNOWN_ID)
        read = self.put(acme, {"n": 1}).headers["ETag"]
        assert acme.call("DELETE", ITEM, path=path).status == 204
        there = self.put(acme, {"n": 2}).json
        assert acme.call("GET", ITEM, path=path, headers={"If-None-Match": read}).json == there
        for method, body in (("PUT", {"n": 3}), ("PATCH", {"n": 3}), ("DELETE", None)):
            media = "application/merge-patch+json" if method == "PATCH" else "application/json"
            headers = {"If-Match": read, "Content-Type": media, **keyed}
            answer = acme.call(method, ITEM, body, path=path, headers=headers)
            assert answer.slug == "precondition-failed", method
        assert acme.call("GET", ITEM, path=path).json == there

    @pytest.mark.parametrize("tags", ['"1"', 'W/"1", "2"'])
    def test_a_version_that_must_not_be_there_is_refused(self, acme: TenantApi, tags: str) -> None:
        answer = self.put(acme, {}, **{"If-None-Match": tags})
        assert (answer.status, answer.slug) == (400, "invalid-parameters")
        assert answer.json["errors"][0]["parameter"] == "If-None-Match"
        assert tenant_api.records() == []

    @pytest.mark.parametrize("there", [False, True])
    def test_an_item_that_is_to_be_there_and_not_to_be_is_neither_created_nor_replaced(
        self, acme: TenantApi, there: bool
    ) -> None:
        if there:
            self.put(acme, {"n": 1})
        before = tenant_api.records()
        answer = self.put(acme, {"n": 2}, **{"If-Match": "*"})
        assert (answer.status, answer.slug) == (412, "precondition-failed")
        assert tenant_api.records() == before

    @pytest.mark.parametrize(
        "item_id", ["order-1", UNKNOWN_ID.lower(), "evt_1NG8Du2eZvKYlo2C", "a.b~c", "7", "a" * 128]
    )
    @pytest.mark.parametrize("keyed", [{}, {"Idempotency-Key": "k"}])
    def test_ids_of_other_systems_are_taken(
        self, acme: TenantApi, item_id: str, keyed: dict[str, str]
    ) -> None:
        path = at(item_id)
        created = acme.call("PUT", ITEM, {"n": 1}, path=path, headers={**self.ABSENT, **keyed})
        assert (created.status, created.json["id"]) == (201, item_id)
        replaced = acme.call("PUT", ITEM, {"n": 2}, path=path, headers={"If-Match": "*", **_other(keyed)})
        assert (replaced.status, replaced.json["version"]) == (200, created.json["version"] + 1)
        create(acme, {})
        ids, cursor = [], ""
        for _ in range(2):
            page = acme.call("GET", COLLECTION, path=ORDERS, query=f"limit=1{cursor}").json
            ids += [item["id"] for item in page["items"]]
            cursor = f"&cursor={page.get('next_cursor')}"
        assert ids == sorted(ids)
        assert item_id in ids
        assert acme.call("DELETE", ITEM, path=path).status == 204
        assert acme.call("GET", ITEM, path=path).slug == "not-found"

    @pytest.mark.parametrize("item_id", [".", "..", "_a", "a#b", "a/b", "a b", "é", "a\n", "a" * 129, ""])
    def test_what_keys_and_paths_would_have_to_escape_is_no_id(self, acme: TenantApi, item_id: str) -> None:
        answer = acme.call("PUT", ITEM, {}, path=at(item_id), headers=self.ABSENT)
        assert (answer.status, answer.slug) == (400, "invalid-parameters")
        assert answer.json["errors"][0]["parameter"] == "id"
        assert tenant_api.records() == []

    def test_members_of_the_servers_names_are_refused_unless_the_id_is_the_items(
        self, acme: TenantApi
    ) -> None:
        assert self.put(acme, {"id": "mine"}).slug == "invalid-body"
        assert self.put(acme, {"id": UNKNOWN_ID, "created_at": "2019", "version": 2}).slug == "invalid-body"
        assert self.put(acme, {"id": UNKNOWN_ID, "n": 1}).json["n"] == 1

    def test_pages_go_by_ids(self, acme: TenantApi) -> None:
        newer = create(acme, {}).json["id"]
        self.put(acme, {})
        first = acme.call("GET", COLLECTION, path=ORDERS, query="limit=1").json
        then = acme.call("GET", COLLECTION, path=ORDERS, query=f"cursor={first['next_cursor']}").json
        assert [item["id"] for page in (first, then) for item in page["items"]] == [UNKNOWN_ID, newer]


def _other(keyed: dict[str, str]) -> dict[str, str]:
    return {name: f"{value}-2" for name, value in keyed.items()}


def one_at_a_time(call: Callable[..., Any]) -> Callable[..., Any]:
    turn = threading.Lock()

    def called(*arguments: Any) -> Any:
        with turn:
            return call(*arguments)

    return called


class TestDeleting:
    def test_a_deleted_item_is_gone(self, acme: TenantApi) -> None:
        item_id = create(acme, {}).json["id"]
        assert acme.call("DELETE", ITEM, path=at(item_id)).status == 204
        assert acme.call("GET", ITEM, path=at(item_id)).status == 404
        assert acme.call("DELETE", ITEM, path=at(item_id)).slug == "not-found"

    def test_a_stale_version_is_kept(self, acme: TenantApi) -> None:
        item_id = create(acme, {}).json["id"]
        answer = acme.call("DELETE", ITEM, path=at(item_id), headers={"If-Match": '"2"'})
        assert (answer.status, answer.slug) == (412, "precondition-failed")
        assert acme.call("DELETE", ITEM, path=at(item_id), headers={"If-Match": '"1"'}).status == 204


class TestCounting:
    def test_counts_follow_creates_replays_replacements_and_deletes(self, acme: TenantApi) -> None:
        ids = [create(acme, {"n": n}).json["id"] for n in range(5)]
        for _ in range(2):
            create(acme, {"n": 6}, **{"Idempotency-Key": "k-1"})
        acme.call("PUT", ITEM, {}, path=at(ids[0]), headers={"If-Match": "*"})
        acme.call("DELETE", ITEM, path=at(ids[1]), headers={"If-Match": '"9"'})
        acme.call("DELETE", ITEM, path=at(ids[2]))
        acme.call("DELETE", ITEM, path=at(ids[2]))
        assert item_count(acme) == 5

    def test_an_empty_collection_is_not_listed(self, acme: TenantApi) -> None:
        acme.call("DELETE", ITEM, path=at(create(acme, {}).json["id"]))
        assert acme.call("GET", "/tools/summary").json["items"] == {}


class TestListing:
    def test_pages_hold_every_item_once_oldest_first(self, acme: TenantApi) -> None:
        created = sorted(create(acme, {"n": n}).json["id"] for n in range(5))
        seen, cursor, sizes = [], "", []
        while cursor is not None:
            page = acme.call(
                "GET", COLLECTION, path=ORDERS, query=f"limit=2{cursor and '&cursor='}{cursor}"
            ).json
            seen += [item["id"] for item in page["items"]]
            sizes.append(len(page["items"]))
            cursor = page.get("next_cursor")
        assert seen == created
        assert sizes == [2, 2, 1]

    def test_a_full_last_page_has_no_cursor(self, acme: TenantApi) -> None:
        for _ in range(2):
            create(acme, {})
        assert "next_cursor" not in acme.call("GET", COLLECTION, path=ORDERS, query="limit=2").json

    def test_an_unknown_collection_is_an_empty_page(self, acme: TenantApi) -> None:
        assert acme.call("GET", COLLECTION, path=ORDERS).json == {"items": []}

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "1.5", "ten", "", "\uff11", "0x1", "1000", " 1"])
    def test_a_limit_outside_1_to_100_is_refused(self, acme: TenantApi, limit: str) -> None:
        answer = acme.call("GET", COLLECTION, path=ORDERS, query=f"limit={limit}")
        assert (answer.status, answer.slug) == (400, "invalid-parameters")

    def test_a_repeated_limit_is_refused(self, acme: TenantApi) -> None:
        answer = acme.call("GET", COLLECTION, path=ORDERS, query="limit=1&limit=2")
        assert answer.slug == "invalid-parameters"

    def test_an_unknown_parameter_is_refused_beside_those_that_there_are(self, acme: TenantApi) -> None:
        answer = acme.call("GET", COLLECTION, path=ORDERS, query="limt=1&limit=3")
        assert (answer.status, answer.slug) == (400, "invalid-parameters")
        (fault,) = answer.json["errors"]
        assert fault["parameter"] == "limt"
        assert "created_after, created_before, cursor, limit, order" in fault["detail"]


class TestTenants:
    def test_an_item_of_one_tenant_is_invisible_to_one_whose_slug_it_begins(
        self, acme: TenantApi, acme_eu: TenantApi
    ) -> None:
        item_id = create(acme, {"secret": 1}).json["id"]
        assert acme_eu.call("GET", ITEM, path=at(item_id)).status == 404
        assert acme_eu.call("GET", COLLECTION, path=ORDERS).json == {"items": []}
        assert acme_eu.call("GET", "/tools/summary").json["items"] == {}
        assert acme_eu.call("DELETE", ITEM, path=at(item_id)).status == 404
        headers = {"If-Match": "*"}
        assert acme_eu.call("PUT", ITEM, {}, path=at(item_id), headers=headers).status == 404

    def test_every_record_sits_under_its_tenant_and_group(self, acme: TenantApi, acme_eu: TenantApi) -> None:
        create(acme, {}, **{"Idempotency-Key": "k"})
        acme_eu.call("POST", "/contact", {"email": "a@b.example", "message": "Hi"}, subject=None)
        prefixes = {record["pk"]["S"].rsplit("#", 1)[0].split("#")[0] for record in tenant_api.records()}
        groups = {tuple(record["pk"]["S"].split("#")[:2]) for record in tenant_api.records()}
        assert prefixes == {"acme", "acme-eu"}
        assert groups == {("acme", "items"), ("acme-eu", "contact")}
