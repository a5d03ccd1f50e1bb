"""Receive webhooks as an unreliable receiver does, and keep what arrived.

It flaps by the clock: for a while it is well, then it refuses, then it takes a message and drops the reply,
so that the sender must send it again.
"""

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from benches.loopback import HOST, LoopbackServer, SilentHandler

PHASES = (("well", 4.0), ("refusing", 3.0), ("forgetful", 2.0))  # seconds each, over and over


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST that was taken: by whom it was meant, its head and its body as they came."""

    tenant: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def message(self) -> dict[str, Any]:
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed


@dataclass
class Inbox:
    """`answered` counts what callers were told, by phase."""

    taken: list[Delivery] = field(default_factory=list)
    answered: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    began: float = field(default_factory=time.monotonic)
    steady: bool = False  # from now on it is well for good

    def phase(self) -> str:
        if self.steady:
            return "well"
        moment = (time.monotonic() - self.began) % sum(seconds for _, seconds in PHASES)
        *changing, (last, _) = PHASES
        for name, seconds in changing:
            if moment < seconds:
                return name
            moment -= seconds
        return last


class Receiver(LoopbackServer):
    """Listens on a free loopback port; `/webhooks/<tenant>` is a tenant's."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.inbox = Inbox()

    def url(self, tenant: str) -> str:
        return f"http://{HOST}:{self.server_port}/webhooks/{tenant}"


class _Handler(SilentHandler):
    server: Receiver

    def do_POST(self) -> None:  # noqa: N802 - the base class's name
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        inbox, phase = self.server.inbox, self.server.inbox.phase()
        with inbox.lock:
            inbox.answered[phase] += 1
            if phase != "refusing":
                headers = {name.lower(): value for name, value in self.headers.items()}
                inbox.taken.append(Delivery(self.path.rpartition("/")[2], headers, body))
        if phase == "forgetful":
            return  # the connection closes without an answer
        self.send_response_only(503 if phase == "refusing" else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()
