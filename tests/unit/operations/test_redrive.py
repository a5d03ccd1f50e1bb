"""Dead letters go back into their queue, each before it leaves, and of one tenant alone."""

import secrets
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tenantry.errors import Failed
from tenantry.operations import redrive as module
from tenantry.operations.redrive import NoQueue, redrive
from tenantry.rules.naming import Names

TENANTS = ("acme", "acme-eu")


@pytest.fixture
def names() -> Names:
    return Names(f"r{secrets.token_hex(4)}")


@pytest.fixture
def sqs(names: Names, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(module, "WAIT_SECONDS", 0)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        client = boto3.client("sqs", region_name="eu-central-1")
        for tenant in TENANTS:
            for queue in (names.queue(tenant), names.dead_letters(tenant)):
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
    put(sqs, names.dead_letters("acme"), *(f"{number}" for number in range(23)))
    put(sqs, names.dead_letters("acme-eu"), "other")
    told: list[tuple[int, int]] = []
    done = redrive(names, "acme", sqs, lambda *each: told.append(each))
    assert (done.moved, done.left) == (23, 0)
    assert (held(sqs, names.queue("acme")), held(sqs, names.dead_letters("acme"))) == (23, 0)
    assert (held(sqs, names.queue("acme-eu")), held(sqs, names.dead_letters("acme-eu"))) == (0, 1)
    assert told[-1] == (23, 23)


def test_without_dead_letters_nothing_is_done(names: Names, sqs: Any) -> None:
    assert redrive(names, "acme", sqs, lambda *_: None) == module.Redriven(0, 0)


def test_what_the_queue_does_not_take_stays_among_the_dead_letters(names: Names, sqs: Any) -> None:
    put(sqs, names.dead_letters("acme"), "1", "2")

    class Refusing:
        """Takes the first of a batch."""

        def __getattr__(self, name: str) -> Any:
            return getattr(sqs, name)

        def send_message_batch(self, QueueUrl: str, Entries: list[Any]) -> Any:  # noqa: N803 - boto3's
            sqs.send_message_batch(QueueUrl=QueueUrl, Entries=Entries[:1])
            failed = [{"Id": each["Id"], "Code": "Busy", "SenderFault": False} for each in Entries[1:]]
            return {"Successful": [{"Id": Entries[0]["Id"]}], "Failed": failed}

    with pytest.raises(Failed, match=r"Busy.*run it again"):
        redrive(names, "acme", Refusing(), lambda *_: None)
    assert held(sqs, names.dead_letters("acme")) + held(sqs, names.queue("acme")) == 2


def test_a_tenant_without_a_queue_is_told_so(names: Names, sqs: Any) -> None:
    with pytest.raises(NoQueue, match=f"initech has no queue tenantry_{names.stack}_initech_contact"):
        redrive(names, "initech", sqs, lambda *_: None)
