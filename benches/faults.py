"""Stand between the functions and AWS: witness the calls, and fail a share of them, as a seed decides.

Every fault is one that AWS documents or networks have: a throttle, an error of the service, a connection that
ends before the call is made, one that ends after it was, and an answer that comes too late for the caller.
"""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from benches.loopback import Answer, Proxy, ProxyHandler

LATE_SECONDS = 2.5  # beyond the functions' read timeout of 2 s


class Fault(StrEnum):
    """The call is done under the last two, and only its reply is missing."""

    THROTTLED = "throttled"
    ERROR = "error 500"
    UNREACHED = "unreached"
    LOST = "reply lost"
    LATE = "reply late"


_ERRORS = {
    Fault.THROTTLED: (400, "ThrottlingException"),
    Fault.ERROR: (500, "InternalServerError"),
}

# Answers a call in AWS's place.
Stand = Callable[[Mapping[str, Any]], Mapping[str, Any]]
# Told of each call that AWS has answered: operation, request, answer.
Witness = Callable[[str, bytes, bytes], None]


@dataclass
class Faults:
    """Which calls fail and how; `shares` sum up to at most 1. Safe to ask from several threads."""

    seed: int
    shares: Mapping[Fault, float]
    calls: Counter[str] = field(default_factory=Counter)
    injected: Counter[tuple[str, Fault]] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _enabled: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - a reproducible choice, no secret

    def begin(self) -> None:
        self._enabled.set()

    def end(self) -> None:
        self._enabled.clear()

    def next(self, operation: str) -> Fault | None:
        with self._lock:
            self.calls[operation] += 1
            if not self._enabled.is_set():
                return None
            drawn = self._random.random()
            for fault, share in self.shares.items():
                if drawn < share:
                    self.injected[operation, fault] += 1
                    return fault
                drawn -= share
        return None


class FaultyProxy(Proxy):
    """AWS with faults, on a free loopback port."""

    services = ("DYNAMODB", "SQS")

    def __init__(
        self, faults: Faults, stands: Mapping[str, Stand], witness: Witness = lambda *_: None
    ) -> None:
        super().__init__(_Handler)
        self.faults = faults
        self.stands = stands
        self.witness = witness


class _Handler(ProxyHandler):
    server: FaultyProxy

    def do_POST(self) -> None:  # noqa: N802 - the base class's name
        body = self.body()
        operation = self.headers.get("x-amz-target", "").rpartition(".")[2]
        fault = self.server.faults.next(operation)
        if fault in _ERRORS:
            self._refuse(*_ERRORS[fault])
        elif fault is Fault.UNREACHED:
            self.close_connection = True
        elif stand := self.server.stands.get(operation):
            self.answer(Answer(200, {}, json.dumps(stand(json.loads(body))).encode()))
        else:
            self._pass_on(operation, body, fault)

    def _pass_on(self, operation: str, body: bytes, fault: Fault | None) -> None:
        answer = self.ask(body)
        self.server.witness(operation, body, answer.body)
        if fault is Fault.LATE:
            time.sleep(LATE_SECONDS)
        if fault is Fault.LOST:
            self.close_connection = True
            return
        self.answer(answer)

    def _refuse(self, status: int, code: str) -> None:
        self.answer(Answer(status, {"x-amzn-errortype": code}, json.dumps({"__type": code}).encode()))
