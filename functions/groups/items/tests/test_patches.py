"""Members of an item are changed by a JSON merge patch."""

import json
from typing import Any

import pytest

from groups.items import collection
from tests.support import tenant_api
from tests.support.tenant_api import Answer, TenantApi

COLLECTION = "/items/{collection}"
ITEM = "/items/{collection}/{id}"
ORDERS = {"collection": "orders"}
UNKNOWN_ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
TYPE = {"Content-Type": "application/merge-patch+json"}
KEYS: list[dict[str, str]] = [{}, {"Idempotency-Key": "k"}]


def create(api: TenantApi, document: Any) -> str:
    return str(api.call("POST", COLLECTION, document, path=ORDERS).json["id"])


def patch(api: TenantApi, item_id: str, body: Any, **headers: str) -> Answer:
    return api.call("PATCH", ITEM, body, path={**ORDERS, "id": item_id}, headers={**TYPE, **headers})


def read(api: TenantApi, item_id: str) -> Any:
    return api.call("GET", ITEM, path={**ORDERS, "id": item_id}).json


# The examples of RFC 7396, appendix A, whose target and patch are objects.
EXAMPLES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize("keyed", KEYS)
@pytest.mark.parametrize(("target", "change", "result"), EXAMPLES)
def test_a_patch_is_merged(
    acme: TenantApi, target: Any, change: Any, result: Any, keyed: dict[str, str]
) -> None:
    item_id = create(acme, target)
    answer = patch(acme, item_id, change, **keyed)
    assert (answer.status, answer.headers["ETag"]) == (200, '"2"')
    assert answer.json == read(acme, item_id)
    own = ("id", "created_at", "updated_at", "version")
    assert {name: value for name, value in answer.json.items() if name not in own} == result


@pytest.mark.parametrize("name", ["id", "created_at", "updated_at", "version"])
@pytest.mark.parametrize("value", [None, 7])
def test_the_servers_members_are_refused_by_name(acme: TenantApi, name: str, value: object) -> None:
    item_id = create(acme, {"a": 1})
    answer = patch(acme, item_id, {name: value, "a": 2})
    assert (answer.status, answer.slug) == (400, "invalid-body")
    assert [fault["pointer"] for fault in answer.json["errors"]] == [f"/{name}"]
    assert read(acme, item_id)["a"] == 1


def test_what_was_read_can_be_sent_back_as_a_patch(acme: TenantApi) -> None:
    item_id = create(acme, {"a": 1})
    assert patch(acme, item_id, {**read(acme, item_id), "a": 2}).json["a"] == 2


@pytest.mark.parametrize("keyed", KEYS)
def test_another_version_than_the_one_named_is_412(acme: TenantApi, keyed: dict[str, str]) -> None:
    item_id = create(acme, {"a": 1})
    assert patch(acme, item_id, {"a": 2}, **{"If-Match": '"1"'}).status == 200
    stale = patch(acme, item_id, {"a": 3}, **{"If-Match": '"1"'}, **keyed)
    assert (stale.status, stale.slug) == (412, "precondition-failed")
    assert read(acme, item_id)["a"] == 2
    assert patch(acme, item_id, {"a": 3}, **{"If-Match": '"1", "2"'}, **keyed).json["version"] == 3


@pytest.mark.parametrize("keyed", KEYS)
@pytest.mark.parametrize("item_id", [UNKNOWN_ID, "order-1", "#"])
def test_what_is_not_there_is_404_and_stays_missing(
    acme: TenantApi, item_id: str, keyed: dict[str, str]
) -> None:
    assert patch(acme, item_id, {"a": 1}, **keyed).slug == "not-found"
    assert tenant_api.records() == []


@pytest.mark.parametrize("kind", ["application/json", "application/json-patch+json", "text/plain"])
def test_another_type_is_415(acme: TenantApi, kind: str) -> None:
    answer = patch(acme, create(acme, {}), {"a": 1}, **{"Content-Type": kind})
    assert (answer.status, answer.slug) == (415, "unsupported-media-type")
    assert "application/merge-patch+json" in answer.json["detail"]


@pytest.mark.parametrize("body", ["[]", "null", "1", "", "{"])
def test_what_is_not_an_object_is_refused_as_a_whole(acme: TenantApi, body: str) -> None:
    path = {**ORDERS, "id": create(acme, {})}
    answer = acme.call("PATCH", ITEM, path=path, body=body, headers=TYPE)
    assert (answer.status, answer.slug) == (400, "invalid-body")
    assert [fault["pointer"] for fault in answer.json["errors"]] == [""]


def test_patches_do_not_add_up_to_more_than_an_item_may_be(acme: TenantApi) -> None:
    item_id = create(acme, {"a": "x" * 40_000})
    answer = patch(acme, item_id, {"b": "x" * 40_000})
    assert (answer.status, answer.slug) == (413, "payload-too-large")
    assert read(acme, item_id)["version"] == 1


