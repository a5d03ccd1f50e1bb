"""Whatever is lost on the way, every write is made once, and an acknowledged one is there.

A state machine of clients that create, replace, delete and repeat, with keys and without, while calls fail
before they reach the table or their answers never come back. It is held against a model of what a client
may rely on.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from api import deadline, downstream
from tests.support import tenant_api
from tests.support.tenant_api import Answer, BrokenTable, TenantApi

COLLECTION, ITEM = "/items/{collection}", "/items/{collection}/{id}"
ORDERS = {"collection": "orders"}
ALL = len(downstream.PAUSES)
BOUNDED = settings(max_examples=15, stateful_step_count=15, deadline=None, derandomize=True, database=None)
MATCHES = st.sampled_from(["current", "stale", "any", "either"])
FAULTS = st.sampled_from(["none", "none", "unreached", "one answer lost", "all answers lost"])


def first(answer: Answer) -> Answer:
    """As it was when nothing had been made before."""
    headers = {name: value for name, value in answer.headers.items() if name != "Idempotent-Replayed"}
    return Answer(answer.status, headers, answer.text)


@dataclass
class Request:
    """`mark` is the document, different in each request; `item` the mark of the item's creation."""

    method: str
    mark: int
    item: int
    match: str | None = None
    key: str | None = None
    answer: Answer | None = None


@dataclass
class Model:
    """Versions and documents by item, and what each key has done."""

    items: dict[int, tuple[int, int]] = field(default_factory=dict)
    done: dict[str, tuple[int, str | None]] = field(default_factory=dict)

    def expect(self, request: Request) -> tuple[int, str | None]:
        """Status and ETag of the answer, if the request arrives."""
        if request.key in self.done:
            return self.done[request.key]
        if request.method == "POST":
            return 201, '"1"'
        if request.item not in self.items:
            return 404, None
        version = self.items[request.item][0]
        if request.match not in ("*", None) and f'"{version}"' not in (request.match or "").split(", "):
            return 412, None
        return (200, f'"{version + 1}"') if request.method == "PUT" else (204, None)

    def make(self, request: Request) -> None:
        status, etag = expected = self.expect(request)
        if status >= 400 or request.key in self.done:
            return
        if request.key:
            self.done[request.key] = expected
        if request.method == "DELETE":
            del self.items[request.item]
        else:
            self.items[request.item] = (int((etag or "").strip('"')), request.mark)


class Clients(RuleBasedStateMachine):
    """Rules are requests; `acme` and `broken` are set by the test that runs the machine."""

    acme: TenantApi
    broken: BrokenTable
    known = Bundle("known")
    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        tenant_api.delete_table()
        tenant_api.create_table()
        self.model = Model()
        self.ids: dict[int, str] = {}
        self.marks = itertools.count(1)

    @rule(targets=(known, sent), keyed=st.booleans(), fault=FAULTS)
    def create(self, keyed: bool, fault: str) -> Any:
        mark = next(self.marks)
        request = Request("POST", mark, mark, None, f"k{mark}" if keyed else None)
        self.send(request, fault)
        return multiple(request)

    @rule(target=sent, created=known, match=MATCHES, keyed=st.booleans(), fault=FAULTS)
    def replace(self, created: Request, match: str, keyed: bool, fault: str) -> Any:
        return self.write("PUT", created, match, keyed, fault)

    @rule(target=sent, created=known, match=MATCHES, keyed=st.booleans(), fault=FAULTS)
    def delete(self, created: Request, match: str, keyed: bool, fault: str) -> Any:
        return self.write("DELETE", created, match, keyed, fault)

    @rule(request=sent, fault=FAULTS)
    def repeat(self, request: Request, fault: str) -> None:
        """As it was; without a key it is a new request, and a creation makes another item."""
        if request.key is None:
            item = next(self.marks) if request.method == "POST" else request.item
            request = Request(request.method, next(self.marks), item, request.match)
        self.send(request, fault)

    @invariant()
    def the_table_holds_what_the_model_does(self) -> None:
        listed = self.acme.call("GET", COLLECTION, path=ORDERS, query="limit=100").json["items"]
        assert sorted((each["version"], each["mark"]) for each in listed) == sorted(self.model.items.values())

    def teardown(self) -> None:
        counts = self.acme.call("GET", "/tools/summary").json["items"]
        assert counts.get("orders", 0) == len(self.model.items)

    def write(self, method: str, created: Request, match: str, keyed: bool, fault: str) -> Any:
        if created.item not in self.ids:
            return multiple()
        version = self.model.items.get(created.item, (1, 0))[0]
        header = {
            "current": f'"{version}"',
            "stale": f'"{version + 1}"',
            "any": "*",
            "either": f'"{version + 7}", "{version}"',
        }[match]
        mark = next(self.marks)
        request = Request(method, mark, created.item, header, f"k{mark}" if keyed else None)
        self.send(request, fault)
        return multiple(request)

    def send(self, request: Request, fault: str) -> None:
        expected = self.model.expect(request)
        answer = self.call(request, fault)
        if fault != "unreached":
            self.model.make(request)
        if answer.status == 503:
            # One lost answer is made good within the request, but for a replacement without a key.
            assert fault != "none"
            assert fault != "one answer lost" or (request.method, request.key) == ("PUT", None)
            assert "Retry-After" in answer.headers
        else:
            assert fault != "unreached"
            assert (answer.status, answer.headers.get("ETag")) == expected
        self.remember(request, answer)

    def call(self, request: Request, fault: str) -> Answer:
        if fault == "unreached":
            self.broken.failures = [ConnectTimeoutError(endpoint_url="https://x")] * ALL
        self.broken.lost = {"one answer lost": 1, "all answers lost": ALL}.get(fault, 0)
        headers = {"Idempotency-Key": request.key, "If-Match": request.match}
        event: dict[str, Any] = {"headers": {name: text for name, text in headers.items() if text}}
        try:
            if request.method == "POST":
                return self.acme.call("POST", COLLECTION, {"mark": request.mark}, path=ORDERS, **event)
            event["path"] = {**ORDERS, "id": self.ids[request.item]}
            document = {"mark": request.mark} if request.method == "PUT" else None
            return self.acme.call(request.method, ITEM, document, **event)
        finally:
            self.broken.failures, self.broken.lost = [], 0

    def remember(self, request: Request, answer: Answer) -> None:
        if answer.status >= 400:
            return
        if request.method == "POST":
            self.ids.setdefault(request.item, answer.json["id"])
        if request.key and request.answer:
            assert first(answer) == first(request.answer)
        request.answer = answer


def test_every_write_is_made_once_whatever_is_lost(
    acme: TenantApi, broken_table: BrokenTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_wait: Callable[[float], None] = lambda _seconds: None  # noqa: E731
    monkeypatch.setattr(deadline.time, "sleep", no_wait)
    monkeypatch.setattr(Clients, "acme", acme, raising=False)
    monkeypatch.setattr(Clients, "broken", broken_table, raising=False)
    run_state_machine_as_test(Clients, settings=BOUNDED)
