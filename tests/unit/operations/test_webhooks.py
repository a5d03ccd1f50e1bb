"""What receivers missed is sent again: once to each, from dead letters and records, and of one tenant."""

import json
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from agreed import partitions, webhooks
from agreed.identifiers import ID
from api.identifiers import new_id
from tenantry.cli import moments
from tenantry.errors import Failed, WrongInput
from tenantry.groups import current
from tenantry.local import listening
from tenantry.operations import dead_letters
from tenantry.operations.webhooks import deployed, health, resending
from tenantry.operations.webhooks.deployed import Deployed
from tests.support.receivers import receiver

TABLE = "t"
EVENTS = ("contact.received",)
DELIVERED, FAILED, PENDING = "delivered", "failed", "pending"


@pytest.fixture(name="aws")
def fixture_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(dead_letters, "WAIT_SECONDS", 0)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": each, "AttributeType": "S"} for each in ("pk", "sk")],
            BillingMode="PAY_PER_REQUEST",
        )
        yield
        client("dynamodb").delete_table(TableName=TABLE)  # other tests of the folder share the cloud


def client(service: str) -> Any:
    return boto3.client(service, region_name="eu-central-1")


def health_key(receiver: str) -> dict[str, Any]:
    """Of its record, while it has the address that `group` gives it."""
    partition = partitions.records("acme", "contact", "receiver")
    return {"pk": {"S": partition}, "sk": {"S": webhooks.health_id(receiver, group().url(receiver))}}


def group() -> Deployed:
    contact = current().group("contact")
    assert contact is not None
    assert contact.webhooks is not None
    listed = tuple(webhooks.Receiver(name, EVENTS, f"https://{name}.example/x") for name in ("notify", "crm"))
    return Deployed("acme", contact, contact.webhooks, contact.queues[0], "f", TABLE, listed)


def store(tenant: str, age_hours: float, notify: str | None = None, **deliveries: str) -> str:
    made = datetime.now(UTC) - timedelta(hours=age_hours)
    record = new_id(int(made.timestamp() * 1000))
    each = {
        name: {"M": {"state": {"S": state}, "attempts": {"N": "1"}}} for name, state in deliveries.items()
    }
    item: dict[str, Any] = {
        "pk": {"S": partitions.records(tenant, "contact", "message")},
        "sk": {"S": record},
        **({"deliveries": {"M": each}} if each else {}),
        **({"delivery": {"S": notify}} if notify else {}),
    }
    client("dynamodb").put_item(TableName=TABLE, Item=item)
    return record


class Queues:
    def __init__(self) -> None:
        self.sqs, self.again = client("sqs"), set[bool]()
        self.queue, self.dead = (
            str(self.sqs.create_queue(QueueName=secrets.token_hex(8))["QueueUrl"]) for _ in range(2)
        )

    def put_aside(self, **entry: Any) -> None:
        self.sqs.send_message(QueueUrl=self.dead, MessageBody=json.dumps(entry))

    def resending(self, *receivers: str) -> resending.Resending:
        return resending.Resending(
            group(), frozenset(receivers), self.queue, self.dead, self.sqs, lambda _: None
        )

    def sent(self) -> list[tuple[str, str]]:
        found = []
        while messages := self._received():
            for each in messages:
                entry = json.loads(each["Body"])
                assert {*entry} - {"again"} == {"id", "receiver"}
                self.again.add("again" in entry)
                found.append((entry["id"], entry["receiver"]))
        return sorted(found)

    def _received(self) -> Any:
        return self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages")

    def left(self) -> int:
        names = ["ApproximateNumberOfMessages"]
        answer = self.sqs.get_queue_attributes(QueueUrl=self.dead, AttributeNames=names)
        return int(answer["Attributes"][names[0]])


def since(hours: float) -> int:
    return int((time.time() - hours * 3600) * 1000)


@pytest.mark.usefixtures("aws")
class TestResending:
    def test_since_a_moment_goes_what_was_not_delivered_to_each_that_it_was_for(self) -> None:
        queues = Queues()
        store("acme", 5, crm=FAILED)
        first = store("acme", 2, notify=FAILED, crm=DELIVERED)
        second = store("acme", 1, notify=DELIVERED, crm=PENDING)
        store("acme", 1)
        store("acme-eu", 1, crm=FAILED)
        count = queues.resending("notify", "crm").since(since(3), client("dynamodb"), everything=False)
        assert count == 2
        assert queues.sent() == sorted([(first, "notify"), (second, "crm")])
        assert queues.again == {False}  # one that is delivered meanwhile is not repeated

    def test_all_sends_what_was_delivered_too_and_to_new_receivers(self) -> None:
        queues = Queues()
        records = [store("acme", 2, notify=DELIVERED), store("acme", 1, crm=DELIVERED)]
        queues.resending("crm").since(since(3), client("dynamodb"), everything=True)
        assert queues.sent() == sorted((each, "crm") for each in records)
        assert queues.again == {True}

    def test_a_dead_letter_leaves_when_it_is_sent_and_no_pair_is_sent_twice(self) -> None:
        queues = Queues()
        record, older = store("acme", 1, crm=FAILED), store("acme", 9, crm=FAILED)
        queues.put_aside(id=record, request_id="r", receiver="crm")
        queues.put_aside(id=record, request_id="r")  # for notify, which is not meant
        queues.put_aside(id=older, receiver="crm")
        queues.put_aside(note="no entry")
        queues.resending("crm").since(since(3), client("dynamodb"), everything=False)
        assert queues.sent() == [(record, "crm")]
        assert queues.left() == 3

    def test_one_goes_to_each_receiver_whatever_came_of_it(self) -> None:
        queues = Queues()
        record = store("acme", 50, notify=DELIVERED, crm=DELIVERED)
        queues.put_aside(id=record)
        assert queues.resending("notify", "crm").one(record) == 2
        assert queues.sent() == sorted([(record, "notify"), (record, "crm")])
        assert (queues.again, queues.left()) == ({True}, 0)

    def test_more_than_a_batch_and_a_page_go_whole(self) -> None:
        queues = Queues()
        records = [store("acme", 1, crm=FAILED) for _ in range(23)]
        queues.resending("crm").since(since(2), client("dynamodb"), everything=False)
        assert [each for each, _ in queues.sent()] == sorted(records)


