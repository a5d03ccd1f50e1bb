"""A message becomes one plain mail from the platform's own address; no text of a stranger shapes its head."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from agreed import webhooks
from groups.contact.notifier import mail, receivers
from tests.support import delivery, tenant_api
from tests.support.delivery import Delivery
from tests.support.tenant_api import TenantApi

SENDER, OFFICE = "contact@platform.example", "office@acme.example"
FORM = {"email": "ada@example.com", "message": "Do you ship\nto Malta?"}
ID = "01JD3Z6K0V8Q4T7M2N5P9R1S3W"


class Ses:
    """SES as the client reaches it over HTTP: keeps what was sent, answers with the status."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.status = 200
        self.code = ""

    def answer(self, request: Any, **_: Any) -> AWSResponse:
        self.sent.append(json.loads(request.body))
        body = json.dumps({"MessageId": "m-1"} if self.status == 200 else {"message": "quotes nothing"})
        headers = {"x-amzn-ErrorType": self.code} if self.code else {}
        return AWSResponse(request.url, self.status, headers, Raw(body.encode()))


class Raw:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


@pytest.fixture(name="ses")
def fixture_ses(_aws: None) -> Iterator[Ses]:
    ses = Ses()
    mail.client.cache_clear()
    events = mail.client().meta.events
    events.register_first("before-send.sesv2.SendEmail", ses.answer)
    yield ses
    mail.client.cache_clear()


@pytest.fixture(name="tenant")
def fixture_tenant(acme: TenantApi) -> Iterator[Delivery]:
    url = delivery.create_queue("acme")
    yield Delivery(TenantApi(acme.tenant, acme.secret_arn, queue_url=url), OFFICE, mail_from=SENDER)
    tenant_api.client("sqs").delete_queue(QueueUrl=url)


def deliver(tenant: Delivery, **form: str) -> dict[str, Any]:
    """What staff are shown after one attempt to deliver the form's message."""
    answer = tenant.api.call("POST", "/contact", {**FORM, **form}, subject=None)
    assert answer.status == 202, answer.text
    tenant.notify([record(answer.json["id"])])
    [message] = tenant.api.call("GET", "/tools/contacts").json["contacts"]
    return dict(message)


def record(message_id: str) -> dict[str, Any]:
    return {
        "messageId": "r-1",
        "receiptHandle": "none",
        "body": json.dumps({"id": message_id}),
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "0"},
    }


def test_a_mail_tells_who_wrote_what_and_can_be_answered(ses: Ses, tenant: Delivery) -> None:
    message = deliver(tenant, name="Ada Lovelace", subject="Tee für Malta")
    assert message["delivery"]["state"] == "delivered"
    [sent] = ses.sent
    assert sent["FromEmailAddress"] == SENDER
    assert sent["Destination"] == {"ToAddresses": [OFFICE]}
    assert sent["ReplyToAddresses"] == ["ada@example.com"]
    content = sent["Content"]["Simple"]
    assert content["Subject"] == {"Data": "Contact form: Tee für Malta", "Charset": "UTF-8"}
    assert content["Body"].keys() == {"Text"}
    for text in ("Ada Lovelace", "ada@example.com", "Do you ship\nto Malta?", message["id"]):
        assert text in content["Body"]["Text"]["Data"]


def test_a_mail_that_came_twice_can_be_known(ses: Ses, tenant: Delivery) -> None:
    message_id = deliver(tenant)["id"]
    [sent] = ses.sent
    assert {"Name": "X-Tenantry-Message-Id", "Value": message_id} in sent["Content"]["Simple"]["Headers"]
    assert {"Name": "message_id", "Value": message_id} in sent["EmailTags"]


def test_mail_goes_out_though_a_webhook_was_switched_off_in_its_place_before(
    ses: Ses, tenant: Delivery
) -> None:
    key = receivers.key("acme", webhooks.health_id("notify", OFFICE))
    off = {**key, webhooks.OFF_SINCE: {"S": "2026-01-01T00:00:00.000Z"}}
    tenant_api.client("dynamodb").put_item(TableName=tenant_api.TABLE, Item=off)
    assert deliver(tenant)["delivery"]["state"] == "delivered"
    assert len(ses.sent) == 1


@pytest.mark.parametrize(
    "text", ["Hi\r\nBcc: all@example.com", "Hi\nTo: x", "Hi\u2028there", "Hi\x00", "Hi\x85x"]
)
@pytest.mark.parametrize("name", ["subject", "name"])
def test_a_text_that_would_end_a_line_of_the_head_is_refused_and_never_sent(
    ses: Ses, tenant: Delivery, name: str, text: str
) -> None:
    answer = tenant.api.call("POST", "/contact", {**FORM, name: text}, subject=None)
    assert (answer.status, answer.slug) == (400, "invalid-body")
    assert (ses.sent, tenant.waiting()) == ([], 0)


@pytest.mark.parametrize(
    "text", ["Hi\r\nBcc: all@example.com", "Hi\u2029Bcc: x", "Hi\x0b\x85Bcc: x", "\u202eHi"]
)
def test_a_record_that_holds_one_all_the_same_gets_no_line_of_its_own(
    ses: Ses, tenant: Delivery, text: str
) -> None:
    """As if the form had not been checked: the record is written past it."""
    deliver(tenant)
    [stored] = [each for each in tenant_api.records() if "message" in each]
    unchecked = {"subject": {"S": text}, "name": {"S": text}, "sk": {"S": ID}, "delivery": {"S": "pending"}}
    tenant_api.client("dynamodb").put_item(TableName=tenant_api.TABLE, Item={**stored, **unchecked})
    tenant.notify([record(ID)])
    content = ses.sent[-1]["Content"]["Simple"]
    subject, body = content["Subject"]["Data"], content["Body"]["Text"]["Data"]
    assert len(subject.splitlines()) == 1
    assert subject.isprintable()
    assert not [line for line in body.splitlines() if line.startswith(("Bcc", "To"))]


@pytest.mark.parametrize(
    "email",
    [
        "a,b@example.com",
        "<a>@example.com",
        "a@example.com,evil",
        "a;b@example.com",
        '"a"@example.com',
        "a@localhost",
        "ä@example.com",
        "a@exämple.com",
        "a(x)@example.com",
        "a@example.com>",
    ],
)
def test_an_address_that_mail_could_read_as_another_is_not_replied_to_but_shown(
    ses: Ses, tenant: Delivery, email: str
) -> None:
    assert deliver(tenant, email=email)["delivery"]["state"] == "delivered"
    [sent] = ses.sent
    assert sent.get("ReplyToAddresses", []) == []
    assert email in sent["Content"]["Simple"]["Body"]["Text"]["Data"]


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "MessageRejected"), (429, "TooManyRequestsException"), (403, "SendingPausedException")],
)
def test_a_refusal_of_ses_is_tried_again_by_the_queue_alone(
    ses: Ses, tenant: Delivery, status: int, code: str
) -> None:
    """A retry of the client's own could send the same mail twice."""
    ses.status, ses.code = status, code
    shown = deliver(tenant)["delivery"]
    assert shown == {"state": "pending", "attempts": 1, "error": f"SES answered {code}"}
    assert len(ses.sent) == 1
