"""Up to 25 items are written in one transaction."""

import itertools
from typing import Any

import pytest

from api import clock
from groups.items.batch import Written
from groups.items.writes import Write
from tests.support import tenant_api
from tests.support.tenant_api import Answer, BrokenTable, TenantApi

ITEMS, COLLECTION, ITEM = "/items", "/items/{collection}", "/items/{collection}/{id}"
UNKNOWN_ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
KEY = {"Idempotency-Key": "k"}


def batch(api: TenantApi, *writes: Any, **headers: str) -> Answer:
    return api.call("POST", ITEMS, {"writes": list(writes)}, headers=headers)


def creation(item: Any, collection: str = "orders", **members: Any) -> dict[str, Any]:
    return {"action": "create", "collection": collection, "item": item, **members}


def listed(api: TenantApi, collection: str = "orders") -> list[Any]:
    return list(api.call("GET", COLLECTION, path={"collection": collection}).json["items"])


def counts(api: TenantApi) -> Any:
    return api.call("GET", "/tools/summary").json["items"]


def pointers(answer: Answer) -> list[str]:
    return [fault["pointer"] for fault in answer.json["errors"]]


def test_items_are_created_in_their_order_and_counted(acme: TenantApi) -> None:
    answer = batch(acme, *(creation({"n": n}) for n in range(25)))
    assert answer.status == 200
    items = listed(acme)
    assert [item["id"] for item in items] == [each["id"] for each in answer.json["results"]][:20]
    assert [item["n"] for item in items] == list(range(20))
    assert {item["created_at"] for item in items} == {answer.json["written_at"]}
    assert counts(acme) == {"orders": 25}


def test_one_batch_creates_replaces_and_deletes_in_several_collections(acme: TenantApi) -> None:
    made = batch(acme, creation({"n": 1}), creation({"n": 2}, "carts")).json["results"]
    answer = batch(
        acme,
        {"action": "replace", "collection": "orders", "id": made[0]["id"], "version": 1, "item": {"n": 3}},
        {"action": "delete", "collection": "carts", "id": made[1]["id"]},
        creation({"n": 4}, "carts", id="cart-4"),
        creation({"n": 5}, "notes"),
    )
    assert answer.status == 200
    (cart,) = listed(acme, "carts")
    assert [each.get("version") for each in answer.json["results"]] == [2, None, cart["version"], 1]
    (order,) = listed(acme)
    assert (order["n"], order["version"], order["updated_at"]) == (3, 2, answer.json["written_at"])
    assert (cart["id"], cart["n"]) == ("cart-4", 4)
    assert counts(acme) == {"carts": 1, "notes": 1, "orders": 1}


def test_where_one_write_fails_none_is_made_and_each_that_failed_is_named(acme: TenantApi) -> None:
    made = batch(acme, creation({"n": 1}), creation({"n": 2}, id="order-2")).json["results"]
    before = tenant_api.records()
    stale = {"collection": "orders", "id": made[0]["id"], "version": 7}
    answer = batch(
        acme,
        creation({"n": 3}),
        creation({"n": 4}, id="order-2"),
        {"action": "replace", **stale, "item": {}},
        {"action": "delete", "collection": "orders", "id": UNKNOWN_ID},
    )
    assert (answer.status, answer.slug) == (412, "precondition-failed")
    assert pointers(answer) == ["/writes/1", "/writes/2", "/writes/3"]
    assert "version 1" in answer.json["errors"][1]["detail"]
    assert tenant_api.records() == before
    assert pointers(batch(acme, {"action": "delete", **stale})) == ["/writes/0"]