@pytest.mark.usefixtures("aws")
def test_one_that_is_off_is_shown_so_and_switched_on_by_the_loss_of_its_record() -> None:
    dynamodb, own = client("dynamodb"), group()
    assert health.health(own, "crm", dynamodb) == health.Health("on")
    key = health_key("crm")
    failing = {webhooks.FAILING_SINCE: {"S": "2026-01-01T00:00:00.000Z"}}
    dynamodb.put_item(TableName=TABLE, Item={**key, **failing})
    assert health.health(own, "crm", dynamodb).state == "failing"
    off = {webhooks.OFF_SINCE: {"S": "2026-01-04T00:00:00.000Z"}, webhooks.OFF_REASON: {"S": "why"}}
    dynamodb.put_item(TableName=TABLE, Item={**key, **failing, **off})
    expected = health.Health("off", "2026-01-04T00:00:00.000Z", "why")
    assert health.health(own, "crm", dynamodb) == health.switch_on(own, "crm", dynamodb) == expected
    assert health.health(own, "crm", dynamodb) == health.Health("on")


@pytest.mark.usefixtures("aws")
def test_another_address_is_on_whatever_is_recorded_of_a_webhook_that_had_its_name() -> None:
    dynamodb = client("dynamodb")
    dynamodb.put_item(
        TableName=TABLE, Item={**health_key("notify"), webhooks.OFF_SINCE: {"S": "2026-01-04T00:00:00.000Z"}}
    )
    assert health.health(group(), "notify", dynamodb).state == "off"
    moved = webhooks.Receiver("notify", EVENTS, "https://notify.example/moved")
    assert health.health(replace(group(), receivers=(moved,)), "notify", dynamodb) == health.Health("on")
    mail = webhooks.Receiver("notify", EVENTS, "office@acme.example")
    assert health.health(replace(group(), receivers=(mail,)), "notify", dynamodb) == health.Health("on")
    assert deployed.host(mail) == "office@acme.example"


def test_a_receiver_that_there_is_not_is_refused_by_name() -> None:
    assert deployed.chosen([group()], "crm") == deployed.chosen([group()], None)
    with pytest.raises(WrongInput, match=r"no receiver 'crn'; .*crm.*there are: notify, crm"):
        deployed.chosen([group()], "crn")


def test_an_address_is_shown_without_its_path() -> None:
    assert deployed.host(webhooks.Receiver("crm", EVENTS, "https://a.example:8443/secret?x=1")) == (
        "https://a.example:8443"
    )


def test_the_first_id_of_a_moment_is_before_every_id_made_in_it() -> None:
    for moment in (0, 1, 1_795_365_541_123):
        assert ID.fullmatch(resending.first_id(moment))
        assert resending.first_id(moment) <= new_id(moment) < resending.first_id(moment + 1)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-27T18:00:00", "0h", "5"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(WrongInput, match="is not a moment"):
        moments.moment_ms(text)


def test_a_moment_is_a_span_before_now_or_a_time_with_its_offset() -> None:
    assert moments.moment_ms("2026-11-27T18:00:00Z") == moments.moment_ms("2026-11-27T20:00:00+02:00")
    assert abs(moments.moment_ms("2h") - since(2)) < 1_000


@pytest.mark.parametrize(
    "url", ["https://localhost:3000", "http://example.com", "localhost:3000", "http://[x"]
)
def test_deliveries_are_forwarded_to_this_machine_alone(url: str) -> None:
    with pytest.raises(WrongInput, match="not on this machine"):
        listening.target(url)


def test_a_delivery_is_forwarded_byte_for_byte_and_its_failure_is_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = '{"type":"contact.received","data":"Grüße"}'
    kept: list[dict[str, Any]] = [{"number": 1, "headers": {"webhook-id": "0"}, "body": "before"}]
    monkeypatch.setattr(listening, "_kept", lambda _: list(kept))
    with receiver() as own:
        listener = listening.Listener({"crm": "x"}, listening.target(f"{own.url}"))
        kept.append({"number": 2, "headers": {"webhook-id": "1", "webhook-signature": "v1,s"}, "body": body})
        own.answers.append((500, {}))
        [line] = listener.look()
        assert list(listener.look()) == []
    [got] = own.received
    assert got.body == body.encode()
    assert got.headers.items() >= {"webhook-id": "1", "webhook-signature": "v1,s"}.items()
    assert (line.receiver, line.event, line.id, line.status) == ("crm", "contact.received", "1", 500)
    kept.append({"number": 3, "headers": {}, "body": "x"})
    [line] = listener.look()
    assert line.status is None
    assert "no answer from 127.0.0.1" in line.problem


def test_a_platform_that_has_ended_ends_the_listening_with_a_sentence() -> None:
    with pytest.raises(Failed, match="the local receiver does not answer"):
        listening.Listener({"crm": "http://127.0.0.1:9/webhooks/x"}, listening.target("http://localhost:1"))
