"""Know how well-known issuers write their tokens, and say where a tenant's file cannot work with its issuer.

Each preset cites the page that says what the provider writes.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import SplitResult, urlsplit

PresetName = Literal["auth0", "b2c", "cognito", "duende", "entra", "keycloak", "okta"]
PRESET_NAMES: tuple[PresetName, ...] = get_args(PresetName)
AUDIENCE = "{audience}"  # in a claim of a preset: the tenant's own


@dataclass(frozen=True, slots=True)
class Preset:
    """The standard's claims where it says nothing. `elsewhere`: its discovery is not below its issuer."""

    scope_claims: tuple[str, ...] = ()
    audience_fallback: tuple[str, ...] = ()
    subject_fallback: tuple[str, ...] = ()
    elsewhere: bool = False


PRESETS: Mapping[PresetName, Preset] = {
    # auth0.com/docs/manage-users/access-control/rbac: permissions where "Add Permissions" is on, else scope
    "auth0": Preset(scope_claims=("permissions", "scope")),
    # learn.microsoft.com/azure/active-directory-b2c/tokens-overview: the policy is in discovery's path alone
    "b2c": Preset(scope_claims=("scp", "roles"), elsewhere=True),
    # docs.aws.amazon.com/cognito, "Understanding the access token": client_id, and no aud
    "cognito": Preset(audience_fallback=("client_id",)),
    # docs.duendesoftware.com/identityserver/tokens: client credentials have no sub
    "duende": Preset(subject_fallback=("client_id",)),
    # learn.microsoft.com/entra/identity-platform/access-token-claims-reference: users have scp, clients have
    # roles. A user's own roles do not widen what the user let the client do.
    "entra": Preset(scope_claims=("scp", "roles")),
    # keycloak.org/docs/latest/upgrading: since 25 sub is there only with the client scope "basic"
    "keycloak": Preset(
        scope_claims=(f"/resource_access/{AUDIENCE}/roles", "scope"), subject_fallback=("client_id", "azp")
    ),
    # developer.okta.com/docs/api/openapi/okta-oauth/guides/overview: scp is a list
    "okta": Preset(scope_claims=("scp",)),
}
NO_PRESET = Preset()


@dataclass(frozen=True, slots=True)
class Described:
    """What a file says of its issuer, with the preset's part filled in."""

    issuer: str
    preset: PresetName | None
    scope_claims: tuple[str, ...]
    scope_names: Mapping[str, str]
    audience_fallback: tuple[str, ...]
    subject_fallback: tuple[str, ...]
    discovered_elsewhere: bool

    @property
    def url(self) -> SplitResult:
        return urlsplit(self.issuer)


def advice(described: Described) -> Iterable[str]:
    """What does not fit between this file and this issuer's tokens, each with what to write instead."""
    known = _recognised(described.url)
    if known is None:
        return
    if described.preset and known in PRESET_NAMES and described.preset != known:
        yield f"the issuer is one of {known}, and preset says {described.preset}; write preset: {known}"
        return
    yield from _ADVICE[known](described)


_HOSTS: Mapping[str, str] = {
    r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?": "cognito",
    r"login\.microsoftonline\.(com|us)|login\.partner\.microsoftonline\.cn|sts\.windows\.net": "entra",
    r"[a-z0-9-]+\.ciamlogin\.com": "entra",
    r"[a-z0-9-]+\.b2clogin\.com": "b2c",
    r"[a-z0-9.-]+\.auth0\.com": "auth0",
    r"[a-z0-9-]+\.(okta|oktapreview|okta-emea|okta-gov)\.com": "okta",
    r"accounts\.google\.com": "google",
    r"securetoken\.google\.com|token\.actions\.githubusercontent\.com": "without scopes",
}


def _recognised(url: SplitResult) -> str | None:
    for pattern, name in _HOSTS.items():
        if re.fullmatch(pattern, url.hostname or ""):
            return name
    return "keycloak" if "/realms/" in url.path else None


def _auth0(described: Described) -> Iterable[str]:
    if not described.issuer.endswith("/"):
        yield "the issuer's tokens have an iss that ends in a slash; write issuer with a slash at its end"


def _b2c(described: Described) -> Iterable[str]:
    if not described.discovered_elsewhere:
        yield (
            "the issuer's metadata is below the policy, not below the issuer; write discovery: "
            "https://<name>.b2clogin.com/<name>.onmicrosoft.com/<policy>/v2.0/.well-known/openid-configuration"
        )


def _cognito(described: Described) -> Iterable[str]:
    if "client_id" not in described.audience_fallback:
        yield (
            "the issuer's access tokens have client_id and no aud; write preset: cognito, and as audience "
            "the id of the app client"
        )
    if not described.scope_names:
        yield (
            "the issuer writes scopes as <resource server>/<name>; write "
            "scope_names: {api/items.read: items:read}, for each scope"
        )


def _entra(described: Described) -> Iterable[str]:
    path = described.url.path.strip("/").split("/")
    if path[0] in ("common", "organizations", "consumers"):
        yield f"tokens have the directory's id in iss, never {path[0]}; write the id in its place"
    elif described.url.hostname != "sts.windows.net" and path[-1] != "v2.0":
        yield "the tokens' iss ends in /v2.0; write https://login.microsoftonline.com/<directory id>/v2.0"
    if "roles" not in described.scope_claims:
        yield "the issuer's tokens for client credentials have roles and no scp; write preset: entra"


def _google(_: Described) -> Iterable[str]:
    yield "the issuer's access tokens are not JWTs, and its ID tokens have no scopes; use another issuer"


def _keycloak(described: Described) -> Iterable[str]:
    if not (described.subject_fallback or described.scope_claims):
        yield (
            "the issuer's tokens for client credentials may have no sub, and clients' roles are in "
            "resource_access; write preset: keycloak"
        )


def _okta(described: Described) -> Iterable[str]:
    if not described.url.path.startswith("/oauth2/"):
        yield (
            "tokens of Okta's org server are for Okta alone; write a custom authorization server, such as "
            "https://<name>.okta.com/oauth2/default"
        )


def _without_scopes(described: Described) -> Iterable[str]:
    if not described.scope_claims:
        yield "the issuer's tokens have no scopes; write scope_claims: [<a claim that you add>]"


_ADVICE: Mapping[str, Callable[[Described], Iterable[str]]] = {
    "auth0": _auth0,
    "b2c": _b2c,
    "cognito": _cognito,
    "entra": _entra,
    "google": _google,
    "keycloak": _keycloak,
    "okta": _okta,
    "without scopes": _without_scopes,
}
