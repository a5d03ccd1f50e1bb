"""A replacement, deletion or change repeated with its key is answered as the first time, and done once."""

from collections.abc import Callable
from typing import Any

import pytest

from agreed import partitions
from api import clock, counters
from groups.contact import deliveries, messages
from tests.support import tenant_api
from tests.support.tenant_api import Answer, BrokenTable, TenantApi
from tests.unit.functions.test_application import cancelled

COLLECTION, ITEM, CONTACT = "/items/{collection}", "/items/{collection}/{id}", "/tools/contacts/{id}"
ORDERS = {"collection": "orders"}
UNKNOWN_ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
LAST_ID = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"  # its time is after the year 9999
FORM = {"email": "ada@example.com", "message": "Hello"}
Write = Callable[..., Answer]


def new_item(api: TenantApi, document: Any = None) -> str:
    return str(api.call("POST", COLLECTION, document or {}, path=ORDERS).json["id"])


def new_message(api: TenantApi) -> str:
    return str(api.call("POST", "/contact", FORM, subject=None).json["id"])


def put(
    api: TenantApi, item_id: str, document: Any, match: str = '"1"', key: str = "k", **event: Any
) -> Answer:
    headers = {"If-Match": match, "Idempotency-Key": key}
    return api.call("PUT", ITEM, document, path={**ORDERS, "id": item_id}, headers=headers, **event)


def delete(api: TenantApi, item_id: str, key: str = "k", **headers: str) -> Answer:
    headers["Idempotency-Key"] = key
    return api.call("DELETE", ITEM, path={**ORDERS, "id": item_id}, headers=headers)


def patch(api: TenantApi, message_id: str, body: Any, key: str = "k", **headers: str) -> Answer:
    headers["Idempotency-Key"] = key
    return api.call("PATCH", CONTACT, body, path={"id": message_id}, headers=headers, subject="staff-1")


def read(api: TenantApi, item_id: str) -> Answer:
    return api.call("GET", ITEM, path={**ORDERS, "id": item_id})


def count(api: TenantApi) -> int:
    return int(api.call("GET", "/tools/summary").json["items"].get("orders", 0))


def set_delivery(message_id: str, attributes: dict[str, Any]) -> None:
    """As the notifier writes it beside the message."""
    values = {f":{name}": value for name, value in attributes.items()}
    tenant_api.client("dynamodb").update_item(
        TableName=tenant_api.TABLE,
        Key=messages.key("acme", message_id),
        UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in attributes),
        ExpressionAttributeValues=values,
    )


def records() -> list[str]:
    return [record["pk"]["S"] for record in tenant_api.records() if "#idempotency#" in record["pk"]["S"]]


