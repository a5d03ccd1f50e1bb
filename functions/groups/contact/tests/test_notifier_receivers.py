"""Several receivers of one tenant: each is sent each event once, whatever the others do, until it is off."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import standardwebhooks

from agreed import webhooks
from api import clock, queue
from groups.contact import messages
from groups.contact.notifier import backoff, handler, receivers
from tests.support import delivery, emf, tenant_api
from tests.support.delivery import MAX_RECEIVES, Delivery, Lambda
from tests.support.receivers import Receiver, receiver
from tests.support.tenant_api import TenantApi

FORM = {"email": "ada@example.com", "message": "A private question"}
SECRETS = {"crm": "whsec_Y3JtY3JtY3JtY3JtY3JtY3JtY3JtY3Jt", "erp": "whsec_ZXJwZXJwZXJwZXJwZXJwZXJwZXJwZXJw"}
Hooks = dict[str, Receiver]


@pytest.fixture(scope="module", name="arns")
def fixture_arns(_aws: None) -> Iterator[dict[str, str]]:
    arns = {name: delivery.create_secret("acme", name, value) for name, value in SECRETS.items()}
    yield arns
    for arn in arns.values():
        tenant_api.client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


@pytest.fixture(name="hooks")
def fixture_hooks() -> Iterator[Hooks]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(receiver()) for name in SECRETS}


@pytest.fixture(name="tenant")
def fixture_tenant(
    acme: TenantApi, hooks: Hooks, arns: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Delivery]:
    """It has no `notify`."""
    monkeypatch.setattr(queue, "DELAY_SECONDS", 0)
    monkeypatch.setattr(backoff, "seconds", lambda *_: 0)
    url = delivery.create_queue("acme")
    api = dataclasses.replace(acme, queue_url=url)
    yield Delivery(api, "", webhooks={name: hook.url for name, hook in hooks.items()}, secrets=arns)
    tenant_api.client("sqs").delete_queue(QueueUrl=url)


def send(tenant: Delivery) -> str:
    answer = tenant.api.call("POST", "/contact", FORM, subject=None)
    assert answer.status == 202, answer.text
    return str(answer.json["id"])


def shown(tenant: Delivery) -> Any:
    """The deliveries of the only message, as staff see them."""
    [message] = tenant.api.call("GET", "/tools/contacts").json["contacts"]
    return message.get("deliveries")


def put(tenant: Delivery, **entry: Any) -> None:
    tenant_api.client("sqs").send_message(QueueUrl=tenant.api.queue_url, MessageBody=json.dumps(entry))


def entry_for(tenant: Delivery, name: str) -> dict[str, Any]:
    """One of those in the queue; the others come back."""
    records = tenant.receive()
    [found] = [each for each in records if json.loads(each["body"])["receiver"] == name]
    return found


def received(tenant: Delivery, record: dict[str, Any], receives: int) -> set[str]:
    record["attributes"]["ApproximateReceiveCount"] = str(receives)
    return tenant.notify([record])


def key(tenant: Delivery, name: str) -> dict[str, Any]:
    """Of the record of how that receiver is doing at its address."""
    return receivers.key("acme", webhooks.health_id(name, tenant.webhooks[name]))


def health(tenant: Delivery, name: str) -> Any:
    record = key(tenant, name)
    answer = tenant_api.client("dynamodb").get_item(TableName=tenant_api.TABLE, Key=record)
    return {name: value["S"] for name, value in answer.get("Item", {}).items() if name not in record}


def failing_for(tenant: Delivery, name: str, hours: float) -> None:
    began = datetime.now(UTC) - timedelta(hours=hours)
    item = {
        **key(tenant, name),
        webhooks.FAILING_SINCE: {"S": clock.rfc3339(int(began.timestamp() * 1000))},
    }
    tenant_api.client("dynamodb").put_item(TableName=tenant_api.TABLE, Item=item)


def blind(tenant: Delivery) -> Delivery:
    """Whose secret of crm cannot be read."""
    missing = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:none"
    return dataclasses.replace(tenant, secrets={**tenant.secrets, "crm": missing})


class TestSeveral:
    def test_each_receiver_is_sent_the_event_signed_by_its_own_secret(
        self, tenant: Delivery, hooks: Hooks
    ) -> None:
        message_id = send(tenant)
        assert shown(tenant) == {name: {"state": "pending", "attempts": 0} for name in SECRETS}
        assert tenant.poll() == 2
        for name, hook in hooks.items():
            [got] = hook.received
            assert got.headers["webhook-id"] == message_id
            for owner, secret in SECRETS.items():
                scheme = standardwebhooks.Webhook(secret)
                if owner == name:
                    scheme.verify(got.body, got.headers)
                else:
                    with pytest.raises(standardwebhooks.webhooks.WebhookVerificationError):
                        scheme.verify(got.body, got.headers)
        assert {name: each["state"] for name, each in shown(tenant).items()} == dict.fromkeys(
            SECRETS, "delivered"
        )
        assert tenant.waiting() == 0

    def test_one_that_fails_comes_back_alone(self, tenant: Delivery, hooks: Hooks) -> None:
        message_id = send(tenant)
        hooks["erp"].answers = [(500, {}), (503, {})]
        assert [tenant.poll() for _ in range(3)] == [2, 1, 1]
        assert (hooks["crm"].ids, hooks["erp"].ids) == ([message_id], [message_id] * 3)
        assert {name: each["attempts"] for name, each in shown(tenant).items()} == {"crm": 1, "erp": 3}

    def test_notify_and_webhooks_are_delivered_side_by_side(
        self, tenant: Delivery, hooks: Hooks, arns: dict[str, str]
    ) -> None:
        with receiver() as single:
            both = dataclasses.replace(tenant, receiver=single.url, secret_arn=arns["erp"])
            message_id = send(both)
            assert both.poll() == 3
            assert [hook.ids for hook in (single, *hooks.values())] == [[message_id]] * 3
        [message] = both.api.call("GET", "/tools/contacts").json["contacts"]
        assert message["delivery"]["state"] == "delivered"
        assert message["deliveries"].keys() == SECRETS.keys()

    def test_one_that_takes_other_events_is_not_sent_this_one(self, tenant: Delivery) -> None:
        send(dataclasses.replace(tenant, events=("contact.another",)))
        assert shown(tenant) is None
        assert tenant.waiting() == 0

    def test_what_is_for_a_receiver_that_was_taken_out_ends_with_a_line_that_names_it(
        self, tenant: Delivery, hooks: Hooks, capsys: pytest.CaptureFixture[str]
    ) -> None:
        message_id = send(tenant)
        left = dataclasses.replace(tenant, webhooks={"crm": hooks["crm"].url})
        capsys.readouterr()
        assert left.poll() == 2
        assert left.waiting() == 0
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        [line] = [each for each in lines if each["message"] == "no receiver"]
        assert (line["receiver"], line["message_id"], line["level"]) == ("erp", message_id, "WARNING")

    def test_a_receiver_that_is_new_can_be_sent_an_older_message(
        self, tenant: Delivery, hooks: Hooks
    ) -> None:
        message_id = send(dataclasses.replace(tenant, webhooks={}))
        assert shown(tenant) is None
        for name in ("crm", "erp"):
            put(tenant, id=message_id, again=True, receiver=name)
            tenant.poll()
        assert [hook.ids for hook in hooks.values()] == [[message_id]] * 2
        assert {each["state"] for each in shown(tenant).values()} == {"delivered"}

    def test_a_late_failure_does_not_undo_a_delivery(self, tenant: Delivery, hooks: Hooks) -> None:
        message_id = send(tenant)
        tenant.poll()
        put(tenant, id=message_id, again=True, receiver="crm")
        hooks["crm"].answers = [(500, {})]
        tenant.poll()
        assert shown(tenant)["crm"]["state"] == "delivered"

    def test_an_import_of_what_is_stored_would_be_the_same(self, tenant: Delivery) -> None:
        message_id = send(tenant)
        tenant.poll()
        key = messages.key("acme", message_id)
        item = tenant_api.client("dynamodb").get_item(TableName=tenant_api.TABLE, Key=key)["Item"]
        assert messages.Message.of(item).record("acme") == item


class TestSwitchedOff:
    def test_one_that_failed_alone_for_three_days_is_switched_off_and_counted_by_its_name(
        self, tenant: Delivery, hooks: Hooks, capsys: pytest.CaptureFixture[str]
    ) -> None:
        send(tenant)
        failing_for(tenant, "crm", 73)
        hooks["crm"].answers = [(500, {})]
        record = entry_for(tenant, "crm")
        capsys.readouterr()
        assert received(tenant, record, MAX_RECEIVES) == {record["messageId"]}
        assert health(tenant, "crm").keys() == {
            webhooks.FAILING_SINCE,
            webhooks.OFF_SINCE,
            webhooks.OFF_REASON,
        }
        assert health(tenant, "crm")[webhooks.OFF_REASON] == "the receiver answered 500"
        counted = [
            each for each in emf.points(capsys.readouterr().out) if each.name == "ReceiversSwitchedOff"
        ]
        assert [(each.dimensions, each.value) for each in counted] == [
            ({"tenant": "acme", "receiver": "crm"}, 1)
        ]

    @pytest.mark.parametrize(("hours", "receives"), [(71, MAX_RECEIVES), (100, MAX_RECEIVES - 1)])
    def test_neither_less_than_three_days_nor_an_attempt_before_the_last_switches_it_off(
        self, tenant: Delivery, hooks: Hooks, hours: float, receives: int
    ) -> None:
        send(tenant)
        failing_for(tenant, "crm", hours)
        hooks["crm"].answers = [(500, {})]
        received(tenant, entry_for(tenant, "crm"), receives)
        assert health(tenant, "crm").keys() == {webhooks.FAILING_SINCE}

    def test_a_delivery_ends_the_days_of_failures(self, tenant: Delivery, hooks: Hooks) -> None:
        send(tenant)
        hooks["crm"].answers = [(500, {})]
        tenant.poll()
        assert health(tenant, "crm").keys() == {webhooks.FAILING_SINCE}
        tenant.poll()
        assert health(tenant, "crm") == {}
        assert health(tenant, "erp") == {}

    def test_what_the_platform_could_not_send_is_not_the_receivers_failure(self, tenant: Delivery) -> None:
        unread = blind(tenant)
        send(unread)
        unread.poll()
        assert shown(unread)["crm"]["error"] == "the platform could not send it"
        assert health(tenant, "crm") == {}

    def test_410_switches_it_off_at_once_and_the_other_goes_on(self, tenant: Delivery, hooks: Hooks) -> None:
        send(tenant)
        hooks["crm"].answers = [(410, {})]
        tenant.poll()
        assert health(tenant, "crm")[webhooks.OFF_REASON] == "the receiver answered 410"
        send(tenant)
        tenant.poll()
        assert (len(hooks["crm"].received), len(hooks["erp"].received)) == (1, 2)

    def test_at_another_address_it_is_sent_messages_again(self, tenant: Delivery, hooks: Hooks) -> None:
        send(tenant)
        hooks["crm"].answers = [(410, {})]
        tenant.poll()
        moved = dataclasses.replace(tenant, webhooks={**tenant.webhooks, "crm": f"{hooks['crm'].url}/moved"})
        message_id = send(moved)
        moved.poll()
        assert hooks["crm"].ids[1:] == [message_id]
        assert health(moved, "crm") == {}

    def test_meanwhile_messages_become_dead_letters_without_an_attempt(
        self, tenant: Delivery, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rests: list[int] = []
        monkeypatch.setattr(queue, "postpone", lambda _queue, _handle, seconds: rests.append(seconds))
        monkeypatch.setattr(backoff, "seconds", lambda *_: 9)
        off = {**key(tenant, "crm"), webhooks.OFF_SINCE: {"S": "2026-01-01T00:00:00.000Z"}}
        tenant_api.client("dynamodb").put_item(TableName=tenant_api.TABLE, Item=off)
        send(tenant)
        record = entry_for(tenant, "crm")
        for receives in range(1, MAX_RECEIVES + 1):
            assert received(tenant, record, receives) == {record["messageId"]}
        assert rests == [0] * MAX_RECEIVES
        assert hooks["crm"].received == []
        assert shown(tenant)["crm"] == {
            "state": "failed",
            "attempts": 0,
            "error": "the receiver is switched off",
        }


class TestTrial:
    def ask(self, tenant: Delivery, *names: str) -> Any:
        with tenant.environment():
            return handler.handle({webhooks.TEST: list(names)}, Lambda())[webhooks.RESULTS]

    def test_a_test_event_is_signed_and_its_result_comes_at_once(
        self, tenant: Delivery, hooks: Hooks
    ) -> None:
        hooks["erp"].answers = [(500, {})]
        first, second, third = self.ask(tenant, "crm", "erp", "none")
        [got] = hooks["crm"].received
        event = standardwebhooks.Webhook(SECRETS["crm"]).verify(got.body, got.headers)
        assert (event["type"], event["data"]["id"]) == ("contact.test", got.headers["webhook-id"])
        assert first == {"receiver": "crm", "id": got.headers["webhook-id"]}
        assert second["problem"] == "the receiver answered 500"
        assert third["problem"] == "no webhook of this name is deployed"
        assert health(tenant, "erp") == {}

    def test_one_that_the_platform_cannot_send_to_hides_no_others_result(
        self, tenant: Delivery, hooks: Hooks
    ) -> None:
        first, second = self.ask(blind(tenant), "crm", "erp")
        assert ("problem" in second, len(hooks["erp"].received)) == (False, 1)
        assert first["problem"].startswith("the platform could not send it")

    def test_one_that_is_off_is_tried_and_stays_off(self, tenant: Delivery, hooks: Hooks) -> None:
        off = {**key(tenant, "crm"), webhooks.OFF_SINCE: {"S": "2026-01-01T00:00:00.000Z"}}
        tenant_api.client("dynamodb").put_item(TableName=tenant_api.TABLE, Item=off)
        assert "problem" not in self.ask(tenant, "crm")[0]
        assert len(hooks["crm"].received) == 1
        assert webhooks.OFF_SINCE in health(tenant, "crm")
