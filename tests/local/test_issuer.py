"""The local issuer publishes what it was given, where the discovery document says, and nothing else."""

import http.client
import json
from typing import Any

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
