"""The collections that a tenant has, with the numbers of their items."""

import random
from typing import Any

import pytest

from agreed import partitions
from tests.support import tenant_api
from tests.support.tenant_api import BrokenTable, TenantApi

ITEMS, COLLECTION, ITEM = "/items", "/items/{collection}", "/items/{collection}/{id}"


def create(api: TenantApi, collection: str) -> str:
    return str(api.call("POST", COLLECTION, {}, path={"collection": collection}).json["id"])


def walked(api: TenantApi, limit: int) -> dict[str, int]:
    """All pages; each name comes once, in order."""
    found: list[Any] = []
    cursor = ""
    while True:
        answer = api.call("GET", ITEMS, query=f"limit={limit}{cursor}")
        assert answer.status == 200
        assert len(answer.json["collections"]) <= limit
        found += answer.json["collections"]
        if "next_cursor" not in answer.json:
            names = [each["name"] for each in found]
            assert names == sorted(set(names))
            return {each["name"]: each["items"] for each in found}
        cursor = f"&cursor={answer.json['next_cursor']}"


def test_a_collection_is_there_from_its_first_item_to_its_last(acme: TenantApi) -> None:
    assert walked(acme, 20) == {}
    first, _ = create(acme, "orders"), create(acme, "carts")
    create(acme, "orders")
    assert walked(acme, 20) == {"carts": 1, "orders": 2}
    acme.call("DELETE", ITEM, path={"collection": "orders", "id": first})
    assert walked(acme, 20) == {"carts": 1, "orders": 1}
    for item in acme.call("GET", COLLECTION, path={"collection": "carts"}).json["items"]:
        acme.call("DELETE", ITEM, path={"collection": "carts", "id": item["id"]})
    assert walked(acme, 20) == {"orders": 1}


@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize("seed", range(5))
def test_pages_sum_up_the_shards_however_the_counts_lie_in_them(
    acme: TenantApi, limit: int, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - nothing secret
    expected: dict[str, int] = {}
    for number in range(12):
        name = f"c{number:02}"
        for shard in chance.sample(range(partitions.SHARDS), chance.randint(1, 4)):
            n = chance.randint(-2, 5)
            expected[name] = expected.get(name, 0) + n
            partition = partitions.counts("acme", "items", "item", shard)
            record = {"pk": {"S": partition}, "sk": {"S": name}, "n": {"N": str(n)}}
            tenant_api.client("dynamodb").put_item(TableName=tenant_api.TABLE, Item=record)
    assert walked(acme, limit) == {name: n for name, n in expected.items() if n > 0}


def test_a_page_is_one_bounded_query_of_each_shard(acme: TenantApi, broken_table: BrokenTable) -> None:
    create(acme, "orders")
    broken_table.calls.clear()
    broken_table.asked.clear()
    acme.call("GET", ITEMS, query="limit=5")
    assert broken_table.calls == ["Query"] * partitions.SHARDS
    assert {each["Limit"] for each in broken_table.asked} == {6}


def test_a_tenant_sees_its_own_collections_alone(acme: TenantApi, acme_eu: TenantApi) -> None:
    create(acme, "orders")
    assert walked(acme_eu, 20) == {}


@pytest.mark.parametrize("query", ["order=newest", "created_after=2026-11-01T00:00:00Z", "state=new"])
def test_what_collections_are_not_listed_by_is_refused(acme: TenantApi, query: str) -> None:
    answer = acme.call("GET", ITEMS, query=query)
    assert (answer.status, answer.slug) == (400, "invalid-parameters")
    assert answer.json["errors"][0]["detail"] == "unknown; this route takes cursor, limit"
