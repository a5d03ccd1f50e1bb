"""The authorizer reads what the platform tells it, for each way that a tenant's tokens can be checked."""

import json
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authorizer import settings
from tenantry.config import Tenant, load_platform
from tenantry.config.verification import verification
from tenantry.rules.jwks import ed25519_jwk
from tests.support.command import TENANTS

DEMO = load_platform(TENANTS).cell("demo").tenants
PEM = (
    Ed25519PrivateKey.from_private_bytes(bytes(32))
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
OWN_ISSUER = "urn:tenantry:demo:acme"


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    settings.current.cache_clear()
    yield
    settings.current.cache_clear()


@pytest.mark.parametrize("tenant", DEMO, ids=lambda tenant: f"{tenant.slug}, {tenant.auth.mode}")
def test_the_authorizer_takes_what_the_platform_tells_it(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = verification(tenant, OWN_ISSUER, [ed25519_jwk("2026", PEM), ed25519_jwk("2027", PEM)])
    monkeypatch.setenv("AUTH", json.dumps(told))
    monkeypatch.setenv("TENANT", tenant.slug)
    taken = settings.current()
    assert (taken.tenant, taken.issuer, taken.audience) == (tenant.slug, told["issuer"], tenant.audience)
    assert taken.leeway_seconds == tenant.auth.leeway_seconds
    assert taken.max_lifetime_seconds == tenant.auth.max_lifetime_seconds
    if tenant.auth.oidc:
        assert taken.keys is None
        assert taken.algorithms == tenant.auth.oidc.algorithms
    else:
        assert taken.keys is not None
        assert set(taken.keys) == {key["kid"] for key in told["keys"]}


def test_all_modes_are_among_the_tenants_tried() -> None:
    assert {tenant.auth.mode for tenant in DEMO} == {"managed", "jwks", "oidc"}