class TestReplacing:
    @pytest.mark.parametrize("match", ['"1"', '"1", "7"', "*"])
    def test_a_repeat_is_answered_alike_and_makes_no_version(self, acme: TenantApi, match: str) -> None:
        item_id = new_item(acme)
        first = put(acme, item_id, {"n": 1}, match)
        again = put(acme, item_id, {"n": 1}, match)
        assert (first.status, first.headers["ETag"]) == (again.status, again.headers["ETag"]) == (200, '"2"')
        assert first.json == again.json == read(acme, item_id).json

    def test_a_repeat_is_answered_alike_whatever_happened_since(self, acme: TenantApi) -> None:
        item_id = new_item(acme)
        first = put(acme, item_id, {"n": 1}, "*")
        put(acme, item_id, {"n": 2}, "*", key="other")
        assert put(acme, item_id, {"n": 1}, "*").json == first.json
        delete(acme, item_id, key="another")
        assert put(acme, item_id, {"n": 1}, "*").json == first.json
        assert read(acme, item_id).status == 404

    def test_with_one_tag_it_is_one_call(self, acme: TenantApi, broken_table: BrokenTable) -> None:
        item_id = new_item(acme)
        broken_table.calls.clear()
        assert put(acme, item_id, {"n": 1}).status == 200
        assert broken_table.calls == ["TransactWriteItems"]

    def test_an_id_that_does_not_hold_the_time_of_creation_keeps_that_time(self, acme: TenantApi) -> None:
        """Such an item was made elsewhere, and imported."""
        moment = "2020-02-29T12:00:00.000Z"
        record = {
            "pk": {"S": partitions.records("acme", "items", "item", "orders")},
            "sk": {"S": LAST_ID},
            "data": {"S": "{}"},
            "version": {"N": "4"},
            "created_at": {"S": moment},
            "updated_at": {"S": moment},
        }
        tenant_api.client("dynamodb").put_item(TableName=tenant_api.TABLE, Item=record)
        answer = put(acme, LAST_ID, {"n": 1}, '"4"')
        assert (answer.status, answer.json["version"], answer.json["created_at"]) == (200, 5, moment)
        assert read(acme, LAST_ID).json == answer.json

    @pytest.mark.parametrize("tags", ['"2"', 'W/"1"', '"7", "9"'])
    def test_a_stale_match_is_412_and_leaves_the_key_free(self, acme: TenantApi, tags: str) -> None:
        item_id = new_item(acme)
        assert put(acme, item_id, {"n": 1}, tags).slug == "precondition-failed"
        assert records() == []
        assert put(acme, item_id, {"n": 1}, '"1"').status == 200

    @pytest.mark.parametrize("item_id", [UNKNOWN_ID, LAST_ID])
    def test_a_missing_item_is_404_and_leaves_the_key_free(self, acme: TenantApi, item_id: str) -> None:
        for match in ('"1"', "*", 'W/"1"'):
            assert put(acme, item_id, {}, match).slug == "not-found"
        assert tenant_api.records() == []

    def test_another_request_with_the_key_is_refused(self, acme: TenantApi) -> None:
        item_id, other = new_item(acme), new_item(acme)
        put(acme, item_id, {"n": 1})
        for answer in (
            put(acme, item_id, {"n": 2}),
            put(acme, item_id, {"n": 1}, '"2"'),
            put(acme, other, {"n": 1}),
        ):
            assert (answer.status, answer.slug) == (422, "idempotency-key-reused")
        assert read(acme, item_id).json["version"] == 2

    def test_a_version_that_others_keep_changing_is_409(
        self, acme: TenantApi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        item_id = new_item(acme)
        write = counters.write

        def outrun(*arguments: Any) -> None:
            path = {**ORDERS, "id": item_id}
            acme.call("PUT", ITEM, {}, path=path, headers={"If-Match": "*"})
            with acme.environment():
                write(*arguments)

        monkeypatch.setattr(counters, "write", outrun)
        answer = put(acme, item_id, {"n": 1}, "*")
        assert (answer.status, answer.slug) == (409, "conflict")
        assert records() == []


class TestDeleting:
    def test_a_repeat_is_answered_alike_and_counted_once(self, acme: TenantApi) -> None:
        item_id, _other = new_item(acme), new_item(acme)
        answers = [delete(acme, item_id, **{"If-Match": '"1"'}) for _ in range(3)]
        assert [(answer.status, answer.text) for answer in answers] == [(204, "")] * 3
        assert count(acme) == 1

    def test_what_fails_leaves_the_key_free(self, acme: TenantApi) -> None:
        item_id = new_item(acme)
        assert delete(acme, UNKNOWN_ID).slug == "not-found"
        assert delete(acme, item_id, **{"If-Match": '"2"'}).slug == "precondition-failed"
        assert records() == []
        assert delete(acme, item_id).status == 204

    def test_another_request_with_the_key_is_refused(self, acme: TenantApi) -> None:
        item_id, other = new_item(acme), new_item(acme)
        delete(acme, item_id)
        assert delete(acme, other).slug == "idempotency-key-reused"
        assert read(acme, other).status == 200


class TestChanging:
    def test_a_repeat_is_answered_alike_and_moves_once(self, acme: TenantApi) -> None:
        message_id, change = new_message(acme), {"state": "open", "note": "Called"}
        first = patch(acme, message_id, change, **{"If-Match": '"1"'})
        acme.call("PATCH", CONTACT, {"state": "done", "note": ""}, path={"id": message_id}, subject="bob")
        again = patch(acme, message_id, change, **{"If-Match": '"1"'})
        assert (again.status, again.headers["ETag"]) == (first.status, first.headers["ETag"]) == (200, '"2"')
        assert again.json == first.json
        assert acme.call("GET", "/tools/summary").json["contacts"] == {"new": 0, "open": 0, "done": 1}

    def test_a_note_that_came_later_is_not_in_the_first_answer(self, acme: TenantApi) -> None:
        message_id = new_message(acme)
        patch(acme, message_id, {"state": "open"})
        patch(acme, message_id, {"note": "later"}, key="other")
        assert "note" not in patch(acme, message_id, {"state": "open"}).json

    def test_how_far_the_delivery_has_come_since_is_not_in_the_first_answer(self, acme: TenantApi) -> None:
        message_id = new_message(acme)
        delivery = deliveries.Delivery("pending", 3, error="the receiver answered 503").attributes()
        set_delivery(message_id, delivery)
        first = patch(acme, message_id, {"state": "open"})
        assert first.json["delivery"] == {
            "state": "pending",
            "attempts": 3,
            "error": "the receiver answered 503",
        }
        set_delivery(message_id, deliveries.Delivery("delivered", 4, "2026-01-01T00:00:00.000Z").attributes())
        assert patch(acme, message_id, {"state": "open"}).json == first.json
        later = patch(acme, message_id, {"state": "open"}, key="other").json["delivery"]
        assert (later["state"], later["delivered_at"]) == ("delivered", "2026-01-01T00:00:00.000Z")

    def test_the_record_copies_nothing_that_the_sender_wrote(self, acme: TenantApi) -> None:
        patch(acme, new_message(acme), {"state": "open"})
        (record,) = [r for r in tenant_api.records() if "#idempotency#" in r["pk"]["S"]]
        assert record["pk"]["S"].startswith("acme#tools#idempotency#")
        assert not record.keys() & {"email", "name", "subject", "message"}

    def test_what_fails_leaves_the_key_free(self, acme: TenantApi) -> None:
        message_id = new_message(acme)
        assert patch(acme, UNKNOWN_ID, {"state": "open"}).slug == "not-found"
        stale = patch(acme, message_id, {"state": "open"}, **{"If-Match": '"2"'})
        assert stale.slug == "precondition-failed"
        assert records() == []
        assert patch(acme, message_id, {"state": "open"}).status == 200

    def test_another_request_with_the_key_is_refused(self, acme: TenantApi) -> None:
        message_id = new_message(acme)
        patch(acme, message_id, {"state": "open"})
        assert patch(acme, message_id, {"state": "done"}).slug == "idempotency-key-reused"
        assert patch(acme, new_message(acme), {"state": "open"}).slug == "idempotency-key-reused"


class TestAllOfThem:
    @pytest.fixture(params=["put", "delete", "patch"])
    def write(self, request: pytest.FixtureRequest, acme: TenantApi) -> Write:
        """One write, whose repeats are the same request."""
        item_id, message_id = new_item(acme), new_message(acme)
        writes: dict[str, Write] = {
            "put": lambda **more: put(acme, item_id, {"n": 1}, **more),
            "delete": lambda **more: delete(acme, item_id, **{"If-Match": '"1"', **more}),
            "patch": lambda **more: patch(acme, message_id, {"state": "done"}, **{"If-Match": '"1"', **more}),
        }
        return writes[request.param]

    def test_a_key_counts_for_a_day(self, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
        start = clock.now_ms()
        statuses = []
        for seconds in (0, 24 * 3600 - 1, 24 * 3600 + 1):
            monkeypatch.setattr(clock, "now_ms", lambda seconds=seconds: start + seconds * 1000)
            statuses.append(write().status)
        assert statuses[0] == statuses[1] in (200, 204)
        assert statuses[2] in (404, 412)  # judged anew, by what is there now

    def test_a_lost_answer_is_found_by_the_repeat(self, write: Write, broken_table: BrokenTable) -> None:
        broken_table.lost = 3
        assert write().slug == "unavailable"
        assert write().status in (200, 204)

    def test_an_answer_lost_once_is_made_good_within_the_request(
        self, write: Write, broken_table: BrokenTable
    ) -> None:
        broken_table.lost = 1
        assert write().status in (200, 204)
        assert len(broken_table.tokens) == 2
        assert len(set(broken_table.tokens)) == 1

    def test_the_first_one_still_being_written_is_waited_for(
        self, write: Write, broken_table: BrokenTable
    ) -> None:
        """Its item may be written already when its record is still in progress."""
        first = write()
        broken_table.refusals = [cancelled("ConditionalCheckFailed", "TransactionConflict")] * 2
        again = write()
        assert (again.status, again.text) == (first.status, first.text)
        assert again.headers == {**first.headers, "Idempotent-Replayed": "true"}
        assert len(set(broken_table.tokens)) == len(broken_table.tokens)

    def test_one_that_stays_in_progress_is_409(self, write: Write, broken_table: BrokenTable) -> None:
        write()
        broken_table.refusals = [cancelled("None", "TransactionConflict")] * counters.ATTEMPTS
        answer = write()
        assert (answer.status, answer.slug) == (409, "conflict")
        assert int(answer.headers["Retry-After"]) >= 1
