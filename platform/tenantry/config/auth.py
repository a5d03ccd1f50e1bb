"""A tenant's tokens come from exactly one place: keys made here, keys in the file, or an OIDC issuer."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from tenantry.config.addresses import Issuer
from tenantry.config.jwk import Algorithm, Jwk, asymmetric
from tenantry.config.model import Fault, Model, unrepeated
from tenantry.config.slugs import KeyName

Mode = Literal["managed", "jwks", "oidc"]
MODES: tuple[Mode, ...] = ("managed", "jwks", "oidc")

# The authorizer's AUTH holds keys, issuer and audience in under 3,000 bytes: a function's whole environment
# holds 4 KB (Lambda quota, hard). 255 bytes each go to issuer and audience, under 200 to the rest.
KEYS_BYTES = 2_250
MANAGED_KEYS = 10  # an Ed25519 JWK under the longest name takes 150 bytes

IDENTIFIER_PATTERN = r"^[!#-\[\]-~]{1,255}$"  # no blank, quote or backslash: one byte each in JSON
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER_PATTERN)]


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


class Jwks(Model):
    """The tenant signs its tokens itself and gives its public keys here."""

    rules = (unrepeated("keys", "kid"),)

    keys: tuple[Jwk, ...] = Field(min_length=1, description="Public keys (JWK). Never a private one.")
    issuer: Identifier | None = Field(
        None, description="The tokens' `iss`. Left out: the issuer that the platform gives this tenant."
    )

    @model_validator(mode="after")
    def _fits_the_environment(self) -> Self:
        size = sum(key.size() for key in self.keys)
        if size > KEYS_BYTES:
            remedy = "list fewer, or use Ed25519 or P-256 keys: the authorizer's environment holds no more"
            raise Fault(f"has keys of {size} bytes in all, over {KEYS_BYTES}", remedy).error()
        return self


class Oidc(Model):
    """Tokens come from an OpenID Connect issuer, whose keys are fetched and cached."""

    rules = (unrepeated("algorithms"), asymmetric("algorithms"))

    issuer: Issuer = Field(description="https URL of the issuer, as it stands in the tokens' `iss`.")
    audience: Identifier = Field(description="The tokens' `aud`.", examples=["api.example.com"])
    algorithms: tuple[Algorithm, ...] = Field(
        ("RS256",),
        min_length=1,
        description="Signature algorithms accepted; the token's own word is never taken for it.",
        json_schema_extra={"uniqueItems": True},
    )


def _one_mode(values: Mapping[str, Any]) -> Iterable[Fault]:
    named = [mode for mode in MODES if values.get(mode) is not None]
    if not named:
        yield Fault("names no mode", f"add one of {', '.join(MODES)}")
    elif len(named) > 1:
        yield Fault(f"names {len(named)} modes, {' and '.join(named)}", "keep exactly one")


def _one_audience(values: Mapping[str, Any]) -> Iterable[Fault]:
    if values.get("oidc") is not None and values.get("audience") is not None:
        yield Fault(
            "stands beside oidc, which has an audience of its own", "use oidc.audience", ("audience",)
        )


class Auth(Model):
    """Who signs the tokens of this tenant: exactly one of managed, jwks and oidc."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [mode]} for mode in MODES]})

    rules = (_one_mode, _one_audience)

    managed: Managed | None = Field(None, description="Signing keys made by the platform.")
    jwks: Jwks | None = Field(None, description="The tenant's own public keys, written here.")
    oidc: Oidc | None = Field(None, description="An OpenID Connect issuer.")
    audience: Identifier | None = Field(
        None, description="The tokens' `aud` in managed and jwks mode. Left out: the tenant's slug."
    )
    leeway_seconds: int = Field(
        30, ge=0, le=120, description="Clock difference tolerated in `exp` and `nbf`."
    )
    max_lifetime_seconds: int = Field(
        86_400,  # a day
        ge=60,
        le=2_592_000,  # 30 days: a token cannot be called back
        description="Tokens that live longer than this are refused.",
    )

    @property
    def mode(self) -> Mode:
        return next(mode for mode in MODES if getattr(self, mode) is not None)
