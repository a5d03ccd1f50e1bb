"""A key opens one tenant's stage, a token is good for one tenant: in every JWT mode, cached or not.

Each refused token costs the emulator a worker, about a second; the unit tests try all that a token may say.
"""

import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tenantry.operations.tokens import Signer
from tests.support.platform import Platform, Tenant, problem

MODES = {"acme": "managed", "acme-eu": "jwks", "globex": "oidc"}
PATH = "/items/orders"
UNAUTHORIZED, BAD_KEY = (401, "unauthorized"), (403, "invalid-api-key")


@pytest.fixture(params=MODES, ids=list(MODES.values()))
def tenant(request: pytest.FixtureRequest, platform: Platform) -> Tenant:
    return platform.tenants[request.param]


@pytest.fixture
def others(tenant: Tenant) -> list[Tenant]:
    return [each for each in tenant.platform.tenants.values() if each is not tenant]


def stranger(like: Signer) -> Signer:
    """Another key that bears the same name."""
    private = ed25519.Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Signer(like.kid, like.algorithm, pem.decode())


def tampered(token: str) -> str:
    """The same signature under claims that say more."""
    head, claims, signature = token.split(".")
    swapped = "A" if claims[20] != "A" else "B"
    return f"{head}.{claims[:20]}{swapped}{claims[21:]}.{signature}"


def verdicts(tenant: Tenant) -> int:
    """How often the tenant's authorizer has been asked."""
    function = tenant.platform.names.function(tenant.slug, "authorizer")
    lines = tenant.platform.log_lines(f"/aws/lambda/{function}")
    return sum('"message":"accepted"' in line or '"message":"refused"' in line for line in lines)


def test_the_tenants_three_modes_are_on_the_demo_platform(platform: Platform) -> None:
    assert {slug: tenant.local.shown["auth"] for slug, tenant in platform.tenants.items()} == MODES


def test_key_and_token_of_the_tenant_open_its_own_stage_alone(tenant: Tenant, others: list[Tenant]) -> None:
    assert tenant.call("GET", PATH).status_code == 200
    refused = problem(others[0].call("GET", PATH, key=tenant.key, token=tenant.own_token))
    assert refused in (UNAUTHORIZED, BAD_KEY)  # both are wrong; which is seen first is the gateway's


def test_a_missing_credential_is_unauthorized(tenant: Tenant) -> None:
    assert problem(tenant.call("GET", PATH, key=None)) == UNAUTHORIZED
    assert problem(tenant.call("GET", PATH, token=None)) == UNAUTHORIZED
    assert problem(tenant.call("GET", PATH, key=None, token=None)) == UNAUTHORIZED


def test_only_a_key_of_the_tenant_is_taken(tenant: Tenant, others: list[Tenant]) -> None:
    for key in ("wrong", tenant.key[:-1], tenant.key.upper() + "x", *(other.key for other in others)):
        assert problem(tenant.call("GET", PATH, key=key)) == BAD_KEY


@pytest.mark.parametrize("order", ["the good one first", "the bad one first"])
def test_a_cached_verdict_serves_its_own_key_and_token_alone(
    tenant: Tenant, others: list[Tenant], order: str
) -> None:
    good = tenant.token()
    bad: list[tuple[dict[str, Any], tuple[int, str]]] = [
        ({"key": others[0].key, "token": good}, BAD_KEY),
        ({"token": others[0].own_token}, UNAUTHORIZED),
        ({"key": None, "token": good}, UNAUTHORIZED),
    ]
    if order == "the good one first":
        assert tenant.call("GET", PATH, token=good).status_code == 200
    for pair, expected in bad:
        assert problem(tenant.call("GET", PATH, **pair)) == expected
    if order == "the bad one first":
        assert tenant.call("GET", PATH, token=good).status_code == 200


def test_verdicts_are_cached_for_each_token(acme: Tenant) -> None:
    """Else the claims above would say nothing about the cache."""
    token, before = acme.token(sub="eve"), verdicts(acme)  # no other test asks for her
    assert [acme.call("GET", PATH, token=token).status_code for _ in range(3)] == [200, 200, 200]
    assert verdicts(acme) == before + 1
    assert acme.call("GET", PATH, token=acme.token(sub="bob")).status_code == 200
    assert verdicts(acme) == before + 2


@pytest.mark.parametrize(
    "claims",
    [{"aud": "https://api.other.example"}, {"exp": int(time.time()) - 300, "iat": None}],
    ids=["for another audience", "expired"],
)
def test_a_token_with_bad_claims_is_unauthorized(tenant: Tenant, claims: dict[str, Any]) -> None:
    assert problem(tenant.call("GET", PATH, token=tenant.token(**claims))) == UNAUTHORIZED


def test_a_tampered_token_is_unauthorized(tenant: Tenant) -> None:
    assert problem(tenant.call("GET", PATH, token=tampered(tenant.own_token))) == UNAUTHORIZED


def test_a_token_by_another_key_of_the_same_name_is_unauthorized(acme: Tenant) -> None:
    forger = Tenant(acme.platform, acme.local)
    forger.signer = stranger(acme.signer)
    assert problem(acme.call("GET", PATH, token=forger.own_token)) == UNAUTHORIZED


@pytest.mark.parametrize("token", ["x", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_unauthorized(acme: Tenant, token: str) -> None:
    assert problem(acme.call("GET", PATH, token=token)) == UNAUTHORIZED


def test_another_scheme_is_unauthorized(acme: Tenant) -> None:
    basic = {"Authorization": "Basic YWNtZTphY21l"}
    assert problem(acme.call("GET", PATH, token=None, headers=basic)) == UNAUTHORIZED
