"""A file as the client guide shows it, and a token in the shape that the provider documents, open the API.

The shapes are those of the providers' own pages on access tokens, which `config/issuers.py` names.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from authorizer import issuer, keys
from authorizer.issuer import IssuerKeys
from authorizer.refusals import Refused
from authorizer.settings import Settings
from authorizer.settings import current as authorizer_settings
from authorizer.tokens import Identity, verify
from tenantry.config import Cell, load_platform
from tenantry.config.issuers import PRESET_NAMES, advice
from tenantry.config.verification import verification
from tenantry.local import identities
from tests.support import tokens
from tests.support.command import ROOT

DIRECTORY = "8d3a1f0e-1111-2222-3333-444455556666"
SIGNER = tokens.signer("RS256", "k1")
KEY = {name: value for name, value in SIGNER.jwk.items() if name != "use"}


@dataclass(frozen=True)
class Case:
    """`oidc` is what the file says; `changed` takes claims out by None."""

    oidc: dict[str, Any]
    claims: dict[str, Any]
    subject: str
    header: dict[str, Any] = field(default_factory=dict)
    metadata: str = ""


COGNITO = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"
ENTRA = f"https://login.microsoftonline.com/{DIRECTORY}/v2.0"
B2C = f"https://contoso.b2clogin.com/{DIRECTORY}/v2.0/"
POLICY = (
    "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_signin/v2.0/.well-known/openid-configuration"
)
KEYCLOAK = "https://sso.example.com/realms/shop"
CASES: dict[str, Case] = {
    "auth0, RBAC": Case(
        {"preset": "auth0", "issuer": "https://acme.eu.auth0.com/", "audience": "https://api.example.com"},
        {
            "sub": "auth0|5f7c8ec7c33c6c004bbafe82",
            "aud": ["https://api.example.com", "https://acme.eu.auth0.com/userinfo"],
            "azp": "my_client_id",
            "scope": "openid profile",
            "permissions": ["items:read"],
        },
        "auth0|5f7c8ec7c33c6c004bbafe82",
    ),
    "auth0, without RBAC": Case(
        {"preset": "auth0", "issuer": "https://acme.eu.auth0.com/", "audience": "https://api.example.com"},
        {
            "sub": "client@clients",
            "aud": "https://api.example.com",
            "gty": "client-credentials",
            "scope": "items:read",
        },
        "client@clients",
    ),
    "b2c": Case(
        {"preset": "b2c", "issuer": B2C, "audience": "app-id", "discovery": POLICY},
        {
            "sub": "user-id",
            "aud": "app-id",
            "scp": "items:read",
            "tfp": "B2C_1_signin",
            "ver": "1.0",
            "azp": "other",
        },
        "user-id",
        metadata=POLICY,
    ),
    "cognito": Case(
        {
            "preset": "cognito",
            "issuer": COGNITO,
            "audience": "5bsjexample",
            "scope_names": {"api/items.read": "items:read"},
        },
        {
            "sub": "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
            "client_id": "5bsjexample",
            "token_use": "access",
            "scope": "openid api/items.read",
            "username": "ada",
            "jti": "j",
        },
        "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
    ),
    "duende, client credentials": Case(
        {"preset": "duende", "issuer": "https://id.example.com", "audience": "api1"},
        {"aud": "api1", "client_id": "m2m", "scope": ["items:read"], "jti": "j"},
        "m2m",
        {"typ": "at+jwt"},
    ),
    "entra, client credentials": Case(
        {"preset": "entra", "issuer": ENTRA, "audience": "6e74172b-be56-4843-9ff4-e66a39bb12e3"},
        {
            "aud": "6e74172b-be56-4843-9ff4-e66a39bb12e3",
            "azp": "caller",
            "oid": "o",
            "sub": "o",
            "roles": ["items:read"],
            "tid": DIRECTORY,
            "ver": "2.0",
            "idtyp": "app",
        },
        "o",
        {"x5t": "aGk"},
    ),
    "entra, a user": Case(
        {"preset": "entra", "issuer": ENTRA, "audience": "6e74172b-be56-4843-9ff4-e66a39bb12e3"},
        {
            "aud": "6e74172b-be56-4843-9ff4-e66a39bb12e3",
            "sub": "u",
            "scp": "items:read",
            "roles": ["items:write"],
        },
        "u",
    ),
    "keycloak, a client's roles": Case(
        {"preset": "keycloak", "issuer": KEYCLOAK, "audience": "api"},
        {
            "aud": ["api", "account"],
            "sub": "f:1",
            "azp": "spa",
            "scope": "profile email",
            "resource_access": {"api": {"roles": ["items:read"]}, "account": {"roles": ["view-profile"]}},
        },
        "f:1",
    ),
    "keycloak 25, client credentials": Case(
        {"preset": "keycloak", "issuer": KEYCLOAK, "audience": "https://api.example.com"},
        {"aud": "https://api.example.com", "azp": "worker", "client_id": "worker", "scope": "items:read"},
        "worker",
    ),
    "okta": Case(
        {
            "preset": "okta",
            "issuer": "https://dev-1.okta.com/oauth2/default",
            "audience": "api://default",
        },
        {"ver": 1, "jti": "AT.1", "aud": "api://default", "cid": "0oa", "sub": "0oa", "scp": ["items:read"]},
        "0oa",
    ),
    "an empty scope beside scp": Case(
        {"issuer": "https://id.example.com", "audience": "api"},
        {"aud": "api", "sub": "u", "scope": "", "scp": ["items:read"]},
        "u",
    ),
    "a null scope beside scp": Case(
        {"issuer": "https://id.example.com", "audience": "api"},
        {"aud": "api", "sub": "u", "scope": None, "scp": "items:read"},
        "u",
    ),
    "a claim of its own, and roles of many scopes": Case(
        {
            "issuer": "https://id.example.com",
            "audience": "api",
            "scope_claims": ["https://api.example.com/roles", "/realm_access/roles"],
            "scope_names": {"reader": "items:read tools:read", "nobody": "items:write"},
        },
        {
            "aud": "api",
            "sub": "u",
            "https://api.example.com/roles": [],
            "realm_access": {"roles": ["reader"]},
        },
        "u",
    ),
}


@pytest.fixture(name="placed")
def fixture_placed(tmp_path: Path) -> Callable[[dict[str, Any]], Cell]:
    """The cell of one tenant, acme, whose file says this under `auth`."""

    def placed(auth: dict[str, Any]) -> Cell:
        (tmp_path / "demo").mkdir(exist_ok=True)
        (tmp_path / "tiers.yaml").write_text("tiers: {a: {rate_per_second: 1, burst: 1}}")
        file = {"name": "T", "tier": "a", "routes": ["items"], "api_keys": ["web"], "auth": auth}
        (tmp_path / "demo" / "acme.yaml").write_text(yaml.safe_dump(file))
        return load_platform(tmp_path).cell("demo")

    return placed


@pytest.fixture(name="told")
def fixture_told(placed: Callable[[dict[str, Any]], Cell]) -> Callable[[dict[str, Any]], Settings]:
    def told(oidc: dict[str, Any]) -> Settings:
        [tenant] = placed({"oidc": oidc}).tenants
        described = tenant.auth.described()
        assert described
        assert [*advice(described)] == []
        return told_by(verification(tenant, "", []))

    return told


def told_by(auth: dict[str, Any]) -> Settings:
    """What the authorizer makes of its `AUTH`."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AUTH", json.dumps(auth))
        environment.setenv("TENANT", "acme")
        authorizer_settings.cache_clear()
        try:
            return authorizer_settings()
        finally:
            authorizer_settings.cache_clear()


