"""The local issuer publishes what it was given, where the discovery document says, and nothing else."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.local.emulator.parent import HOST, Emulator
from tenantry.local.issuer import PrivateKeyRefused, publish

KEY = {"kid": "2026", "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": "11qYAYKxCrfVS_7TyWQHOg"}
SENT = {"Content-Type": "application/json", "Cache-Control": "public, max-age=60"}


def get(emulator: Emulator, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(HOST, emulator.record.issuer_port, timeout=10)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def read(emulator: Emulator, path: str) -> Any:
    status, headers, body = get(emulator, path)
    assert status == 200
    assert headers.items() >= SENT.items()
    return json.loads(body)


def test_discovery_leads_to_the_published_keys(repaired: Emulator) -> None:
    repaired.publish({"globex": [KEY]})
    issuer = repaired.issuer_url("globex")
    found = read(repaired, "/globex/.well-known/openid-configuration")
    assert (found["issuer"], found["jwks_uri"]) == (issuer, f"{issuer}/jwks.json")
    assert found["id_token_signing_alg_values_supported"] == ["EdDSA"]
    assert issuer == f"http://127.0.0.1:{repaired.record.issuer_port}/globex"
    assert read(repaired, "/globex/jwks.json") == {"keys": [KEY]}


def test_publishing_again_replaces_the_keys(repaired: Emulator) -> None:
    repaired.publish({"globex": [KEY]})
    repaired.publish({"globex": [{**KEY, "kid": "2027"}]})
    assert [key["kid"] for key in read(repaired, "/globex/jwks.json")["keys"]] == ["2027"]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/initech/jwks.json",
        "/globex",
        "/globex/jwks.json/",
        "/globex/keys.json",
        "/../emulator.log",
        "/globex/../globex/jwks.json",
        "/%2e%2e/jwks.json",
        "//jwks.json",
    ],
)
def test_any_other_path_is_not_found(repaired: Emulator, method: str, path: str) -> None:
    repaired.publish({"globex": [KEY]})
    status, headers, body = get(repaired, path, method)
    assert (status, headers["Cache-Control"]) == (404, "no-store")
    assert body == (b"" if method == "HEAD" else b'{"error": "not_found"}')


@given(member=st.sampled_from(["d", "p", "q", "dp", "dq", "qi", "oth", "k"]), value=st.text())
def test_private_material_is_never_published(
    tmp_path_factory: pytest.TempPathFactory, member: str, value: str
) -> None:
    folder = tmp_path_factory.mktemp("issuer")
    with pytest.raises(PrivateKeyRefused, match="publish the public part"):
        publish(folder, "globex", [KEY, {**KEY, member: value}])
    assert not list(folder.iterdir())


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1"}, 421),
        ({"Host": ""}, 421),
        ({"Origin": "https://shop.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 403),
    ],
)
def test_pages_and_other_names_are_refused(repaired: Emulator, sent: dict[str, str], status: int) -> None:
    """By the issuer and by the receiver beside it; what was sent is not kept."""
    repaired.publish({"globex": [KEY]})
    jwks, hook = urlsplit(repaired.issuer_url("globex")), urlsplit(repaired.webhook_url("globex"))
    assert asked(jwks.netloc, "GET", f"{jwks.path}/jwks.json", sent) == status
    assert asked(hook.netloc, "GET", hook.path, sent) == status
    assert asked(hook.netloc, "POST", hook.path, sent) == status
    assert read_as_shown(repaired) == []


def asked(host: str, method: str, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request(method, path, b"x" if method == "POST" else None, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def read_as_shown(emulator: Emulator) -> Any:
    return json.loads(get(emulator, urlsplit(emulator.webhook_url("globex")).path)[2])["deliveries"]


def test_a_person_may_open_its_addresses_in_a_browser(repaired: Emulator) -> None:
    hook = urlsplit(repaired.webhook_url("globex"))
    typed = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Host": f"localhost:{hook.port}"}
    assert asked(hook.netloc, "GET", hook.path, typed) == 200
