"""Forward what the local receiver takes to a developer's own server, byte for byte, with its signature.

The receiver has answered the notifier by then: the other server's answer is shown, and brings no attempt.
"""

import http.client
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tenantry.errors import Failed, WrongInput

LOOPBACK = ("localhost", "127.0.0.1", "::1")
ANSWER_SECONDS = 30  # as long as a delivery waits


class Forwarded(NamedTuple):
    """`status` is the other server's answer; `problem` says why there is none."""

    receiver: str
    event: str
    id: str
    status: int | None
    problem: str
    milliseconds: int


class Target(NamedTuple):
    host: str
    port: int
    path: str


def target(url: str) -> Target:
    """Raises WrongInput: it is not an address of this machine."""
    try:
        parts = urlsplit(url)
        port = parts.port or 80
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme != "http" or (parts.hostname or "") not in LOOPBACK:
        raise WrongInput(f"--forward {url!r} is not on this machine; write it as http://localhost:3000/hook")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(str(parts.hostname), port, path)


@dataclass(slots=True)
class Listener:
    """Of one tenant: `addresses` are the local receiver's, by the receiver's name.

    What came before the first look is not forwarded.
    """

    addresses: Mapping[str, str]
    target: Target
    _last: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, address in self.addresses.items():
            self._last[name] = max((each["number"] for each in _kept(address)), default=0)

    def look(self) -> Iterator[Forwarded]:
        """Forwards what is new, in the order in which it came.

        Raises:
            Failed: the platform has ended.
        """
        new = [
            (each["number"], name, each)
            for name, address in self.addresses.items()
            for each in _kept(address)
            if each["number"] > self._last[name]
        ]
        for number, name, delivery in sorted(new, key=lambda each: each[0]):
            self._last[name] = number
            yield self._forwarded(name, delivery)

    def _forwarded(self, name: str, delivery: Mapping[str, Any]) -> Forwarded:
        started = time.monotonic()
        connection = http.client.HTTPConnection(self.target.host, self.target.port, timeout=ANSWER_SECONDS)
        status, problem = None, ""
        try:
            connection.request("POST", self.target.path, delivery["body"].encode(), delivery["headers"])
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            problem = f"no answer from {self.target.host}:{self.target.port} ({type(error).__name__})"
        finally:
            connection.close()
        took = int((time.monotonic() - started) * 1000)
        identity = str(delivery["headers"].get("webhook-id", ""))
        return Forwarded(name, _type(delivery["body"]), identity, status, problem, took)


def _kept(address: str) -> list[dict[str, Any]]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    try:
        connection.request("GET", parts.path)
        found: list[dict[str, Any]] = json.loads(connection.getresponse().read())["deliveries"]
    except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
        raise Failed("the local receiver does not answer; `tenantry status` says what runs") from error
    finally:
        connection.close()
    return found


def _type(body: str) -> str:
    try:
        event = json.loads(body)
    except ValueError:
        return ""
    return str(event.get("type", "")) if isinstance(event, dict) else ""
