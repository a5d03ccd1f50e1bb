"""One tenant's functions, called as the gateway calls them, over tables that moto holds."""

import base64
import contextlib
import importlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest import mock

import boto3
from botocore.exceptions import ReadTimeoutError

import start
from agreed import environment, routes
from agreed.secrets import SIGNING
from api import clients, queue, runtime_secret, secrets, settings, table
from tests.support import events

TABLE = "tenantry_demo"
REGION = "eu-west-1"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def slug(self) -> str:
        """The problem's slug; fails on an answer that is none."""
        assert self.headers["Content-Type"] == "application/problem+json"
        return str(self.json["type"].removeprefix("urn:tenantry:problem:"))


@dataclass(frozen=True)
class TenantApi:
    """`call` routes as the gateway does: the resource is a path of the contract."""

    tenant: str
    secret_arn: str
    cors_origins: str = ""
    cors_credentials: str = "false"
    queue_url: str = ""
    webhooks: str = "[]"
    remaining_ms: int = 10_000
    options: str = "{}"
    signing_arn: str = ""
    issues: str = "{}"

    def call(self, method: str, resource: str, json_body: Any = None, **event: Any) -> Answer:
        group = next((r.group for r in routes.table() if r.path == resource), "items")
        return self.call_group(group, method, resource, json_body, **event)

    def call_group(
        self, group: str, method: str, resource: str, json_body: Any = None, **event: Any
    ) -> Answer:
        if json_body is not None:
            event["body"] = json.dumps(json_body)
        return self.handle(events.proxy(method, resource, tenant=self.tenant, **event), group)

    def handle(self, event: dict[str, Any], group: str | None = None) -> Answer:
        """Any event; by default it goes to the function that serves its resource."""
        group = group or next(r.group for r in routes.table() if r.path == event["resource"])
        handler = importlib.import_module(start.module(group))
        with self.environment():
            answer = handler.handle(event, events.Invocation(self.remaining_ms))
        assert answer["isBase64Encoded"] is False
        return Answer(answer["statusCode"], answer["headers"], answer["body"])

    @contextlib.contextmanager
    def environment(self) -> Iterator[None]:
        """The process as this tenant's function would find it."""
        variables = {
            "TENANT": self.tenant,
            "CELL": "demo",
            "TABLE": TABLE,
            "CORS_ORIGINS": self.cors_origins,
            "CORS_CREDENTIALS": self.cors_credentials,
            "SECRET_ARN": self.secret_arn,
            "OPTIONS": self.options,
            environment.WEBHOOKS: self.webhooks,
            environment.queue_url("contact"): self.queue_url,
            environment.secret_arn(SIGNING): self.signing_arn,
            environment.ISSUES: self.issues,
        }
        with mock.patch.dict(os.environ, variables):
            settings.current.cache_clear()
            try:
                yield
            finally:
                settings.current.cache_clear()


@dataclass
class BrokenTable:
    """Raises the failures in turn, one per call, the refusals one per transaction; then calls go through, and
    the answers of the next `lost` writes never arrive. `tokens` are those of the transactions called, and
    `consumed` is what answers tell of their capacity, by operation: None where they tell nothing.

    A token that was done once is answered and not done again, as DynamoDB promises and moto does not.
    """

    failures: list[Exception] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)
    lost: int = 0
    consumed: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)

    def answer(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def answered(operation: str, parameters: dict[str, Any]) -> Any:
            self.calls.append(operation)
            self.asked.append(parameters)
            if token := parameters.get("ClientRequestToken"):
                self.tokens.append(token)
            if self.failures:
                raise self.failures.pop(0)
            if token and self.refusals:
                raise self.refusals.pop(0)
            answer = {} if token in self.done else call(operation, parameters)
            self.done |= {token} if token else set()
            if self.lost and operation in {"TransactWriteItems", "UpdateItem"}:
                self.lost -= 1
                raise ReadTimeoutError(endpoint_url="https://x")
            if operation in self.consumed:
                answer = {**answer, "ConsumedCapacity": self.consumed[operation]}
            return answer

        return answered


@cache
def client(service: str) -> Any:
    """The test's own, beside the functions'."""
    return boto3.client(service, region_name=REGION)


def create_table() -> None:
    """With the key schema of the real one."""
    client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        BillingMode="PAY_PER_REQUEST",
    )


def delete_table() -> None:
    client("dynamodb").delete_table(TableName=TABLE)


def create_secret(tenant: str) -> str:
    """One for a whole run: the tests of several folders ask for it, each by its own conftest.py."""
    name = f"tenantry/demo/{tenant}/runtime/0a1b2c3d"
    secrets_manager = client("secretsmanager")
    listed = secrets_manager.list_secrets(Filters=[{"Key": "name", "Values": [name]}])["SecretList"]
    if there := [each["ARN"] for each in listed if each["Name"] == name]:
        return str(there[0])
    key = base64.b64encode(os.urandom(runtime_secret.CURSOR_KEY_BYTES)).decode()
    answer = secrets_manager.create_secret(Name=name, SecretString=json.dumps({"cursor_key": key}))
    return str(answer["ARN"])


def records() -> list[dict[str, Any]]:
    """Everything in the table, as a test may see it and no function may."""
    return list(client("dynamodb").scan(TableName=TABLE)["Items"])


def forget() -> None:
    """What a fresh process has not got yet: clients and kept secrets."""
    settings.current.cache_clear()
    clients.session.cache_clear()
    table.current.cache_clear()
    client.cache_clear()
    queue.client.cache_clear()
    secrets.client.cache_clear()
    secrets._kept.clear()