def test_a_version_of_a_deleted_item_is_not_one_of_the_next_of_its_id(
    acme: TenantApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now_ms", itertools.count(clock.now_ms()).__next__)
    (cart,) = batch(acme, creation({}, "carts", id="cart-77")).json["results"]
    delete = {"action": "delete", **cart}
    assert batch(acme, delete).status == 200
    batch(acme, creation({"n": 1}, "carts", id="cart-77"))
    assert pointers(batch(acme, delete)) == ["/writes/0"]
    assert pointers(batch(acme, {**delete, "action": "replace", "item": {}})) == ["/writes/0"]
    assert [item["n"] for item in listed(acme, "carts")] == [1]


class TestRepeats:
    def test_a_repeat_is_answered_as_the_first_time(self, acme: TenantApi) -> None:
        writes = [creation({"n": 1}), creation({"n": 2}, id="order-2")]
        first, again = (batch(acme, *writes, **KEY) for _ in range(2))
        assert (again.status, again.json) == (200, first.json)
        assert [each.headers.get("Idempotent-Replayed") for each in (first, again)] == [None, "true"]
        assert counts(acme) == {"orders": 2}

    def test_a_repeat_of_a_replacement_and_a_deletion_does_not_fail(self, acme: TenantApi) -> None:
        made = batch(acme, creation({}), creation({})).json["results"]
        writes = [
            {
                "action": "replace",
                "collection": "orders",
                "id": made[0]["id"],
                "version": 1,
                "item": {"n": 1},
            },
            {"action": "delete", "collection": "orders", "id": made[1]["id"], "version": 1},
        ]
        first, again = (batch(acme, *writes, **KEY) for _ in range(2))
        assert (first.status, again.status, again.json) == (200, 200, first.json)
        assert counts(acme) == {"orders": 1}

    def test_what_an_earlier_release_made_is_answered_as_it_was(self) -> None:
        """Its versions all began with 1, and its receipts do not say so."""
        write = Write("create", "orders", id="order-2", version=None, document={})
        receipt = Written("2026-01-02T03:04:05.678Z", ["order-2"], first=7).receipt()
        del receipt["first"]
        (made,) = Written.again(receipt).as_json([write])["results"]
        assert made["version"] == 1

    def test_what_failed_is_not_kept(self, acme: TenantApi) -> None:
        delete = {"action": "delete", "collection": "orders", "id": "order-1"}
        assert batch(acme, delete, **KEY).status == 412
        batch(acme, creation({}, id="order-1"))
        assert batch(acme, delete, **KEY).status == 200

    def test_another_batch_needs_another_key(self, acme: TenantApi) -> None:
        batch(acme, creation({"n": 1}), **KEY)
        assert batch(acme, creation({"n": 2}), **KEY).slug == "idempotency-key-reused"


GOOD = creation({})
FAULTS: list[tuple[Any, list[str]]] = [
    ({}, ["/writes"]),
    ({"writes": []}, ["/writes"]),
    ({"writes": [GOOD] * 26}, ["/writes"]),
    ({"writes": {"0": GOOD}}, ["/writes"]),
    ({"writes": [GOOD], "atomic": False}, ["/atomic"]),
    ({"writes": [GOOD, 1, GOOD]}, ["/writes/1"]),
    ({"writes": [{"action": "update"}]}, ["/writes/0/action"]),
    ({"writes": [{"action": ["create"]}]}, ["/writes/0/action"]),
    ({"writes": [{"action": "create"}]}, ["/writes/0/collection", "/writes/0/item"]),
    ({"writes": [creation({}, "A#b")]}, ["/writes/0/collection"]),
    ({"writes": [creation({}, id="a#b")]}, ["/writes/0/id"]),
    ({"writes": [creation([])]}, ["/writes/0/item"]),
    ({"writes": [creation({}, version=1)]}, ["/writes/0/version"]),
    ({"writes": [creation({"id": "x", "version": 1})]}, ["/writes/0/item/id", "/writes/0/item/version"]),
    ({"writes": [creation({}, **{"a/b~": 1})]}, ["/writes/0/a~1b~0"]),
    (
        {"writes": [{"action": "replace", "collection": "orders", "id": "a", "version": True, "item": {}}]},
        ["/writes/0/version"],
    ),
    (
        {"writes": [{"action": "delete", "collection": "orders", "id": "a", "version": 0}]},
        ["/writes/0/version"],
    ),
    (
        {
            "writes": [
                creation({}, id="a"),
                creation({}),
                {"action": "delete", "collection": "orders", "id": "a"},
            ]
        },
        ["/writes/2"],
    ),
    ({"writes": [GOOD, creation([]), {"action": "x"}]}, ["/writes/1/item", "/writes/2/action"]),
]


@pytest.mark.parametrize(("body", "where"), FAULTS)
def test_every_fault_is_named_by_its_position(acme: TenantApi, body: Any, where: list[str]) -> None:
    answer = acme.call("POST", ITEMS, body)
    assert (answer.status, answer.slug) == (400, "invalid-body")
    assert pointers(answer) == where
    assert tenant_api.records() == []


def test_a_batch_is_one_transaction(acme: TenantApi, broken_table: BrokenTable) -> None:
    batch(acme, *(creation({}, f"c{n}") for n in range(25)), **KEY)
    assert broken_table.calls == ["TransactWriteItems"]


def test_what_was_read_may_keep_the_servers_members_in_a_replacement(acme: TenantApi) -> None:
    batch(acme, creation({"id": "order-1", "n": 1}, id="order-1"))
    (read,) = listed(acme)
    replaced = {"action": "replace", "collection": "orders", "id": "order-1", "version": read["version"]}
    assert batch(acme, {**replaced, "item": {**read, "n": 2}}).status == 200
    assert listed(acme)[0]["n"] == 2


def test_a_batch_of_one_tenant_reaches_no_item_of_another(acme: TenantApi, acme_eu: TenantApi) -> None:
    batch(acme, creation({}, id="order-1"))
    answer = batch(acme_eu, {"action": "delete", "collection": "orders", "id": "order-1"})
    assert (answer.status, pointers(answer)) == (412, ["/writes/0"])
    assert len(listed(acme)) == 1
