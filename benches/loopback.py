"""Serve HTTP on a free loopback port for the length of a block, and say nothing about it."""

import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

HOST = "127.0.0.1"
UPSTREAM_SECONDS = 60.0
HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding"})


class SilentHandler(BaseHTTPRequestHandler):
    """The reports count; nobody reads a log."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


class LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, handler: type[SilentHandler]) -> None:
        super().__init__((HOST, 0), handler)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that was killed, or has given up, is part of the game; the base class prints a trace."""


class Proxy(LoopbackServer):
    """Stands before the emulator for some services. The Host header is passed on: signatures stay good."""

    services: tuple[str, ...]
    """As the SDKs' variables name them."""
    upstream_port = 0

    def before(self, endpoint: str) -> dict[str, str]:
        """Stand before this endpoint; the variables that lead the SDKs here."""
        self.upstream_port = urlsplit(endpoint).port or 80
        return {f"AWS_ENDPOINT_URL_{service}": self.url for service in self.services}

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}"


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


class ProxyHandler(SilentHandler):
    """Keeps its connection to the emulator as long as its caller's."""

    protocol_version = "HTTP/1.1"
    server: Proxy
    _upstream: HTTPConnection | None = None

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def ask(self, body: bytes) -> Answer:
        """What the emulator answers to the same request."""
        if self._upstream is None:
            self._upstream = HTTPConnection(HOST, self.server.upstream_port, timeout=UPSTREAM_SECONDS)
        self._upstream.request(self.command, self.path, body, _end_to_end(self.headers.items()))
        answer = self._upstream.getresponse()
        return Answer(answer.status, _end_to_end(answer.getheaders()), answer.read())

    def answer(self, given: Answer) -> None:
        self.send_response_only(given.status)
        for name, value in given.headers.items():
            self.send_header(name, value)
        if "content-length" not in map(str.lower, given.headers):
            self.send_header("Content-Length", str(len(given.body)))
        self.end_headers()
        self.wfile.write(given.body)

    def finish(self) -> None:
        if self._upstream is not None:
            self._upstream.close()
        with suppress(OSError):  # the caller has gone
            super().finish()


def _end_to_end(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in HOP_BY_HOP}
