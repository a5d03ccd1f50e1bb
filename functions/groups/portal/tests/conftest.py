"""Acme and acme-eu, whose portals run in this process over a world that holds both and refuses nothing.

No right stands between the two here: what keeps them apart is what the code asks for.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
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
    """What AWS holds and was asked for. `sent` are the entries of queues, by URL; `reasons` are why the next
    transactions fail."""

    records: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    logs: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    usage: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    sent: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

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
        newest = not asked["ScanIndexForward"]
        found = [self.records[pk, sk] for pk, sk in sorted(self.records, reverse=newest)
                 if pk == partition and sk < after]  # fmt: skip
        return {"Items": found[: asked.get("Limit")]}

    def _transact_write_items(self, client: Any, asked: dict[str, Any]) -> dict[str, Any]:
        """Of one write: a condition is that there is no record, or that its attribute has a value."""
        [[(kind, write)]] = [each.items() for each in asked["TransactItems"]]
        held = write.get("Item", write.get("Key"))
        key, values = (held["pk"]["S"], held["sk"]["S"]), write.get("ExpressionAttributeValues", {})
        there = self.records.get(key)
        name, _, value = write["ConditionExpression"].partition(" = ")
        holds = (
            there is None if name == "attribute_not_exists(pk)" else there and there[name] == values[value]
        )
        if reason := self.reasons.pop(0) if self.reasons else "" if holds else "ConditionalCheckFailed":
            refused = {"Error": {"Code": "TransactionCanceledException"}}
            refused["CancellationReasons"] = [{"Code": reason}]  # type: ignore[assignment]
            raise client.exceptions.TransactionCanceledException(refused, "TransactWriteItems")
        if kind == "Delete":
            del self.records[key]
        else:
            self.records[key] = held if kind == "Put" else updated(there, write["UpdateExpression"], values)
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

    def post(self, page: str, fields: Mapping[str, str | list[str]], **headers: str) -> Answer:
        return self._call(
            "POST", page, body=urlencode(fields, doseq=True), headers={"content-type": FORM, **headers}
        )

    def link(self, tenant: str = "", purpose: str = portal.LINK, seconds: int = 900, right: str = "") -> str:
        """As the command makes it, with the key of whatever tenant."""
        seal = seals.draw(clock.now_ms() // 1_000 + seconds, right)
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


def updated(record: Any, expression: str, values: dict[str, Any]) -> dict[str, Any]:
    """By `SET a = :b, c = :d REMOVE e, f`, either part of it alone or both."""
    sets, _, removes = expression.removeprefix("SET ").rpartition("REMOVE ")
    if "REMOVE" not in expression:
        sets, removes = removes, ""
    changes = dict(each.strip().split(" = ") for each in sets.split(",") if each.strip())
    gone = {each.strip() for each in removes.split(",")}
    kept = {name: value for name, value in record.items() if name not in gone}
    return kept | {name: values[value] for name, value in changes.items()}


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
        environment.GROUPS: json.dumps(["contact", "items", "portal", "tokens"]),
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
def keeper(world: World) -> Portal:
    """Signed in to acme's by a link that lets its holder change clients."""
    portal_ = Portal(world, "acme")
    portal_.enter(portal_.link(right=portal.CLIENTS))
    return portal_


@pytest.fixture
def stranger(world: World) -> Portal:
    """At acme's, without a session."""
    return Portal(world, "acme")