def asked(settings: Settings, metadata: str, claims: dict[str, Any], header: dict[str, Any]) -> Identity:
    """The issuer's documents as its `iss` and metadata are in reality, its key without `alg` as Entra's."""
    address = metadata or f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration"
    jwk = {name: value for name, value in SIGNER.jwk.items() if name != "alg"}
    documents = {address: {"issuer": settings.issuer, "jwks_uri": "https://k"}, "https://k": {"keys": [jwk]}}
    known = IssuerKeys(
        settings.issuer,
        settings.algorithms,
        lambda url, _issuer, _seconds: documents[url],
        discovery=settings.discovery,
        jwks_uri=settings.jwks_uri,
    )
    now = int(time.time())
    whole = {"iss": settings.issuer, "iat": now, "nbf": now, "exp": now + 3600, **claims}
    token = SIGNER.sign_raw(
        json.dumps({"alg": "RS256", "kid": "k1", "typ": "JWT", **header}), json.dumps(whole)
    )
    return verify(token, settings, known.find, now)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_token_of_the_providers_shape_is_taken(case: Case, told: Any) -> None:
    identity = asked(told(case.oidc), case.metadata, case.claims, case.header)
    assert identity.subject == case.subject
    assert "items:read" in identity.scopes
    assert "items:write" not in identity.scopes


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("cognito", {"client_id": "another-app"}, "audience"),
        ("cognito", {"client_id": ["another-app"]}, "audience"),
        ("cognito", {"aud": "another", "client_id": "5bsjexample"}, "audience"),
        ("cognito", {"aud": "", "client_id": "5bsjexample"}, "claims"),
        ("cognito", {"client_id": None}, "claims"),
        ("duende, client credentials", {"client_id": 7}, "malformed"),
        ("duende, client credentials", {"sub": ""}, "malformed"),
        ("duende, client credentials", {"client_id": ""}, "claims"),
        ("entra, a user", {"aud": None, "client_id": "6e74172b-be56-4843-9ff4-e66a39bb12e3"}, "claims"),
        ("okta", {"sub": None}, "claims"),
        (
            "keycloak, a client's roles",
            {"resource_access": {"api": {"roles": {"items:read": 1}}}},
            "malformed",
        ),
        (
            "keycloak, a client's roles",
            {"resource_access": {"api": {"roles": ["items:read", 7]}}},
            "malformed",
        ),
    ],
)
def test_a_fallback_opens_nothing_more_than_it_says(
    name: str, changes: dict[str, Any], reason: str, told: Any
) -> None:
    case = CASES[name]
    settings = told(case.oidc)
    with pytest.raises(Refused) as refusal:
        asked(settings, case.metadata, {**case.claims, **changes}, case.header)
    assert refusal.value.reason == reason


