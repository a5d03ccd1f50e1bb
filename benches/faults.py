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
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from benches.loopback import HOST, LoopbackServer, SilentHandler

SERVICES = ("DYNAMODB", "SQS")
LATE_SECONDS = 2.5  # beyond the functions' read timeout of 2 s
UPSTREAM_SECONDS = 60.0
HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding"})


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


class Proxy(LoopbackServer):
    """AWS with faults, on a free loopback port. The Host header is passed on: signatures stay good."""

    def __init__(
        self, faults: Faults, stands: Mapping[str, Stand], witness: Witness = lambda *_: None
    ) -> None:
        super().__init__(_Handler)
        self.faults = faults
        self.stands = stands
        self.witness = witness
        self.upstream_port = 0

    def before(self, endpoint: str) -> dict[str, str]:
        """Stand before this endpoint; the variables that lead the SDK here."""
        self.upstream_port = urlsplit(endpoint).port or 80
        url = f"http://{HOST}:{self.server_port}"
        return {f"AWS_ENDPOINT_URL_{service}": url for service in SERVICES}


class _Handler(SilentHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy
    _upstream: HTTPConnection | None = None

    def do_POST(self) -> None:  # noqa: N802 - the base class's name
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        operation = self.headers.get("x-amz-target", "").rpartition(".")[2]
        fault = self.server.faults.next(operation)
        if fault in _ERRORS:
            self._refuse(*_ERRORS[fault])
        elif fault is Fault.UNREACHED:
            self.close_connection = True
        elif stand := self.server.stands.get(operation):
            self._answer(200, {}, json.dumps(stand(json.loads(body))).encode())
        else:
            self._pass_on(operation, body, fault)

    def _pass_on(self, operation: str, body: bytes, fault: Fault | None) -> None:
        status, headers, answer = self._ask(body)
        self.server.witness(operation, body, answer)
        if fault is Fault.LATE:
            time.sleep(LATE_SECONDS)
        if fault is Fault.LOST:
            self.close_connection = True
            return
        self._answer(status, headers, answer)

    def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._upstream is None:
            self._upstream = HTTPConnection(HOST, self.server.upstream_port, timeout=UPSTREAM_SECONDS)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        self._upstream.request("POST", self.path, body, headers)
        answer = self._upstream.getresponse()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
        return answer.status, kept, answer.read()

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, {"x-amzn-errortype": code}, json.dumps({"__type": code}).encode())

    def _answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def finish(self) -> None:
        if self._upstream is not None:
            self._upstream.close()
        with suppress(OSError):  # the caller has gone
            super().finish()
