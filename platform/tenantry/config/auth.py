"""A tenant's tokens come from exactly one place: keys made here, keys in the file, or an OIDC issuer."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from tenantry.config.addresses import Document, Issuer
from tenantry.config.issuers import AUDIENCE, NO_PRESET, PRESETS, Described, Preset, PresetName
from tenantry.config.jwk import Algorithm, Jwk, asymmetric
from tenantry.config.model import Fault, Fixed, Model, unrepeated
from tenantry.config.slugs import KeyName

Mode = Literal["managed", "jwks", "oidc"]
MODES: tuple[Mode, ...] = ("managed", "jwks", "oidc")

# The authorizer's AUTH holds keys, issuer and audience in under 3,000 bytes: a function's whole environment
# holds 4 KB (Lambda quota, hard). 255 bytes each go to issuer and audience, under 200 to the rest. What a
# file says of claims and addresses is taken from the keys' part.
KEYS_BYTES = 2_250
TOKEN_SECONDS = 900
MAX_LIFETIME_SECONDS = 86_400  # a day
MANAGED_KEYS = 10  # an Ed25519 JWK under the longest name takes 150 bytes

IDENTIFIER_PATTERN = r"^[!#-\[\]-~]{1,255}$"  # no blank, quote or backslash: one byte each in JSON
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER_PATTERN)]


# A claim's name, or a JSON pointer (RFC 6901).
CLAIM_PATTERN = r"^([!#-.0-\[\]-~][!#-\[\]-~]{0,127}|(/([!#-.0-\[\]-}]|~[01])+)+)$"
Claim = Annotated[str, StringConstraints(max_length=128, pattern=CLAIM_PATTERN)]
SCOPES_PATTERN = r"^[!#-\[\]-~]+( [!#-\[\]-~]+)*$"  # RFC 6749, 3.3
Scopes = Annotated[str, StringConstraints(max_length=255, pattern=SCOPES_PATTERN)]
ScopeNames = Annotated[dict[Identifier, Scopes], AfterValidator(Fixed)]

_UNIQUE: dict[str, Any] = {"uniqueItems": True}


class Managed(Model):
    """The platform makes a key pair for each name. To rotate: list a second name, later drop the first."""

    rules = (unrepeated("keys"),)

    keys: tuple[KeyName, ...] = Field(
        min_length=1,
        max_length=MANAGED_KEYS,
        description="Names of the signing keys. Tokens of every key listed are accepted.",
        examples=[["2026"]],
        json_schema_extra={"uniqueItems": True},
    )
    token_seconds: int | None = Field(
        None,
        ge=60,
        le=86_400,
        description="How long a token from the token endpoint lives, in seconds; it cannot be revoked. "
        f"Left out: {TOKEN_SECONDS}, or max_lifetime_seconds if that is less.",
    )


class Claims(Model):
    """Which claims of the tokens say what, for issuers that do not follow RFC 9068."""

    preset: PresetName | None = Field(
        None, description="The kind of issuer; it fills in whichever of the claims below are left out."
    )
    scope_claims: tuple[Claim, ...] = Field(
        (),
        max_length=5,
        description="Where scopes are: claims, or JSON pointers such as /realm_access/roles. The first "
        "one that a token has, and that is not empty, counts. Left out: scope, then scp.",
        examples=[["roles"]],
        json_schema_extra=_UNIQUE,
    )
    scope_names: ScopeNames = Field(
        default_factory=Fixed,
        description="By the issuer's name of a scope, the platform's scopes that it stands for, "
        "separated by blanks; others keep their names.",
        examples=[{"api/items.read": "items:read"}],
    )
    audience_fallback: tuple[Claim, ...] = Field(
        (),
        max_length=5,
        description="Claims that are compared with the audience in tokens that have no `aud`.",
        examples=[["client_id"]],
        json_schema_extra=_UNIQUE,
    )
    subject_fallback: tuple[Claim, ...] = Field(
        (),
        max_length=5,
        description="Claims that name the caller in tokens that have no `sub`.",
        examples=[["client_id", "azp"]],
        json_schema_extra=_UNIQUE,
    )

    @property
    def known(self) -> Preset:
        return PRESETS[self.preset] if self.preset else NO_PRESET

    @property
    def audience_claims(self) -> tuple[str, ...]:
        """Claims that stand for an absent `aud`; the first one that the token has counts."""
        return self.audience_fallback or self.known.audience_fallback

    def reading(self, audience: str) -> dict[str, Any]:
        """The part of the authorizer's `AUTH` about claims; empty where tokens follow the standard."""
        known, part = self.known, audience.replace("~", "~0").replace("/", "~1")
        scopes = self.scope_claims or tuple(each.replace(AUDIENCE, part) for each in known.scope_claims)
        said = {
            "scope_claims": list(scopes),
            "scope_names": dict(self.scope_names),
            "audience_fallback": list(self.audience_claims),
            "subject_fallback": list(self.subject_fallback or known.subject_fallback),
        }
        return {name: value for name, value in said.items() if value}

    def described(self, issuer: str, *, elsewhere: bool) -> Described:
        said = self.reading(AUDIENCE)
        return Described(
            issuer=issuer,
            preset=self.preset,
            scope_claims=tuple(said.get("scope_claims", ())),
            scope_names=self.scope_names,
            audience_fallback=tuple(said.get("audience_fallback", ())),
            subject_fallback=tuple(said.get("subject_fallback", ())),
            discovered_elsewhere=elsewhere,
        )

    def size(self) -> int:
        """Bytes that the claims take in the authorizer's environment."""
        said = self.reading(AUDIENCE)
        return len(json.dumps(said, separators=(",", ":"))) if said else 0


