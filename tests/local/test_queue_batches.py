"""Who may put one entry into a queue may put several at once, and nobody else may."""

import itertools

from botocore.exceptions import ClientError

from tenantry.local.clients import ACCOUNT, REGION, Session
from tests.local.cloud import make_role, session_of

numbers = itertools.count()


def answer(root: Session, action: str) -> str:
    name = f"batches-{next(numbers)}"
    url = root.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    may = {"Effect": "Allow", "Action": action, "Resource": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"}
    try:
        session_of(root, make_role(root, name, may)).client("sqs").send_message_batch(
            QueueUrl=url, Entries=[{"Id": "0", "MessageBody": "one"}, {"Id": "1", "MessageBody": "two"}]
        )
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "sent"


def test_the_right_to_send_one_message_is_that_to_send_several(root: Session) -> None:
    assert answer(root, "sqs:SendMessage") == "sent"
    assert "AccessDenied" in answer(root, "sqs:ReceiveMessage")


def test_the_emulator_alone_asks_for_a_right_that_aws_does_not_know(untouched: Session) -> None:
    assert "AccessDenied" in answer(untouched, "sqs:SendMessage")
