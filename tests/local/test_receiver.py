"""The local receiver keeps what was delivered, tenant by tenant, and no more than it says."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tenantry.local.emulator.parent import HOST, Emulator
from tenantry.local.receiver import KEPT, MAX_BYTES, Address, Receiver, webhook_url

SIGNED = {"webhook-id": "1", "Content-Type": "application/json", "Authorization": "secret"}


def ask(emulator: Emulator, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, emulator.record.issuer_port, timeout=10)
    try:
        connection.request(method, path, body, {**SIGNED, **headers})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def shown(emulator: Emulator, tenant: str) -> Any:
    return json.loads(ask(emulator, "GET", path(emulator, tenant))[1])["deliveries"]


def path(emulator: Emulator, tenant: str) -> str:
    return urlsplit(emulator.webhook_url(tenant)).path


def test_a_delivery_is_shown_to_who_asks_for_its_tenant(repaired: Emulator) -> None:
    assert ask(repaired, "POST", path(repaired, "acme"), b'{"n": 1}') == (204, b"")
    [kept] = shown(repaired, "acme")
    assert kept["headers"] == {"webhook-id": "1", "content-type": "application/json"}
    assert kept["body"] == '{"n": 1}'
    assert shown(repaired, "acme-eu") == []
    assert urlsplit(repaired.webhook_url("acme")).netloc == f"127.0.0.1:{repaired.record.issuer_port}"


def test_each_of_a_tenants_receivers_has_an_address_of_its_own(repaired: Emulator) -> None:
    named = urlsplit(repaired.webhook_url("initech", "crm")).path
    assert ask(repaired, "POST", named, b"named") == (204, b"")
    shown_at = json.loads(ask(repaired, "GET", named)[1])["deliveries"]
    assert [each["body"] for each in shown_at] == ["named"]
    assert shown(repaired, "initech") == []
    for other in (named.replace("/crm/", "/erp/"), named.replace("/crm/", "/"), f"{named}0"):
        assert ask(repaired, "POST", other, b"forged")[0] == 404


def test_an_address_that_was_not_handed_out_shows_and_takes_nothing(repaired: Emulator) -> None:
    """A guess, another tenant's, and one of an emulator that was started before."""
    guess = "/webhooks/initech/" + "0" * 32
    mixed = path(repaired, "acme").replace("/acme/", "/initech/")
    earlier = urlsplit(webhook_url(1, "initech", "another secret")).path
    for each in ("/webhooks/initech", guess, mixed, earlier):
        assert ask(repaired, "POST", each, b"forged")[0] == 404
        assert ask(repaired, "GET", each)[0] == 404
    assert shown(repaired, "initech") == []


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("/webhooks", {}, 404),
        ("/webhooks/", {}, 404),
        ("/acme/jwks.json", {}, 404),
        (None, {"Content-Length": f"{MAX_BYTES + 1}"}, 413),
        (None, {"Content-Length": "-1"}, 413),
    ],
)
def test_what_is_no_delivery_is_refused(
    repaired: Emulator, address: str | None, headers: dict[str, str], status: int
) -> None:
    assert ask(repaired, "POST", address or path(repaired, "globex"), b"", **headers)[0] == status
    assert shown(repaired, "globex") == []


def test_the_oldest_go_first() -> None:
    receiver = Receiver("secret")
    acme = Address("acme", "")
    for number in range(KEPT + 1):
        receiver.take(acme, {}, str(number).encode())
    bodies = [each["body"] for each in json.loads(receiver.shown(acme))["deliveries"]]
    assert (bodies[0], bodies[-1], len(bodies)) == ("1", str(KEPT), KEPT)
