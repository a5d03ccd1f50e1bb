"""Dead letters go back into their queue, each before it leaves, and of one tenant alone."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from api.queue import Entry
from tenantry.errors import Failed, WrongInput
from tenantry.groups import current
from tenantry.operations import dead_letters
from tenantry.operations.redrive import NoQueue, Redriven, redrive, resend
from tenantry.rules.naming import Names

TENANTS = ("acme", "acme-eu")
QUEUES = current().queues
ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"


@pytest.fixture
def names() -> Names:
    return Names(f"r{secrets.token_hex(4)}")


@pytest.fixture
def sqs(names: Names, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(dead_letters, "WAIT_SECONDS", 0)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("sqs", region_name="eu-central-1")
        for tenant in TENANTS:
            for queue in (names.queue(tenant, "contact"), names.dead_letters(tenant, "contact")):
                client.create_queue(QueueName=queue)
        yield client


def put(sqs: Any, queue: str, *bodies: str) -> None:
    for body in bodies:
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName=queue)["QueueUrl"], MessageBody=body)


def held(sqs: Any, queue: str) -> int:
    """Those that are on their way out too."""
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return int(told["ApproximateNumberOfMessages"]) + int(told["ApproximateNumberOfMessagesNotVisible"])


def test_all_of_the_tenant_go_back_and_those_of_others_stay(names: Names, sqs: Any) -> None:
    put(sqs, names.dead_letters("acme", "contact"), *(f"{number}" for number in range(23)))
    put(sqs, names.dead_letters("acme-eu", "contact"), "other")
    told: list[tuple[int, int]] = []
    done = redrive(names, "acme", QUEUES, sqs, lambda *each: told.append(each))
    assert (done.moved, done.left) == (23, 0)
    assert (held(sqs, names.queue("acme", "contact")), held(sqs, names.dead_letters("acme", "contact"))) == (
        23,
        0,
    )
    assert (
        held(sqs, names.queue("acme-eu", "contact")),
        held(sqs, names.dead_letters("acme-eu", "contact")),
    ) == (0, 1)
    assert told[-1] == (23, 23)


def test_without_dead_letters_nothing_is_done(names: Names, sqs: Any) -> None:
    assert redrive(names, "acme", QUEUES, sqs, lambda *_: None) == Redriven(0, 0)


def test_what_the_queue_does_not_take_stays_among_the_dead_letters(names: Names, sqs: Any) -> None:
    put(sqs, names.dead_letters("acme", "contact"), "1", "2")

    class Refusing:
        """Takes the first of a batch."""

        def __getattr__(self, name: str) -> Any:
            return getattr(sqs, name)

        def send_message_batch(self, QueueUrl: str, Entries: list[Any]) -> Any:  # noqa: N803 - boto3's
            sqs.send_message_batch(QueueUrl=QueueUrl, Entries=Entries[:1])
            failed = [{"Id": each["Id"], "Code": "Busy", "SenderFault": False} for each in Entries[1:]]
            return {"Successful": [{"Id": Entries[0]["Id"], "MessageId": "m"}], "Failed": failed}

    with pytest.raises(Failed, match=r"Busy.*run it again"):
        redrive(names, "acme", QUEUES, Refusing(), lambda *_: None)
    assert held(sqs, names.dead_letters("acme", "contact")) + held(sqs, names.queue("acme", "contact")) == 2


def test_what_is_a_dead_letter_again_at_once_is_not_put_back_twice(names: Names, sqs: Any) -> None:
    """As after a receiver's 410: SQS moves the message itself, under its id, and others lie behind it."""
    put(sqs, names.dead_letters("acme", "contact"), "gone")
    moved: list[str] = []

    class Returning:
        """Each message that was sent is received from the dead letters, again and again."""

        def __getattr__(self, name: str) -> Any:
            return getattr(sqs, name)

        def send_message_batch(self, **given: Any) -> Any:
            answer = sqs.send_message_batch(**given)
            moved.extend(each["MessageId"] for each in answer["Successful"])
            return answer

        def receive_message(self, **given: Any) -> Any:
            if len(moved) == 1:
                moved.append("seen")
                return {"Messages": [{"MessageId": moved[0], "ReceiptHandle": "r", "Body": "gone"}]}
            return sqs.receive_message(**given)

    assert redrive(names, "acme", QUEUES, Returning(), lambda *_: None).moved == 1
    assert held(sqs, names.queue("acme", "contact")) == 1


def test_one_message_goes_into_its_queue_by_its_id_and_is_asked_for_again(names: Names, sqs: Any) -> None:
    """The entry is one that the functions read."""
    put(sqs, names.dead_letters("acme", "contact"), "other")
    assert resend(names, "acme", QUEUES, ID, sqs) == "contact"
    url = sqs.get_queue_url(QueueName=names.queue("acme", "contact"))["QueueUrl"]
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert Entry.of(message["Body"]) == Entry(ID, "", again=True)
    assert held(sqs, names.dead_letters("acme", "contact")) == 1
    assert held(sqs, names.queue("acme-eu", "contact")) == 0


def test_of_several_queues_one_has_to_be_named(names: Names, sqs: Any) -> None:
    orders = replace(QUEUES[0], name="orders")
    for queue in (names.queue("acme", "orders"), names.dead_letters("acme", "orders")):
        sqs.create_queue(QueueName=queue)
    with pytest.raises(WrongInput, match=r"several queues; choose one by --queue: contact, orders"):
        resend(names, "acme", [*QUEUES, orders], ID, sqs)
    with pytest.raises(NoQueue):
        resend(names, "initech", QUEUES, ID, sqs)


def test_a_tenant_without_a_queue_is_told_so(names: Names, sqs: Any) -> None:
    with pytest.raises(NoQueue, match=f"initech has no queue .*tenantry_{names.stack}_initech_contact"):
        redrive(names, "initech", QUEUES, sqs, lambda *_: None)


def test_another_queue_of_the_tenant_is_left_alone(names: Names, sqs: Any) -> None:
    orders = replace(QUEUES[0], name="orders")
    for queue in (names.queue("acme", "orders"), names.dead_letters("acme", "orders")):
        sqs.create_queue(QueueName=queue)
    for each in ("contact", "orders"):
        put(sqs, names.dead_letters("acme", each), each)
    assert redrive(names, "acme", [orders], sqs, lambda *_: None) == Redriven(1, 0)
    assert (held(sqs, names.queue("acme", "orders")), held(sqs, names.dead_letters("acme", "contact"))) == (
        1,
        1,
    )
    assert redrive(names, "acme", [*QUEUES, orders], sqs, lambda *_: None).moved == 1
