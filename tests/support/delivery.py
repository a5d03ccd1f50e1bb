"""One tenant's queue in moto, and its notifier, called as Lambda's poller calls it."""

import base64
import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from unittest import mock

from agreed import environment
from agreed import webhooks as agreed
from api import settings as common
from groups.contact.declaration import DELIVERY, EVENT, GROUP, NOTIFY
from groups.contact.notifier import handler, settings
from tests.support import tenant_api
from tests.support.tenant_api import TenantApi

MAX_RECEIVES = GROUP.queues[0].max_receives
SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"


@dataclass(frozen=True)
class Lambda:
    """The context of an invocation with so much time left."""

    remaining_ms: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@dataclass(frozen=True)
class Delivery:
    """`receiver` is what the tenant's file sets; `mail_from` is the platform's sender.

    `webhooks` are addresses by name, `secrets` the ARNs that they are signed by, `events` what they take.
    """

    bare: TenantApi
    receiver: str
    secret_arn: str = ""
    mail_from: str = ""
    webhooks: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    events: tuple[str, ...] = (EVENT.type,)

    def poll(self, remaining_ms: int = 60_000) -> int:
        """Hand what the queue holds to the notifier and delete what it does not name; how many there were."""
        records = self.receive()
        if records:
            failed = self.notify(records, remaining_ms)
            for record in records:
                if record["messageId"] not in failed:
                    tenant_api.client("sqs").delete_message(
                        QueueUrl=self.api.queue_url, ReceiptHandle=record["receiptHandle"]
                    )
        return len(records)

    def receive(self) -> list[dict[str, Any]]:
        """In the shape of Lambda's event."""
        answer = tenant_api.client("sqs").receive_message(
            QueueUrl=self.api.queue_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )
        return [
            {
                "messageId": each["MessageId"],
                "receiptHandle": each["ReceiptHandle"],
                "body": each["Body"],
                "attributes": each["Attributes"],
                "eventSource": "aws:sqs",
            }
            for each in answer.get("Messages", [])
        ]

    def notify(self, records: list[dict[str, Any]], remaining_ms: int = 60_000) -> set[str]:
        """The ids of the records that are to come back."""
        with self.environment():
            answer = handler.handle({"Records": records}, Lambda(remaining_ms))
        assert answer.keys() == {"batchItemFailures"}
        return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}

    def waiting(self) -> int:
        """Entries that the queue still holds, hidden or not."""
        kinds = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = tenant_api.client("sqs").get_queue_attributes(
            QueueUrl=self.api.queue_url, AttributeNames=kinds
        )
        return sum(int(answer["Attributes"][kind]) for kind in kinds)

    @property
    def receivers(self) -> list[agreed.Receiver]:
        return [agreed.Receiver(name, self.events, url) for name, url in self.webhooks.items()]

    @property
    def api(self) -> TenantApi:
        """The tenant's other functions, which know of the receivers what they need."""
        options = json.dumps({NOTIFY.name: self.receiver} if self.receiver else {})
        listed = json.dumps([each.as_json(called=False) for each in self.receivers])
        return replace(self.bare, options=options, webhooks=listed)

    @contextlib.contextmanager
    def environment(self) -> Iterator[None]:
        variables = {
            environment.OPTIONS: json.dumps({NOTIFY.name: self.receiver} if self.receiver else {}),
            environment.WEBHOOKS: json.dumps([each.as_json() for each in self.receivers]),
            environment.CALLS: json.dumps([self.receiver] if "://" in self.receiver else []),
            environment.secret_arn(DELIVERY.name): self.secret_arn,
            environment.MAX_RECEIVES: str(MAX_RECEIVES),
            **{
                environment.secret_arn(agreed.secret(DELIVERY.name, name)): arn
                for name, arn in self.secrets.items()
            },
            **({environment.MAIL_FROM: self.mail_from} if self.mail_from else {}),
        }
        with self.api.environment(), mock.patch.dict(os.environ, variables):
            _forget()
            try:
                yield
            finally:
                _forget()


def _forget() -> None:
    for kept in (common.current, settings.current, handler.channels):
        kept.cache_clear()


def create_secret(tenant: str, receiver: str = "", value: str = SECRET) -> str:
    name = agreed.secret(DELIVERY.name, receiver) if receiver else DELIVERY.name
    answer = tenant_api.client("secretsmanager").create_secret(
        Name=f"tenantry/demo/{tenant}/{name}/0a1b2c3d", SecretString=json.dumps({"webhook_secret": value})
    )
    return str(answer["ARN"])


def create_queue(tenant: str) -> str:
    answer = tenant_api.client("sqs").create_queue(QueueName=f"tenantry_demo_{tenant}_contact")
    return str(answer["QueueUrl"])
