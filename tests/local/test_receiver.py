"""The local receiver keeps what was delivered, tenant by tenant, and no more than it says."""

import http.client
import json
from typing import Any

import pytest

from tenantry.local.emulator.parent import HOST, Emulator
from tenantry.local.receiver import KEPT, MAX_BYTES, Receiver

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
    return json.loads(ask(emulator, "GET", f"/webhooks/{tenant}")[1])["deliveries"]


def test_a_delivery_is_shown_to_who_asks_for_its_tenant(repaired: Emulator) -> None:
    assert ask(repaired, "POST", "/webhooks/acme", b'{"n": 1}') == (204, b"")
    assert shown(repaired, "acme") == [{"headers": {"webhook-id": "1"}, "body": '{"n": 1}'}]
    assert shown(repaired, "acme-eu") == []
    assert repaired.webhook_url("acme").endswith(f":{repaired.record.issuer_port}/webhooks/acme")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/webhooks", {}, 404),
        ("/webhooks/", {}, 404),
        ("/acme/jwks.json", {}, 404),
        ("/webhooks/globex", {"Content-Length": f"{MAX_BYTES + 1}"}, 413),
        ("/webhooks/globex", {"Content-Length": "-1"}, 413),
    ],
)
def test_what_is_no_delivery_is_refused(
    repaired: Emulator, path: str, headers: dict[str, str], status: int
) -> None:
    assert ask(repaired, "POST", path, b"", **headers)[0] == status
    assert shown(repaired, "globex") == []


def test_the_oldest_go_first() -> None:
    receiver = Receiver()
    for number in range(KEPT + 1):
        receiver.take("acme", {}, str(number).encode())
    bodies = [each["body"] for each in json.loads(receiver.shown("acme"))["deliveries"]]
    assert (bodies[0], bodies[-1], len(bodies)) == ("1", str(KEPT), KEPT)