class Jwks(Claims):
    """The tenant signs its tokens itself and gives its public keys here."""

    rules = (
        unrepeated("keys", "kid"),
        *(unrepeated(each) for each in ("scope_claims", "audience_fallback", "subject_fallback")),
    )

    keys: tuple[Jwk, ...] = Field(min_length=1, description="Public keys (JWK). Never a private one.")
    issuer: Identifier | None = Field(
        None, description="The tokens' `iss`. Left out: the issuer that the platform gives this tenant."
    )

    @model_validator(mode="after")
    def _fits_the_environment(self) -> Self:
        size = sum(key.size() for key in self.keys)
        if size + self.size() > KEYS_BYTES and self.size():
            raise Fault(
                f"has keys and claims of {size + self.size()} bytes in all, over {KEYS_BYTES}",
                "list fewer: the authorizer's environment holds no more",
            ).error()
        if size > KEYS_BYTES:
            remedy = "list fewer, or use Ed25519 or P-256 keys: the authorizer's environment holds no more"
            raise Fault(f"has keys of {size} bytes in all, over {KEYS_BYTES}", remedy).error()
        return self


def _one_address(values: Mapping[str, Any]) -> Iterable[Fault]:
    if values.get("discovery") is not None and values.get("jwks_uri") is not None:
        yield Fault(
            "is set together with jwks_uri, which needs no discovery", "keep one of the two", ("discovery",)
        )
    named = [preset for name, preset in PRESETS.items() if name == values.get("preset")]
    if any(preset.elsewhere for preset in named) and not (values.get("discovery") or values.get("jwks_uri")):
        remedy = "add discovery: the address of the policy's openid-configuration"
        yield Fault(f"is {values['preset']}, whose metadata is not below its issuer", remedy, ("preset",))