def test_an_item_that_is_too_large_already_is_patched_unless_it_grows(acme: TenantApi) -> None:
    """One that was imported may be."""
    item_id = create(acme, {})
    tenant_api.client("dynamodb").update_item(
        TableName=tenant_api.TABLE,
        Key={"pk": {"S": "acme#items#item#orders"}, "sk": {"S": item_id}},
        UpdateExpression="SET #data = :data",
        ExpressionAttributeNames={"#data": "data"},
        ExpressionAttributeValues={":data": {"S": json.dumps({"a": "x" * 70_000, "b": "yy"})}},
    )
    assert patch(acme, item_id, {"b": "zzz"}).slug == "payload-too-large"
    assert patch(acme, item_id, {"b": "zz"}).json["b"] == "zz"
    assert "b" not in patch(acme, item_id, {"b": None}).json


class TestRepeats:
    KEY = KEYS[1]

    @pytest.mark.parametrize("match", [{}, {"If-Match": '"1"'}, {"If-Match": "*"}])
    def test_a_repeat_changes_nothing_more(self, acme: TenantApi, match: dict[str, str]) -> None:
        item_id = create(acme, {"a": 1})
        first, again = (patch(acme, item_id, {"a": 2}, **self.KEY, **match) for _ in range(2))
        assert (again.status, again.json, again.headers["ETag"]) == (200, first.json, '"2"')
        assert again.headers["Idempotent-Replayed"] == "true"

    def test_a_repeat_gets_the_item_as_others_have_changed_it_meanwhile(self, acme: TenantApi) -> None:
        item_id = create(acme, {"a": 1})
        patch(acme, item_id, {"a": 2}, **self.KEY)
        changed = patch(acme, item_id, {"a": 3, "b": 1}).json
        again = patch(acme, item_id, {"a": 2}, **self.KEY)
        assert (again.status, again.json, again.headers["ETag"]) == (200, changed, '"3"')
        assert read(acme, item_id) == changed

    def test_a_repeat_finds_an_item_gone_that_was_deleted_meanwhile(self, acme: TenantApi) -> None:
        item_id = create(acme, {"a": 1})
        patch(acme, item_id, {"a": 2}, **self.KEY)
        acme.call("DELETE", ITEM, path={**ORDERS, "id": item_id})
        assert patch(acme, item_id, {"a": 2}, **self.KEY).slug == "not-found"

    def test_another_patch_needs_another_key(self, acme: TenantApi) -> None:
        item_id = create(acme, {"a": 1})
        patch(acme, item_id, {"a": 2}, **self.KEY)
        assert patch(acme, item_id, {"a": 3}, **self.KEY).slug == "idempotency-key-reused"
        assert read(acme, item_id)["a"] == 2


class TestOthersMeanwhile:
    """Another writer comes between each read and the write that follows."""

    @pytest.fixture(autouse=True)
    def interfering(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Ids of items to change in between, each once."""
        pending: list[str] = []
        real = collection.merged

        def merged(target: Any, change: Any) -> Any:
            if pending:
                item_id = pending.pop()
                key = {"pk": {"S": "acme#items#item#orders"}, "sk": {"S": item_id}}
                tenant_api.client("dynamodb").update_item(
                    TableName=tenant_api.TABLE,
                    Key=key,
                    UpdateExpression="SET #data = :data ADD #version :one",
                    ExpressionAttributeNames={"#data": "data", "#version": "version"},
                    ExpressionAttributeValues={
                        ":data": {"S": json.dumps({"theirs": len(pending) + 1})},
                        ":one": {"N": "1"},
                    },
                )
            return real(target, change)

        monkeypatch.setattr(collection, "merged", merged)
        return pending

    @pytest.mark.parametrize("keyed", KEYS)
    def test_both_changes_are_kept(
        self, acme: TenantApi, interfering: list[str], keyed: dict[str, str]
    ) -> None:
        item_id = create(acme, {"a": 1})
        interfering.append(item_id)
        answer = patch(acme, item_id, {"mine": 1}, **keyed)
        assert (answer.json["theirs"], answer.json["mine"], answer.json["version"]) == (1, 1, 3)

    @pytest.mark.parametrize("keyed", KEYS)
    def test_one_that_names_its_version_is_412(
        self, acme: TenantApi, interfering: list[str], keyed: dict[str, str]
    ) -> None:
        item_id = create(acme, {"a": 1})
        interfering.append(item_id)
        assert patch(acme, item_id, {"mine": 1}, **{"If-Match": '"1"'}, **keyed).slug == "precondition-failed"

    @pytest.mark.parametrize("keyed", KEYS)
    def test_one_that_never_gets_through_is_409(
        self, acme: TenantApi, interfering: list[str], keyed: dict[str, str]
    ) -> None:
        item_id = create(acme, {"a": 1})
        interfering += [item_id] * 10
        assert patch(acme, item_id, {"mine": 1}, **keyed).slug == "conflict"
