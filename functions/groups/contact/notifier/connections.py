"""Post to a receiver: to a checked address, verified as the name, without redirects, bounded in time.

Only the head of the answer is read, which the client library bounds; nothing of the body can fill the memory
or reach a log. There is no proxy: the address is the receiver's own.
"""

import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from threading import Timer
from typing import Final
from urllib.parse import urlsplit

from groups.contact.notifier import addresses
from groups.contact.notifier.failures import Undelivered

CONNECT_SECONDS: Final = 3.0  # for one address; the next one is tried after it
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Plain http is taken to loopback alone: there the local platform's receivers listen."""

    host: str
    port: int
    path: str
    tls: bool

    @classmethod
    def of(cls, url: str) -> "Endpoint":
        parts = urlsplit(url)
        host, tls = parts.hostname or "", parts.scheme == "https"
        if not (tls or (parts.scheme == "http" and host in LOOPBACK)) or not host or "@" in parts.netloc:
            raise ValueError(
                "the webhook is not an https URL of a host; correct contact.notify and deploy again"
            )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return cls(host, parts.port or (443 if tls else 80), path, tls)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    retry_after: str | None


Resolver = Callable[[str, int], Sequence[str]]


class _Connection(HTTPConnection):
    """To one of these addresses; the host is for the Host header and the certificate."""

    def __init__(self, target: Endpoint, checked: Sequence[str], end: float) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.tls else 80  # which the Host header leaves out
        self._context = tls_context() if target.tls else None
        self._checked, self._end = checked, end

    def connect(self) -> None:
        raw = self._reach()
        raw.settimeout(self.time_left())
        if self._context:
            self.sock = self._context.wrap_socket(raw, server_hostname=self.host)
        else:
            self.sock = raw
        self.sock.settimeout(self.time_left())

    def cut(self) -> None:
        """From another thread: ends whatever this connection waits for."""
        with suppress(OSError):  # it has ended by itself
            if sock := self.sock:
                # Not SSLSocket's own method, which takes the session from under the thread that reads.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def time_left(self) -> float:
        """Raises `TimeoutError` when there is none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _reach(self) -> socket.socket:
        for address in self._checked:
            try:
                return socket.create_connection((address, self.port), min(CONNECT_SECONDS, self.time_left()))
            except OSError as error:
                failure = error
        raise failure


def post(
    target: Endpoint, headers: Mapping[str, str], body: bytes, seconds: float, resolve: Resolver
) -> Answer:
    end = time.monotonic() + seconds
    checked = resolve(target.host, target.port)
    addresses.check(checked, loopback=not target.tls)
    connection = _Connection(target, checked, end)
    # A socket's own timeout begins anew with every byte; this one does not.
    watch = Timer(max(0.0, end - time.monotonic()), connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target.path, body, {**headers, "Connection": "close"})
        with connection.getresponse() as answer:
            connection.time_left()  # a head that was cut reads like one that ended
            return Answer(answer.status, answer.getheader("Retry-After"))
    except ssl.SSLCertVerificationError as error:
        raise Undelivered("the receiver's certificate is not valid for its name") from error
    except (OSError, HTTPException, ValueError) as error:
        late = isinstance(error, TimeoutError) or time.monotonic() >= end
        raise Undelivered("no answer in time" if late else "the connection failed") from error
    finally:
        watch.cancel()
        connection.close()


@cache
def tls_context() -> ssl.SSLContext:
    """Verifies certificate and name, by the system's authorities."""
    return ssl.create_default_context()
