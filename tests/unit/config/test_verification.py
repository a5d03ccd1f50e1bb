"""What an authorizer is told: the tenant's own mode, public keys alone, as much as its environment holds."""

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tenantry.config import Tenant, load_platform
from tenantry.config.auth import KEYS_BYTES, MANAGED_KEYS
from tenantry.config.verification import verification
from tenantry.rules.jwks import ed25519_jwk
from tenantry.rules.naming import Names
from tests.support.command import TENANTS
from tests.support.slugs import LONGEST_KEY, LONGEST_SLUG, LONGEST_STACK

OWN_ISSUER = "urn:tenantry:demo:acme"
MANAGED = [{"kid": "2026", "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": "A" * 43}]
PUBLIC_MEMBERS = {"kid", "kty", "crv", "alg", "x", "y", "n", "e"}
AUTH_BYTES = (
    3_000  # of the 4 KB that a function's environment holds (Lambda, hard); the rest is names and tags
)
LONGEST_IDENTIFIER = "i" * 255

WithAuth = Callable[[dict[str, Any]], Tenant]


@pytest.fixture(scope="module")
def demo() -> dict[str, Tenant]:
    return {tenant.slug: tenant for tenant in load_platform(TENANTS).cell("demo").tenants}


@pytest.fixture
def with_auth(tmp_path: Path) -> WithAuth:
    """The tenant acme with these tokens, read from a file as an operator would write it."""
    folder = shutil.copytree(TENANTS, tmp_path / "tenants")

    def loaded(auth: dict[str, Any]) -> Tenant:
        file = folder / "demo" / "acme.yaml"
        own = yaml.safe_load(file.read_text())
        routes = [each for each in own["routes"] if each != "tokens" or "managed" in auth]
        file.write_text(yaml.safe_dump({**own, "routes": routes, "auth": auth}))
        return load_platform(folder).tenant("acme")

    return loaded


def x(seed: int) -> str:
    public = Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big")).public_key()
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def size(auth: dict[str, Any]) -> int:
    return len(json.dumps(auth, separators=(",", ":")).encode())


def test_a_managed_tenants_tokens_are_checked_by_the_platforms_keys(demo: dict[str, Tenant]) -> None:
    acme = demo["acme"]
    assert verification(acme, OWN_ISSUER, MANAGED) == {
        "mode": "keys",
        "issuer": OWN_ISSUER,
        "audience": "acme",
        "keys": MANAGED,
        "leeway_seconds": acme.auth.leeway_seconds,
        "max_lifetime_seconds": acme.auth.max_lifetime_seconds,
    }


def test_a_jwks_tenants_tokens_are_checked_by_its_own_keys_alone(demo: dict[str, Tenant]) -> None:
    tenant = demo["acme-eu"]
    assert tenant.auth.jwks
    auth = verification(tenant, OWN_ISSUER, MANAGED)
    assert [key["kid"] for key in auth["keys"]] == [key.kid for key in tenant.auth.jwks.keys]
    assert MANAGED[0] not in auth["keys"]
    assert all(key["alg"] for key in auth["keys"]), "the authorizer pins each key to its algorithm"


@pytest.mark.parametrize(("issuer", "expected"), [(None, OWN_ISSUER), ("https://id.acme.example", None)])
def test_a_jwks_tenant_may_name_its_issuer(
    with_auth: WithAuth, issuer: str | None, expected: str | None
) -> None:
    key = {"kid": "1", "kty": "OKP", "crv": "Ed25519", "x": x(1)}
    tenant = with_auth({"jwks": {"keys": [key], **({"issuer": issuer} if issuer else {})}})
    assert verification(tenant, OWN_ISSUER, [])["issuer"] == (expected or issuer)


def test_an_oidc_tenants_keys_are_left_to_its_issuer(with_auth: WithAuth) -> None:
    oidc = {"issuer": "https://id.example", "audience": "api", "algorithms": ["ES256", "RS256"]}
    auth = verification(with_auth({"oidc": oidc, "leeway_seconds": 5}), OWN_ISSUER, MANAGED)
    assert auth == {
        "mode": "oidc",
        "issuer": "https://id.example",
        "audience": "api",
        "algorithms": ["ES256", "RS256"],
        "leeway_seconds": 5,
        "max_lifetime_seconds": 86_400,
    }


@pytest.mark.parametrize("slug", ["acme", "acme-eu", "globex"])
def test_only_public_members_of_keys_are_told(demo: dict[str, Tenant], slug: str) -> None:
    auth = verification(demo[slug], OWN_ISSUER, MANAGED)
    assert {member for key in auth.get("keys", []) for member in key} <= PUBLIC_MEMBERS


@pytest.mark.parametrize("slug", ["acme", "acme-eu", "globex"])
def test_every_mode_says_by_what_a_token_is_bound_to_the_tenant(demo: dict[str, Tenant], slug: str) -> None:
    auth = verification(demo[slug], OWN_ISSUER, MANAGED)
    assert auth["issuer"]
    assert auth["audience"] == demo[slug].audience
    assert auth.get("keys") or auth["algorithms"]


class TestSize:
    """At the most that the configuration takes."""

    def test_of_managed_keys(self, with_auth: WithAuth) -> None:
        names = [f"{index:x}".rjust(len(LONGEST_KEY), "k") for index in range(MANAGED_KEYS)]
        auth = {"managed": {"keys": names}, "audience": LONGEST_IDENTIFIER, "max_lifetime_seconds": 2_592_000}
        public = Ed25519PrivateKey.generate().public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        issuer = Names(LONGEST_STACK).issuer(LONGEST_SLUG)
        told = verification(with_auth(auth), issuer, [ed25519_jwk(name, pem) for name in names])
        assert len(told["keys"]) == MANAGED_KEYS
        assert size(told) <= AUTH_BYTES

    def test_of_the_tenants_own_keys(self, with_auth: WithAuth) -> None:
        """Keys that take the last byte that the configuration gives them."""
        keys = [{"kty": "OKP", "crv": "Ed25519", "x": x(seed)} for seed in range(1, 11)]
        others = size({"kid": "", "alg": "EdDSA", **keys[0]}) + 1
        length, rest = divmod(KEYS_BYTES - others * len(keys), len(keys))
        kids = [str(index).rjust(length + (rest if index == 0 else 0), "k") for index in range(len(keys))]
        jwks = {
            "keys": [{"kid": kid, **key} for kid, key in zip(kids, keys, strict=True)],
            "issuer": LONGEST_IDENTIFIER,
        }
        auth = {"jwks": jwks, "audience": LONGEST_IDENTIFIER, "max_lifetime_seconds": 2_592_000}
        tenant = with_auth(auth)
        assert tenant.auth.jwks
        assert sum(key.size() for key in tenant.auth.jwks.keys) == KEYS_BYTES
        assert size(verification(tenant, OWN_ISSUER, [])) <= AUTH_BYTES

    def test_of_an_issuer(self, with_auth: WithAuth) -> None:
        algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
        issuer = "https://id.example/".ljust(255, "i")
        oidc = {"issuer": issuer, "audience": LONGEST_IDENTIFIER, "algorithms": algorithms}
        told = verification(with_auth({"oidc": oidc}), OWN_ISSUER, [])
        assert told["algorithms"] == algorithms
        assert size(told) <= AUTH_BYTES
