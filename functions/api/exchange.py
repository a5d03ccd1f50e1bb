"""One HTTP exchange with a host beyond AWS: to a checked address, verified as the name, without redirects or
proxies, and all of it under one deadline: look-up, connection, TLS, head and body.

h11 reads and writes HTTP/1.1, and leaves sockets to us: each wait is for what is left of the time, so no
number of small pieces can prolong it. It takes a third of urllib3's time to import and a seventh of httpx's.
Neither has such a deadline, and urllib3 and the standard library take `103 Early Hints` for the answer.
"""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from queue import Empty, SimpleQueue
from socket import create_connection, socket
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

import h11

from api import addresses
from api.addresses import Unreachable

# Some hosts refuse the names of client libraries, as Cloudflare does Python's.
USER_AGENT: Final = "Tenantry/0.1"
CONNECT_SECONDS: Final = 3.0  # for one address; the next one is tried after it
MAX_HEAD_BYTES: Final = 65_536
CHUNK: Final = 16_384
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})

Resolver = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Plain http is taken to loopback alone: there the local platform's issuers and receivers listen."""

    host: str
    port: int
    target: str
    tls: bool

    @classmethod
    def of(cls, url: str) -> "Endpoint":
        """Raises ValueError; the message does not repeat the address."""
        parts = urlsplit(url)
        host, tls = parts.hostname or "", parts.scheme == "https"
        taken = tls or (parts.scheme == "http" and host in LOOPBACK)
        if not (taken and host and url.isascii()) or "@" in parts.netloc:
            raise ValueError("only https addresses of a host are called")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(host, parts.port or (443 if tls else 80), target, tls)

    @property
    def authority(self) -> str:
        """The Host header, which leaves a default port out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` have small letters; `body` is empty unless it was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    method: str,
    endpoint: Endpoint,
    headers: Mapping[str, str],
    content: bytes,
    seconds: float,
    resolve: Resolver,
    *,
    most: int = 0,
) -> Answer:
    """Of a successful answer's body at most `most` bytes are read, and any more refuse it; 0 reads none.

    Raises:
        Unreachable: there was no answer within the time, or none that is to be trusted.
    """
    end = time.monotonic() + seconds
    try:
        found = _looked_up(endpoint, resolve, end)
        addresses.check(found, loopback=not endpoint.tls)
        with _connected(endpoint, found, end) as connection:
            request = _request(method, endpoint, headers, content)
            return _answer(_Wire(connection, end), request, content, most)
    except ssl.SSLCertVerificationError as error:
        raise Unreachable("the certificate is not valid for the name") from error
    except TimeoutError as error:
        raise Unreachable("no answer in time") from error
    except (OSError, h11.ProtocolError) as error:
        raise Unreachable("the connection failed") from error


def _left(end: float) -> float:
    """Raises TimeoutError when there is none."""
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _looked_up(endpoint: Endpoint, resolve: Resolver, end: float) -> Sequence[str]:
    """The system's look-up knows no time limit: it is left to a thread, and given up with it."""
    found: SimpleQueue[Sequence[str] | Unreachable] = SimpleQueue()

    def look_up() -> None:
        try:
            found.put(resolve(endpoint.host, endpoint.port))
        except Unreachable as error:
            found.put(error)

    Thread(target=look_up, daemon=True).start()
    try:
        outcome = found.get(timeout=_left(end))
    except Empty:
        raise TimeoutError from None
    if isinstance(outcome, Unreachable):
        raise outcome
    return outcome


@contextmanager
def _connected(endpoint: Endpoint, found: Sequence[str], end: float) -> Iterator[socket]:
    with _reached(endpoint, found, end) as raw:
        if not endpoint.tls:
            yield raw
            return
        raw.settimeout(_left(end))
        with tls_context().wrap_socket(raw, server_hostname=endpoint.host) as secured:
            yield secured


def _reached(endpoint: Endpoint, found: Sequence[str], end: float) -> socket:
    """An address that does not answer leaves each of those behind it as much time as it had."""
    failure: OSError = TimeoutError()
    for index, address in enumerate(found):
        share = _left(end) / (len(found) - index)
        try:
            return create_connection((address, endpoint.port), min(CONNECT_SECONDS, share))
        except OSError as error:
            failure = error
    raise failure


def _request(method: str, endpoint: Endpoint, headers: Mapping[str, str], content: bytes) -> h11.Request:
    own = {"Host": endpoint.authority, "User-Agent": USER_AGENT, "Connection": "close"}
    if content:
        own["Content-Length"] = str(len(content))
    return h11.Request(method=method, target=endpoint.target, headers=[*own.items(), *headers.items()])


@dataclass(frozen=True, slots=True)
class _Wire:
    """A connection of which every step ends with the time."""

    connection: socket
    end: float

    def send(self, data: bytes) -> None:
        while data:
            self.connection.settimeout(_left(self.end))
            data = data[self.connection.send(data) :]

    def receive(self) -> bytes:
        self.connection.settimeout(_left(self.end))
        return self.connection.recv(CHUNK)


def _answer(wire: _Wire, request: h11.Request, content: bytes, most: int) -> Answer:
    protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
    events = (request, h11.Data(content), h11.EndOfMessage())
    wire.send(b"".join(protocol.send(event) or b"" for event in events))
    while isinstance(event := _event(protocol, wire), h11.InformationalResponse):
        continue
    if not isinstance(event, h11.Response):
        raise h11.RemoteProtocolError("no answer")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}
    wanted = most and 200 <= event.status_code < 300
    return Answer(event.status_code, headers, _body(protocol, wire, most) if wanted else b"")


def _body(protocol: h11.Connection, wire: _Wire, most: int) -> bytes:
    body = bytearray()
    while isinstance(event := _event(protocol, wire), h11.Data):
        body += event.data
        if len(body) > most:
            raise Unreachable(f"the answer is larger than {most} bytes")
    return bytes(body)


def _event(protocol: h11.Connection, wire: _Wire) -> h11.Event | type[h11.PAUSED]:
    """Of the answer, informational ones (1xx) among them, however many come within the time."""
    while (event := protocol.next_event()) is h11.NEED_DATA:
        protocol.receive_data(wire.receive())
    return event  # type: ignore[return-value] # h11's types leave NEED_DATA in


@cache
def tls_context() -> ssl.SSLContext:
    """Verifies certificate and name, by the system's authorities."""
    return ssl.create_default_context()
