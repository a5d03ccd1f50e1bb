"""From the form to the receiver: every accepted message is delivered, whatever fails between."""

import dataclasses
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import standardwebhooks
from botocore.exceptions import ClientError, EndpointConnectionError

from agreed import webhooks
from api import downstream, queue, secrets, table
from groups.contact import messages
from groups.contact.messages import Message
from groups.contact.notifier import backoff, deliveries, progress, receivers
from tests.support import delivery, emf, tenant_api
from tests.support.delivery import Delivery
from tests.support.receivers import Receiver, receiver
from tests.support.tenant_api import BrokenTable, TenantApi

FORM = {"email": "ada@example.com", "message": "A private question"}
CONTACTS = "/tools/contacts"
STRAY_ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"
DOWN = ClientError({"Error": {"Code": "ServiceUnavailable"}}, "UpdateItem")


@pytest.fixture(scope="module", name="signing_secret")
def fixture_signing_secret(_aws: None) -> Iterator[str]:
    arn = delivery.create_secret("acme")
    yield arn
    tenant_api.client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


@pytest.fixture(name="hook")
def fixture_hook() -> Iterator[Receiver]:
    with receiver() as hook:
        yield hook


@pytest.fixture(name="queue_url")
def fixture_queue_url(_aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Its entries come at once, and come back at once."""
    monkeypatch.setattr(queue, "DELAY_SECONDS", 0)
    monkeypatch.setattr(backoff, "seconds", lambda *_: 0)
    monkeypatch.setattr(backoff, "until_stored", lambda: 0)
    url = delivery.create_queue("acme")
    yield url
    tenant_api.client("sqs").delete_queue(QueueUrl=url)


@pytest.fixture(name="tenant")
def fixture_tenant(acme: TenantApi, hook: Receiver, queue_url: str, signing_secret: str) -> Delivery:
    api = dataclasses.replace(acme, queue_url=queue_url)
    return Delivery(api, hook.url, signing_secret)


def send(tenant: Delivery, **headers: str) -> str:
    answer = tenant.api.call("POST", "/contact", FORM, headers=headers, subject=None)
    assert answer.status == 202, answer.text
    assert answer.json.keys() == {"id", "state", "created_at"}
    return str(answer.json["id"])


def message(message_id: str) -> Message:
    return Message(
        id=message_id, state="new", email="a@b", message="x", created_at="", updated_at="", delivery=None
    )


def shown(tenant: Delivery) -> Any:
    """The delivery of the only message, as staff see it."""
    [message] = tenant.api.call("GET", CONTACTS).json["contacts"]
    return message.get("delivery")


def put(tenant: Delivery, body: str) -> None:
    tenant_api.client("sqs").send_message(QueueUrl=tenant.api.queue_url, MessageBody=body)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


class TestAccepting:
    def test_a_message_is_shown_as_pending_until_it_is_delivered(
        self, tenant: Delivery, hook: Receiver
    ) -> None:
        message_id = send(tenant)
        assert shown(tenant) == {"state": "pending", "attempts": 0}
        assert tenant.poll() == 1
        assert hook.ids == [message_id]
        delivered = shown(tenant)
        assert delivered.pop("delivered_at")
        assert delivered == {"state": "delivered", "attempts": 1}
        assert tenant.waiting() == 0

    def test_the_queue_holds_ids_and_nothing_that_somebody_wrote(self, tenant: Delivery) -> None:
        message_id = send(tenant)
        [record] = tenant.receive()
        entry = json.loads(record["body"])
        assert entry.keys() == {"id", "request_id"}
        assert entry["id"] == message_id

    def test_a_tenant_without_delivery_queues_and_shows_none(self, acme: TenantApi, tenant: Delivery) -> None:
        bare = dataclasses.replace(tenant, bare=acme, receiver="")
        send(bare)
        assert shown(bare) is None
        assert tenant.waiting() == 0

    @pytest.mark.parametrize(
        "failure",
        [
            ClientError({"Error": {"Code": "RequestThrottled"}}, "SendMessage"),
            ClientError(
                {"Error": {"Code": "InternalError"}, "ResponseMetadata": {"HTTPStatusCode": 500}},
                "SendMessage",
            ),
            EndpointConnectionError(endpoint_url="https://sqs.eu-west-1.amazonaws.com"),
        ],
    )
    def test_a_queue_that_takes_nothing_is_503_and_nothing_is_stored(
        self, tenant: Delivery, monkeypatch: pytest.MonkeyPatch, failure: Exception
    ) -> None:
        with tenant.api.environment():
            client = queue.client()
        broken = BrokenTable([failure] * len(downstream.PAUSES))
        monkeypatch.setattr(client, "_make_api_call", broken.answer(client._make_api_call))
        answer = tenant.api.call("POST", "/contact", FORM, subject=None)
        assert (answer.status, answer.slug) == (503, "unavailable")
        assert answer.headers["Retry-After"]
        assert tenant_api.records() == []
        send(tenant)

    def test_a_crash_after_queueing_loses_no_message_that_was_accepted(
        self, tenant: Delivery, hook: Receiver, broken_table: BrokenTable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The id of what was never stored is dropped, once nothing can store it any more."""
        broken_table.failures = [RuntimeError("killed")] * 3
        assert tenant.api.call("POST", "/contact", FORM, subject=None).status == 500
        broken_table.failures.clear()
        tenant.poll()
        assert tenant.waiting() == 1
        monkeypatch.setattr(deliveries, "UNSETTLED_SECONDS", 0)
        tenant.poll()
        assert tenant.waiting() == 0
        assert hook.received == []

    def test_a_message_that_is_stored_after_its_entry_came_is_delivered(
        self, tenant: Delivery, hook: Receiver
    ) -> None:
        message_id = send(tenant)
        key = messages.key("acme", message_id)
        [record] = [each for each in tenant_api.records() if each.items() >= key.items()]
        tenant_api.client("dynamodb").delete_item(TableName=tenant_api.TABLE, Key=key)
        tenant.poll()
        assert hook.received == []
        tenant_api.client("dynamodb").put_item(TableName=tenant_api.TABLE, Item=record)
        tenant.poll()
        assert hook.ids == [message_id]

    def test_a_replayed_request_is_delivered_once(self, tenant: Delivery, hook: Receiver) -> None:
        first, second = (send(tenant, **{"Idempotency-Key": "form-1"}) for _ in range(2))
        assert first == second
        tenant.poll()
        assert hook.ids == [first]

    def test_a_change_by_staff_and_a_delivery_leave_each_other_alone(self, tenant: Delivery) -> None:
        message_id = send(tenant)
        path = {"id": message_id}
        change = {"state": "open", "note": "Called"}
        patched = tenant.api.call("PATCH", "/tools/contacts/{id}", change, path=path)
        assert patched.json["delivery"] == {"state": "pending", "attempts": 0}
        tenant.poll()
        [message] = tenant.api.call("GET", CONTACTS).json["contacts"]
        assert message["delivery"]["state"] == "delivered"
        assert {**message, "delivery": None} == {**patched.json, "delivery": None}
        headers = {"If-Match": patched.headers["ETag"]}
        again = tenant.api.call(
            "PATCH", "/tools/contacts/{id}", {"state": "done"}, path=path, headers=headers
        )
        assert (again.status, again.json["delivery"]) == (200, message["delivery"])


class TestFailing:
    def test_a_receiver_that_fails_is_tried_again_with_the_same_id_and_body(
        self, tenant: Delivery, hook: Receiver
    ) -> None:
        message_id = send(tenant)
        hook.answers = [(500, {}), (503, {})]
        tenant.poll()
        assert shown(tenant) == {"state": "pending", "attempts": 1, "error": "the receiver answered 500"}
        tenant.poll()
        tenant.poll()
        assert hook.ids == [message_id] * 3
        assert len({each.body for each in hook.received}) == 1
        delivered = shown(tenant)
        assert (delivered["state"], delivered["attempts"], "error" in delivered) == ("delivered", 3, False)

    def test_after_the_last_receive_the_state_is_failed_and_a_redrive_delivers(
        self, tenant: Delivery, hook: Receiver
    ) -> None:
        send(tenant)
        hook.answers = [(500, {})] * delivery.MAX_RECEIVES
        for _ in range(delivery.MAX_RECEIVES - 1):
            assert tenant.poll() == 1
            assert shown(tenant)["state"] == "pending"
        tenant.poll()
        assert shown(tenant) == {
            "state": "failed",
            "attempts": delivery.MAX_RECEIVES,
            "error": "the receiver answered 500",
        }
        [record] = tenant.receive()
        put(tenant, record["body"])
        tenant.poll()
        assert shown(tenant)["state"] == "delivered"

    def test_410_ends_the_attempts_and_leads_to_the_dead_letters_at_once(
        self, tenant: Delivery, hook: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By the receives that are left: each takes no time and asks the receiver nothing."""
        rests: list[int] = []
        monkeypatch.setattr(backoff, "seconds", lambda *_: 9)
        monkeypatch.setattr(queue, "postpone", lambda _queue, _handle, seconds: rests.append(seconds))
        send(tenant)
        [record] = tenant.receive()
        hook.answers = [(410, {})]
        for receives in range(1, delivery.MAX_RECEIVES + 1):
            record["attributes"]["ApproximateReceiveCount"] = str(receives)
            assert tenant.notify([record]) == {record["messageId"]}
        assert rests == [0] * delivery.MAX_RECEIVES
        assert len(hook.received) == 1
        assert shown(tenant) == {"state": "gone", "attempts": 1, "error": "the receiver answered 410"}

    def test_what_was_gone_is_tried_anew_when_an_operator_switches_on_and_puts_it_back(
        self, tenant: Delivery, hook: Receiver
    ) -> None:
        send(tenant)
        hook.answers = [(410, {}), (500, {})]
        [record] = tenant.receive()
        tenant.notify([record])
        health = receivers.key("acme", webhooks.health_id("notify", tenant.receiver))
        tenant_api.client("dynamodb").delete_item(TableName=tenant_api.TABLE, Key=health)
        put(tenant, record["body"])
        tenant.poll()
        assert shown(tenant) == {"state": "pending", "attempts": 2, "error": "the receiver answered 500"}
        tenant.poll()
        assert shown(tenant)["state"] == "delivered"

    def test_it_rests_as_the_backoff_and_the_receiver_say(
        self, tenant: Delivery, hook: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rests: list[int] = []
        monkeypatch.setattr(backoff, "seconds", lambda receives, asked=0: 100 * receives + asked)
        monkeypatch.setattr(queue, "postpone", lambda _queue, _handle, seconds: rests.append(seconds))
        send(tenant)
        [record] = tenant.receive()
        hook.answers = [(500, {}), (503, {"Retry-After": "7"}), (500, {})]
        for receives in (1, 2, delivery.MAX_RECEIVES):
            record["attributes"]["ApproximateReceiveCount"] = str(receives)
            assert tenant.notify([record]) == {record["messageId"]}
        assert rests == [100, 207, 0]

    def test_a_bad_entry_fails_none_of_the_others(self, tenant: Delivery, hook: Receiver) -> None:
        ids = [send(tenant) for _ in range(9)]
        put(tenant, "no entry")
        assert tenant.poll() == 10
        assert sorted(hook.ids) == sorted(ids)
        assert tenant.waiting() == 1

    def test_one_failure_among_ten_comes_back_alone(self, tenant: Delivery, hook: Receiver) -> None:
        for _ in range(10):
            send(tenant)
        hook.answers = [(500, {})]
        assert tenant.poll() == 10
        assert tenant.waiting() == 1
        assert tenant.poll() == 1
        assert len(hook.ids) == 11
        assert len(set(hook.ids)) == 10

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "null",
            "[]",
            '{"id": 1}',
            '{"id": "acme"}',
            "{}",
            '"x"',
            "[" * 5000,
            f'{{"id": "{STRAY_ID.lower()}"}}',
        ],
    )
    def test_an_entry_that_cannot_be_read_is_kept_for_the_dead_letters(
        self, tenant: Delivery, hook: Receiver, capsys: pytest.CaptureFixture[str], body: str
    ) -> None:
        put(tenant, body or " ")
        tenant.poll()
        assert tenant.waiting() == 1
        assert hook.received == []
        assert [line["message"] for line in lines(capsys)] == ["unreadable", "taken"]

    def test_the_id_of_another_tenants_message_delivers_nothing(
        self, tenant: Delivery, hook: Receiver, acme_eu: TenantApi, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        foreign = acme_eu.call("POST", "/contact", FORM, subject=None).json["id"]
        monkeypatch.setattr(deliveries, "UNSETTLED_SECONDS", 0)
        put(tenant, json.dumps({"id": foreign}))
        tenant.poll()
        assert (hook.received, tenant.waiting()) == ([], 0)

    def test_a_secret_that_cannot_be_read_is_a_failed_attempt_and_logs_where(
        self, tenant: Delivery, capsys: pytest.CaptureFixture[str]
    ) -> None:
        blind = dataclasses.replace(
            tenant, secret_arn="arn:aws:secretsmanager:eu-west-1:123456789012:secret:none"
        )
        send(blind)
        blind.poll()
        assert shown(blind) == {"state": "pending", "attempts": 1, "error": "the platform could not send it"}
        assert blind.waiting() == 1
        assert any(line.get("causes") for line in lines(capsys))


class TestOnce:
    def test_a_duplicate_of_an_entry_delivers_nothing_more(self, tenant: Delivery, hook: Receiver) -> None:
        send(tenant)
        [record] = tenant.receive()
        assert tenant.notify([record]) == tenant.notify([record]) == set()
        assert len(hook.ids) == 1
        assert shown(tenant)["attempts"] == 1

    def test_what_an_operator_asks_for_again_is_delivered_again_under_its_id(
        self, tenant: Delivery, hook: Receiver
    ) -> None:
        """Tried again like any other, but a 410 ends it: it was delivered once, and stays so."""
        message_id = send(tenant)
        tenant.poll()
        put(tenant, json.dumps({"id": message_id, "again": True}))
        hook.answers = [(500, {})]
        tenant.poll()
        assert tenant.waiting() == 1
        tenant.poll()
        assert hook.ids == [message_id] * 3
        put(tenant, json.dumps({"id": message_id, "again": True}))
        hook.answers = [(410, {})]
        tenant.poll()
        assert (tenant.waiting(), shown(tenant)["state"]) == (0, "delivered")

    def test_a_delivery_whose_state_was_lost_is_repeated_with_the_same_id(
        self, tenant: Delivery, hook: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message_id = send(tenant)
        with monkeypatch.context() as patch:
            patch.setattr(progress, "delivered", raises(DOWN))
            tenant.poll()
        assert shown(tenant)["state"] == "pending"
        tenant.poll()
        assert hook.ids == [message_id] * 2
        assert shown(tenant)["state"] == "delivered"

    def test_a_notifier_killed_midway_repeats_what_it_had_not_written_down_alone(
        self, tenant: Delivery, hook: Receiver
    ) -> None:
        """Nothing is deleted from the queue by a function that never answered."""
        ids = [send(tenant) for _ in range(3)]
        records = tenant.receive()
        tenant.notify(records[:2])
        for record in records:
            tenant_api.client("sqs").change_message_visibility(
                QueueUrl=tenant.api.queue_url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
            )
        assert tenant.poll() == 3
        assert sorted(hook.ids) == sorted(ids)

    def test_a_late_failure_does_not_undo_a_delivery(self, tenant: Delivery) -> None:
        message_id = send(tenant)
        tenant.poll()
        before = shown(tenant)
        with tenant.api.environment():
            progress.failed(table.current(), "acme", message(message_id), "", "late", "failed")
        assert shown(tenant) == before

    @pytest.mark.parametrize("receiver", ["", "crm"])
    def test_an_erased_message_is_not_made_again(self, tenant: Delivery, receiver: str) -> None:
        with tenant.api.environment():
            progress.delivered(table.current(), "acme", message(STRAY_ID), receiver)
            progress.failed(table.current(), "acme", message(STRAY_ID), receiver, "late", "pending")
        assert tenant_api.records() == []

    def test_without_the_time_to_finish_nothing_is_begun(self, tenant: Delivery, hook: Receiver) -> None:
        send(tenant)
        tenant.poll(remaining_ms=int(deliveries.LEAST_SECONDS * 1000) - 1)
        assert (hook.received, tenant.waiting()) == ([], 1)
        assert shown(tenant) == {"state": "pending", "attempts": 0}
        tenant.poll(remaining_ms=int(deliveries.LEAST_SECONDS * 1000) + 1000)
        assert len(hook.received) == 1

    def test_an_entry_that_cannot_be_postponed_still_comes_back(
        self, tenant: Delivery, hook: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(queue, "postpone", raises(DOWN))
        send(tenant)
        hook.answers = [(500, {})]
        tenant.poll()
        assert tenant.waiting() == 1


class TestSecret:
    def test_it_is_read_once_for_a_batch_and_a_rotation_is_noticed_within_its_age(
        self, tenant: Delivery, hook: Receiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fetched: list[str] = []
        real, now = secrets._fetch, [time.monotonic()]
        monkeypatch.setattr(secrets, "_fetch", lambda arn: fetched.append(arn) or real(arn))
        monkeypatch.setattr(secrets, "monotonic", lambda: now[0])
        secrets._kept.clear()
        for _ in range(10):
            send(tenant)
        tenant.poll()
        assert fetched == [tenant.secret_arn]
        now[0] += secrets.MAX_AGE_SECONDS
        send(tenant)
        tenant.poll()
        assert len(fetched) == 2
        for got in hook.received:
            standardwebhooks.Webhook(delivery.SECRET).verify(got.body, got.headers)


class TestLogs:
    def test_they_follow_a_message_from_its_request_and_hold_nothing_of_it(
        self, tenant: Delivery, hook: Receiver, capsys: pytest.CaptureFixture[str]
    ) -> None:
        message_id = send(tenant)
        [answered] = [line for line in lines(capsys) if line.get("message") == "answered"]
        hook.answers = [(500, {})]
        tenant.poll()
        tenant.poll()
        text = capsys.readouterr().out
        told = [line for line in emf.lines(text) if line["message"] != "taken"]
        assert [line["message"] for line in told] == ["not delivered", "delivered"]
        assert {line["message_id"] for line in told} == {message_id}
        assert {line["request_id"] for line in told} == {answered["request_id"]}
        assert not [line for line in text.splitlines() if line.count('"request_id"') > 1]
        for private in (FORM["email"], FORM["message"], delivery.SECRET, hook.url, "v1,"):
            assert private not in text

    def test_every_batch_ends_with_a_line_that_carries_its_metrics(
        self,
        tenant: Delivery,
        hook: Receiver,
        broken_table: BrokenTable,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        for _ in range(3):
            send(tenant)
        hook.answers = [(500, {})]
        broken_table.consumed = {
            "BatchGetItem": [{"CapacityUnits": 2.0}],
            "UpdateItem": {"CapacityUnits": 2.0},
        }
        capsys.readouterr()
        tenant.poll()
        text = capsys.readouterr().out
        *_, last = emf.lines(text)
        assert (last["message"], last["entries"], last["kept"], last["route"]) == ("taken", 3, 1, "notifier")
        points = {point.name: (point.dimensions, point.value) for point in emf.points(text)}
        _, written = points.pop("ConsumedWriteCapacity")
        assert written >= 4 * 2  # three deliveries and that the receiver fails; perhaps that it does no more
        assert points == {
            "MessagesDelivered": ({"tenant": "acme"}, 2),
            "DeliveryFailures": ({"tenant": "acme"}, 1),
            "ConsumedReadCapacity": ({"tenant": "acme", "route": "notifier"}, 6),
        }
        assert (last["read_units"], last["write_units"]) == (6, written)


def raises(error: Exception) -> Any:
    def raised(*_: Any, **__: Any) -> None:
        raise error

    return raised
