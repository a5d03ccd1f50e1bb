"""Well-known issuers are recognised, and what a file lacks for one is said with what to write."""

from typing import Any

import pytest
from pydantic import ValidationError

from tenantry.config.auth import KEYS_BYTES, Auth, Oidc
from tenantry.config.issuers import advice

DIRECTORY = "8d3a1f0e-1111-2222-3333-444455556666"


def advised(issuer: str, **oidc: Any) -> list[str]:
    described = Auth(oidc=Oidc(issuer=issuer, audience="api", **oidc)).described()
    assert described
    return [*advice(described)]


@pytest.mark.parametrize(
    ("issuer", "oidc", "expected"),
    [
        ("https://acme.eu.auth0.com", {}, ["write issuer with a slash"]),
        (f"https://contoso.b2clogin.com/{DIRECTORY}/v2.0/", {}, ["write discovery: https://"]),
        (
            "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_A",
            {},
            ["write preset: cognito", "write scope_names: {api/items.read: items:read}"],
        ),
        (f"https://login.microsoftonline.com/{DIRECTORY}/v2.0", {}, ["write preset: entra"]),
        (f"https://login.microsoftonline.com/{DIRECTORY}/", {"preset": "entra"}, ["directory id>/v2.0"]),
        (
            "https://login.microsoftonline.com/common/v2.0",
            {"preset": "entra"},
            ["tokens have the directory's id in iss, never common"],
        ),
        ("https://accounts.google.com", {}, ["use another issuer"]),
        ("https://sso.example.com/realms/shop", {}, ["write preset: keycloak"]),
        ("https://sso.example.com/auth/realms/shop", {}, ["write preset: keycloak"]),
        ("https://dev-1.okta.com", {"preset": "okta"}, ["a custom authorization server"]),
        ("https://dev-1.okta.com/oauth2/default", {"preset": "auth0"}, ["write preset: okta"]),
        ("https://securetoken.google.com/project", {}, ["write scope_claims"]),
        ("https://token.actions.githubusercontent.com", {}, ["write scope_claims"]),
        (f"https://sts.windows.net/{DIRECTORY}/", {"preset": "entra"}, []),
        ("https://dev-1.okta.com/oauth2/default", {}, []),
        ("https://acme.eu.auth0.com/", {}, []),
        ("https://id.example.com", {}, []),
        ("https://auth0.com.evil.example/", {}, []),
    ],
)
def test_a_file_that_cannot_work_with_its_issuer_is_told_what_to_write(
    issuer: str, oidc: dict[str, Any], expected: list[str]
) -> None:
    found = advised(issuer, **oidc)
    assert len(found) == len(expected)
    for sentence, part in zip(found, expected, strict=True):
        assert part in sentence


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"preset": "b2c"}, "metadata is not below its issuer"),
        ({"discovery": "https://x.example/a", "jwks_uri": "https://x.example/b"}, "keep one of the two"),
        ({"scope_claims": tuple("/" + f"{n}" * 125 for n in range(6))}, "at most 5"),
        ({"scope_claims": ("/a~2",)}, "match"),
        ({"scope_claims": ("roles", "roles")}, "repeats"),
        ({"scope_names": {"a": "items:read  items:write"}}, "match"),
        ({"scope_names": {f"name-{n:0200}": "items:read" for n in range(20)}}, "bytes in all"),
        ({"discovery": "http://x.example/a"}, "not an https URL"),
        ({"jwks_uri": "https://10.0.0.1/keys"}, "not on the internet"),
        ({"preset": ["auth0"]}, "auth0"),
    ],
)
def test_what_no_issuer_can_need_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Oidc(issuer="https://id.example.com", audience="api", **changes)


def test_all_that_a_file_may_say_of_an_issuer_fits_the_authorizers_environment() -> None:
    claims = tuple("c" * 120 + str(n) for n in range(5))
    names = {f"name-{n:060}": "items:read items:write" for n in range(2)}
    oidc = Oidc(
        issuer="https://id.example.com",
        audience="api",
        scope_claims=claims,
        scope_names=names,
        discovery="https://x.example/" + "d" * 230,
        audience_fallback=claims[:2],
        subject_fallback=claims[:2],
    )
    assert oidc.size() + len(oidc.discovery or "") <= KEYS_BYTES
