"""A host that is called leads to the public internet by every address that it has, or nowhere."""

import socket
from typing import Any

import pytest

from api import addresses, exchange
from api.addresses import Unreachable, is_public
from api.exchange import Endpoint
from groups.contact.notifier.settings import endpoint

HOSTILE = [
    "0.0.0.0",  # noqa: S104 - an address that must be refused
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",  # the instance's metadata
    "169.254.100.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",  # the instance's metadata again
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", HOSTILE)
def test_an_address_that_is_not_on_the_public_internet_is_refused(address: str) -> None:
    with pytest.raises(Unreachable, match="not public"):
        addresses.check([address], loopback=False)


@pytest.mark.parametrize("address", ["8.8.8.8", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "2a00::1"])
def test_a_public_address_is_taken(address: str) -> None:
    addresses.check([address], loopback=False)


@pytest.mark.parametrize("found", [["8.8.8.8", "10.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["8.8.8.8", "::1"], []])
def test_one_address_that_is_not_public_refuses_the_name(found: list[str]) -> None:
    with pytest.raises(Unreachable, match="not public"):
        addresses.check(found, loopback=False)


@pytest.mark.parametrize("found", [["8.8.8.8"], ["127.0.0.1", "8.8.8.8"], ["169.254.169.254"], ["10.0.0.1"]])
def test_a_local_host_stands_on_this_machine_and_nowhere_else(found: list[str]) -> None:
    addresses.check(["127.0.0.1", "::1"], loopback=True)
    with pytest.raises(Unreachable, match="not public"):
        addresses.check(found, loopback=True)


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0",
        "[::1]",
        "[::ffff:7f00:1]",
        "localhost",
    ],
)
def test_no_spelling_of_a_local_address_gets_by(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """By the system's own look-up; nothing is connected to."""
    monkeypatch.setattr(exchange, "create_connection", lambda *_: pytest.fail("it connected"))
    with pytest.raises(Unreachable, match=r"not public|cannot be looked up"):
        exchange.exchange("GET", Endpoint.of(f"https://{host}/hook"), {}, b"", 1, addresses.resolve)


def test_a_name_that_does_not_resolve_is_no_address_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Unreachable, match="cannot be looked up"):
        addresses.resolve("hooks.acme.example", 443)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.acme.example/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://127.0.0.1.acme.example/",
        "https://hooks.acme.example@127.0.0.1/",
        "https:///hook",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
    ],
)
def test_a_webhook_that_is_neither_https_nor_on_this_machine_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"correct contact\.webhooks"):
        endpoint(url, "contact.webhooks[0].url")


def test_python_releases_that_call_special_addresses_global_are_corrected() -> None:
    assert not any(
        is_public(address) for address in ("192.0.0.1", "192.88.99.1", "2002:808:808::1", "3fff::1")
    )