def test_every_preset_is_tried_and_in_the_client_guides_table() -> None:
    assert {case.oidc.get("preset") for case in CASES.values()} - {None} == set(PRESET_NAMES)
    guide = (ROOT / "docs" / "client-guide.md").read_text()
    for preset in PRESET_NAMES:
        assert f"| `oidc: {{preset: {preset}, issuer: " in guide


@pytest.mark.parametrize("preset", ["entra", "keycloak", "cognito", None])
@pytest.mark.parametrize("mode", ["oidc", "jwks"])
def test_the_local_platforms_own_tokens_are_taken_whatever_the_preset(
    mode: str, preset: str | None, placed: Any
) -> None:
    """It writes tokens by the standard, whoever plays the issuer on AWS."""
    said = {"preset": preset} if preset else {}
    own = {"oidc": {"issuer": "https://id.example.com", "audience": "api"}, "jwks": {"keys": [KEY]}}
    cell = placed({mode: {**own[mode], **said}})
    local = identities.localized(cell, lambda slug: f"http://127.0.0.1:1/{slug}", {})
    [tenant] = local.cell.tenants
    settings = told_by(verification(tenant, "urn:own", []))
    signer = local.signers["acme"]
    private = load_pem_private_key(signer.private_pem.encode(), password=None)
    claims = tokens.claims(iss=settings.issuer, aud=settings.audience)
    token = tokens.Signer(signer.kid, signer.algorithm, private).sign(claims)
    ring = settings.keys or issuer.usable(local.published["acme"], settings.algorithms, {})
    assert verify(token, settings, keys.fixed(ring), time.time()).scopes == {"items:read", "items:write"}
