"""One exchange is bounded by one deadline, whatever the other side does with it, and says who asks."""

import itertools
import socket
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from api import addresses, exchange
from api.addresses import Unreachable
from api.exchange import USER_AGENT, Answer, Endpoint
from tests.support.command import ROOT
from tests.support.receivers import authority, misbehaving, receiver

SECONDS = 0.3
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
NAME = "login.globex.example"

Behaviour = Callable[[socket.socket], None]


def get(port: int, seconds: float = SECONDS, most: int = 1_000) -> Answer:
    endpoint = Endpoint.of(f"http://127.0.0.1:{port}/keys")
    return exchange.exchange("GET", endpoint, {}, b"", seconds, addresses.resolve, most=most)


def sends(*pieces: bytes, pause: float = 0.0) -> Behaviour:
    def behave(taken: socket.socket) -> None:
        taken.recv(65_536)
        for piece in pieces:
            taken.sendall(piece)
            time.sleep(pause)

    return behave


def endlessly(piece: bytes, pause: float, before: bytes = b"") -> Behaviour:
    def behave(taken: socket.socket) -> None:
        taken.recv(65_536)
        taken.sendall(before)
        for _ in itertools.count():
            taken.sendall(piece)
            time.sleep(pause)

    return behave


def silently(taken: socket.socket) -> None:
    while taken.recv(65_536):
        pass


HEAD = b"HTTP/1.1 200 OK\r\n"
SLOW = {
    "nothing at all": silently,
    "a head byte by byte": endlessly(b"x", 0.02, HEAD + b"X: "),
    "100 Continue without end": endlessly(b"HTTP/1.1 100 Continue\r\n\r\n", 0.01),
    "100 Continue as fast as it can": endlessly(b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0.0),
    "a body byte by byte": endlessly(b"x", 0.02, HEAD + b"Content-Length: 900\r\n\r\n"),
    "chunks without end": endlessly(b"1\r\nx\r\n", 0.02, HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
}


@pytest.mark.parametrize("behave", SLOW.values(), ids=SLOW)
def test_whatever_is_slow_is_given_up_at_the_deadline(behave: Behaviour) -> None:
    with misbehaving(behave) as port:
        began = time.monotonic()
        with pytest.raises(Unreachable, match="no answer in time"):
            get(port)
        assert time.monotonic() - began < SECONDS + 0.5


def test_a_name_that_is_looked_up_slowly_is_given_up_at_the_deadline() -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        time.sleep(1)
        return ["127.0.0.1"]

    began = time.monotonic()
    with pytest.raises(Unreachable, match="no answer in time"):
        exchange.exchange("GET", Endpoint.of("https://x.example/"), {}, b"", 0.1, resolve)
    assert time.monotonic() - began < 0.6


def test_a_handshake_that_never_ends_is_given_up_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda _: True)
    with misbehaving(silently) as port:
        endpoint = Endpoint.of(f"https://{NAME}:{port}/")
        with pytest.raises(Unreachable, match="no answer in time"):
            exchange.exchange("GET", endpoint, {}, b"", SECONDS, lambda *_: ["127.0.0.1"])


@pytest.mark.parametrize(
    "before",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 20,
    ],
)
def test_informational_answers_are_not_the_answer(before: bytes) -> None:
    with misbehaving(sends(before, OK)) as port:
        assert get(port, 5).body == b"{}"


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (HEAD + b"\r\nto the end", b"to the end"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", b"{}"),
        (b"HTTP/1.0 200 OK\r\n\r\n{}", b"{}"),
        (b"HTTP/1.1 200\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", b"{}"),
        (HEAD + b"".join(b"X-%d: v\r\n" % n for n in range(150)) + b"\r\n{}", b"{}"),
    ],
    ids=["to the end", "chunked", "HTTP/1.0", "no reason", "bare line ends", "150 headers"],
)
def test_servers_of_every_kind_are_understood(answer: bytes, body: bytes) -> None:
    with misbehaving(sends(answer)) as port:
        assert get(port, 5).body == body


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        HEAD,
        HEAD + b"Content-Length: 9\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n",
        HEAD + b"X: " + b"y" * 70_000,
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"SSH-2.0-OpenSSH_9\r\n",
    ],
)
def test_what_is_no_whole_answer_is_a_failure(answer: bytes) -> None:
    with misbehaving(sends(answer)) as port, pytest.raises(Unreachable, match="the connection failed"):
        get(port, 5)


def test_no_more_of_a_body_is_read_than_was_asked_for() -> None:
    with (
        misbehaving(endlessly(b"x" * 999, 0.0, HEAD + b"\r\n")) as port,
        pytest.raises(Unreachable, match="larger than 1000 bytes"),
    ):
        get(port, 5)


def test_a_request_names_the_product_and_its_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert version.startswith(USER_AGENT.removeprefix("Tenantry/") + ".")
    with receiver() as hook:
        endpoint = Endpoint.of(hook.url)
        exchange.exchange("POST", endpoint, {"X-Own": "1"}, b"{}", 5, addresses.resolve)
    [got] = hook.received
    assert got.headers["user-agent"] == USER_AGENT
    assert (got.headers["x-own"], got.headers["host"]) == ("1", f"127.0.0.1:{hook.port}")


def test_the_certificate_of_an_issuer_is_checked_for_its_name_at_the_checked_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    known, other = authority(NAME, tmp_path), authority("login.acme.example", tmp_path)
    for served, taken in ((known, True), (other, False)):
        monkeypatch.setattr(exchange, "tls_context", lambda served=served: served.client)
        with receiver(served.server) as hook:
            endpoint = Endpoint.of(f"https://{NAME}:{hook.port}/")
            if taken:
                exchange.exchange("POST", endpoint, {}, b"{}", 5, lambda *_: ["127.0.0.1"])
            else:
                with pytest.raises(Unreachable, match="certificate is not valid"):
                    exchange.exchange("POST", endpoint, {}, b"{}", 5, lambda *_: ["127.0.0.1"])
            assert len(hook.received) == taken


def test_the_default_port_is_left_out_of_the_host_header() -> None:
    for url, host in (
        ("https://x.example/", "x.example"),
        ("https://x.example:443/", "x.example"),
        ("https://x.example:8443/", "x.example:8443"),
        ("http://[::1]:80/", "[::1]"),
        ("http://[::1]:8080/", "[::1]:8080"),
    ):
        assert Endpoint.of(url).authority == host
