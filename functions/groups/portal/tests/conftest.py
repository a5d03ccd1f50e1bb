"""Acme and acme-eu, whose portals run in this process over a world that holds both and refuses nothing.

No right stands between the two here: what keeps them apart is what the code asks for.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from unittest import mock
from urllib.parse import urlencode

import pytest
from botocore import xform_name
from botocore.client import BaseClient

from agreed import environment, partitions, portal, seals
from api import clock, secrets
from tests.support.functions import aws, fresh_logger
from tests.support.tenant_api import Answer, TenantApi

__all__ = ["aws", "fresh_logger"]

HOST = "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
FORM = "application/x-www-form-urlencoded"
TENANTS = ("acme", "acme-eu")


@dataclass
class World:
    """What AWS holds and was asked for. `sent` are the entries of queues, by URL."""

    records: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    logs: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    usage: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    sent: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def answer(self, client: Any, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((operation, asked))
        answer: dict[str, Any] = getattr(self, f"_{xform_name(operation)}")(client, asked)
        return answer

    def put(self, pk: str, sk: str, **attributes: Any) -> None:
        self.records[pk, sk] = {"pk": {"S": pk}, "sk": {"S": sk}, **attributes}

    def log(self, tenant: str, ago_ms: int = 1_000, **line: Any) -> None:
        text = json.dumps({"tenant": tenant, "status": "200", "method": "GET", "route": "/items", **line})
        self.logs[access_log(tenant)].append({"timestamp": clock.now_ms() - ago_ms, "message": text})

    def _get_secret_value(self, _client: Any, asked: dict[str, Any]) -> dict[str, Any]:
        return {"SecretString": json.dumps({portal.KEY: self.keys[asked["SecretId"]]})}

    def _get_item(self, _client: Any, asked: dict[str, Any]) -> dict[str, Any]:
        found = self.records.get((asked["Key"]["pk"]["S"], asked["Key"]["sk"]["S"]))
        return {"Item": found} if found else {}

    def _query(self, _client: Any, asked: dict[str, Any]) -> dict[str, Any]:
        partition = asked["ExpressionAttributeValues"][":partition"]["S"]
        after = asked.get("ExclusiveStartKey", {}).get("sk", {}).get("S", "~")
        found = [self.records[pk, sk] for pk, sk in sorted(self.records, reverse=True)
                 if pk == partition and sk < after]  # fmt: skip
        return {"Items": found[: asked["Limit"]]}

    def _transact_write_items(self, client: Any, asked: dict[str, Any]) -> dict[str, Any]:
        item = asked["TransactItems"][0]["Put"]["Item"]
        key = item["pk"]["S"], item["sk"]["S"]
        if key in self.records:
            refused = {"Error": {"Code": "TransactionCanceledException"}}
            refused["CancellationReasons"] = [{"Code": "ConditionalCheckFailed"}]  # type: ignore[assignment]
            raise client.exceptions.TransactionCanceledException(refused, "TransactWriteItems")
        self.records[key] = item
        return {}

    def _filter_log_events(self, _client: Any, asked: dict[str, Any]) -> dict[str, Any]:
        """Every line of the time, whatever the pattern: the emulator reads few patterns."""
        lines = self.logs[asked["logGroupName"]]
        return {"events": [each for each in lines if each["timestamp"] >= asked["startTime"]]}

    def _get_usage(self, _client: Any, asked: dict[str, Any]) -> dict[str, Any]:
        return {"items": self.usage.get(asked["usagePlanId"], {})}

    def _send_message(self, _client: Any, asked: dict[str, Any]) -> dict[str, Any]:
        self.sent[asked["QueueUrl"]].append(json.loads(asked["MessageBody"]))
        return {}


@dataclass
class Portal:
    """One tenant's, as one browser sees it; `more` stands in the function's environment."""

    world: World
    tenant: str
    cookie: str = ""
    more: dict[str, str] = field(default_factory=dict)

    def get(self, page: str, query: str = "", **headers: str) -> Answer:
        return self._call("GET", page, query=query, headers=headers)

    def post(self, page: str, fields: dict[str, str], **headers: str) -> Answer:
        return self._call("POST", page, body=urlencode(fields), headers={"content-type": FORM, **headers})

    def link(self, tenant: str = "", purpose: str = portal.LINK, seconds: int = 900) -> str:
        """As the command makes it, with the key of whatever tenant."""
        seal = seals.draw(clock.now_ms() // 1_000 + seconds)
        return seals.write(self.key(tenant or self.tenant), tenant or self.tenant, purpose, seal)

    def key(self, tenant: str = "") -> str:
        return self.world.keys[secret_arn(tenant or self.tenant)]

    def enter(self, link: str = "", **headers: str) -> Answer:
        answer = self.post("enter", {"link": link or self.link()}, **headers)
        if "Set-Cookie" in answer.headers:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer

    def form(self) -> str:
        return unescape(re.findall('name="form" value="([^"]*)"', self.get("usage").text)[0])

    @contextmanager
    def function(self) -> Iterator[TenantApi]:
        """The process as this tenant's portal finds it."""
        api = TenantApi(
            self.tenant, "", "https://www.acme.example", "true", queue_url=f"https://sqs/{self.tenant}"
        )
        with mock.patch.dict(os.environ, variables(self.tenant) | self.more), api.environment():
            yield api

    def _call(self, method: str, page: str, headers: dict[str, str], **event: Any) -> Answer:
        sent = {"host": HOST, **({"cookie": self.cookie} if self.cookie else {})}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        with self.function() as api:
            return api.call(method, f"/portal/{page}", headers=sent, subject=None, **event)


def access_log(tenant: str) -> str:
    return f"/tenantry/demo/{tenant}/access"


def secret_arn(tenant: str) -> str:
    return f"arn:aws:secretsmanager:eu-west-1:123456789012:secret:{tenant}-portal"


def variables(tenant: str) -> dict[str, str]:
    return {
        environment.STATUS: environment.ACTIVE,
        environment.secret_arn("portal"): secret_arn(tenant),
        environment.ACCESS_LOG: access_log(tenant),
        environment.USAGE_PLAN: f"plan-of-{tenant}",
        environment.API_KEYS: json.dumps({f"key-of-{tenant}": "web"}),
        environment.LIMITS: json.dumps(
            {"rate_per_second": 20, "burst": 40, "quota": {"limit": 10_000, "period": "month"}}
        ),
    }


def message(world: World, tenant: str, sk: str, **deliveries: str) -> None:
    """A contact message and the states of its deliveries, by receiver."""
    made = {name: {"M": {"state": {"S": state}, "attempts": {"N": "3"}, "error": {"S": f"{name} said 500"}}}
            for name, state in deliveries.items()}  # fmt: skip
    text = {"S": f"private to {tenant}"}
    pk = partitions.records(tenant, "contact", "message")
    world.put(pk, sk, message=text, email=text, deliveries={"M": made})


@pytest.fixture
def world(_aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    held = World(keys={secret_arn(tenant): f"a key of {tenant}" for tenant in TENANTS})
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *asked: held.answer(*asked))
    secrets._kept.clear()
    yield held
    secrets._kept.clear()


@pytest.fixture
def acme(world: World) -> Portal:
    """Signed in."""
    portal_ = Portal(world, "acme")
    portal_.enter()
    return portal_


@pytest.fixture
def stranger(world: World) -> Portal:
    """At acme's, without a session."""
    return Portal(world, "acme")