class Oidc(Claims):
    """Tokens come from an OpenID Connect issuer, whose keys are fetched and cached."""

    rules = (
        unrepeated("algorithms"),
        asymmetric("algorithms"),
        *(unrepeated(each) for each in ("scope_claims", "audience_fallback", "subject_fallback")),
        _one_address,
    )

    issuer: Issuer = Field(description="https URL of the issuer, as it stands in the tokens' `iss`.")
    audience: Identifier = Field(description="The tokens' `aud`.", examples=["api.example.com"])
    algorithms: tuple[Algorithm, ...] = Field(
        ("RS256",),
        min_length=1,
        description="Signature algorithms that are accepted; the algorithm in a token's header is never "
        "trusted.",
        json_schema_extra={"uniqueItems": True},
    )
    discovery: Document | None = Field(
        None,
        description="Where the issuer's metadata is. Left out: /.well-known/openid-configuration below "
        "the issuer.",
    )
    jwks_uri: Document | None = Field(
        None,
        description="Where its keys are, for an issuer without metadata. Left out: where the metadata says.",
    )

    @model_validator(mode="after")
    def _fits_the_environment(self) -> Self:
        size = self.size() + len(self.discovery or "") + len(self.jwks_uri or "")
        if size > KEYS_BYTES:
            remedy = "list fewer: the authorizer's environment holds no more"
            raise Fault(f"has claims and addresses of {size} bytes in all, over {KEYS_BYTES}", remedy).error()
        return self


def _one_mode(values: Mapping[str, Any]) -> Iterable[Fault]:
    named = [mode for mode in MODES if values.get(mode) is not None]
    if not named:
        yield Fault("names no mode", f"add one of {', '.join(MODES)}")
    elif len(named) > 1:
        yield Fault(f"names {len(named)} modes, {' and '.join(named)}", "keep exactly one")


def _one_audience(values: Mapping[str, Any]) -> Iterable[Fault]:
    if values.get("oidc") is not None and values.get("audience") is not None:
        yield Fault(
            "is set together with oidc, which has an audience of its own", "use oidc.audience", ("audience",)
        )


def _tokens_are_taken(values: Mapping[str, Any]) -> Iterable[Fault]:
    managed, longest = values.get("managed"), values.get("max_lifetime_seconds", MAX_LIFETIME_SECONDS)
    if not isinstance(managed, dict):
        return
    seconds = managed.get("token_seconds")
    if isinstance(seconds, int) and isinstance(longest, int) and seconds > longest:
        what = f"is {seconds}, but tokens that live longer than max_lifetime_seconds ({longest}) are refused"
        yield Fault(what, f"set it to {longest} or less", ("managed", "token_seconds"))


class Auth(Model):
    """Who signs the tokens of this tenant: exactly one of managed, jwks and oidc."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [mode]} for mode in MODES]})

    rules = (_one_mode, _one_audience, _tokens_are_taken)

    managed: Managed | None = Field(None, description="Signing keys made by the platform.")
    jwks: Jwks | None = Field(None, description="The tenant's own public keys, written here.")
    oidc: Oidc | None = Field(None, description="An OpenID Connect issuer.")
    audience: Identifier | None = Field(
        None, description="The tokens' `aud` in managed and jwks mode. Left out: the tenant's slug."
    )
    leeway_seconds: int = Field(
        30, ge=0, le=120, description="Clock difference that is tolerated in `exp` and `nbf`, in seconds."
    )
    max_lifetime_seconds: int = Field(
        MAX_LIFETIME_SECONDS,
        ge=60,
        le=2_592_000,  # 30 days: a token cannot be called back
        description="Tokens that live longer than this, in seconds, are refused.",
    )

    def described(self) -> Described | None:
        """None where no issuer is named."""
        if self.oidc:
            elsewhere = bool(self.oidc.discovery or self.oidc.jwks_uri)
            return self.oidc.described(self.oidc.issuer, elsewhere=elsewhere)
        if self.jwks and self.jwks.issuer:
            return self.jwks.described(self.jwks.issuer, elsewhere=True)
        return None

    @property
    def token_seconds(self) -> int:
        """How long a token that the platform signs for a managed tenant's program lives."""
        said = self.managed.token_seconds if self.managed else None
        return said or min(TOKEN_SECONDS, self.max_lifetime_seconds)

    @property
    def mode(self) -> Mode:
        return next(mode for mode in MODES if getattr(self, mode) is not None)
