"""Verify a bearer token by RFC 8725 and RFC 9068: pinned key and algorithm first, then every claim.

PyJWT checks the signature and the registered claims; what it leaves open is decided here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import jwt
from jwt import exceptions

from authorizer.keys import Key
from authorizer.refusals import Reason, Refused
from authorizer.segments import split
from authorizer.settings import Settings

TEXT_LENGTH: Final = 255  # of a subject or a kid
TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
# Keys from the token, extensions that we do not know, unencoded payloads, nested tokens, compression.
# Certificate thumbprints (x5t) are harmless and common, and are ignored.
REFUSED_HEADERS: Final = frozenset({"crit", "b64", "jwk", "jku", "x5u", "x5c", "cty", "zip", "enc"})
REQUIRED_CLAIMS: Final = ["iss", "aud", "exp", "sub"]

KeyFinder = Callable[[str | None], Key]  # raises Refused for a kid that it does not know

# Most specific first.
_REASONS: Final[tuple[tuple[type[exceptions.PyJWTError], Reason], ...]] = (
    (exceptions.InvalidSignatureError, "signature"),
    (exceptions.ExpiredSignatureError, "expired"),
    (exceptions.ImmatureSignatureError, "premature"),
    (exceptions.InvalidIssuerError, "issuer"),
    (exceptions.InvalidAudienceError, "audience"),
    (exceptions.MissingRequiredClaimError, "claims"),
    (exceptions.InvalidAlgorithmError, "algorithm"),
    (exceptions.PyJWTError, "malformed"),
)


@dataclass(frozen=True, slots=True)
class Identity:
    subject: str
    scopes: frozenset[str]
    kid: str


def verify(token: str, settings: Settings, key_of: KeyFinder, now: float) -> Identity:
    """`now` is the wall clock that `exp - now` is measured by when the token has no `iat`."""
    segments = split(token)
    kid = _checked_header(segments.header)
    key = key_of(kid)
    if segments.header.get("alg") not in key.algorithms:
        raise Refused("algorithm")
    _check_types(segments.claims)
    claims = _verified_claims(token, settings, key)
    starts = claims.get("iat", now - settings.leeway_seconds)
    if claims["exp"] - starts > settings.max_lifetime_seconds + settings.leeway_seconds:
        raise Refused("lifetime")
    return Identity(claims["sub"], _scopes(claims), key.kid)


def _checked_header(header: dict[str, Any]) -> str | None:
    if REFUSED_HEADERS & header.keys() or str(header.get("typ", "JWT")).lower() not in TYPES:
        raise Refused("header")
    if "kid" not in header:
        return None
    kid = header["kid"]
    if not isinstance(kid, str) or len(kid) > TEXT_LENGTH:
        raise Refused("key")
    return kid


def _check_types(claims: dict[str, Any]) -> None:
    """PyJWT takes a time in a string and cuts fractions; the subject ends up in logs and policies."""
    for name in ("exp", "nbf", "iat"):
        if name in claims and (isinstance(claims[name], bool) or not isinstance(claims[name], int | float)):
            raise Refused("malformed")
    subject = claims.get("sub")
    if subject is None:
        raise Refused("claims")
    if not isinstance(subject, str) or not 1 <= len(subject) <= TEXT_LENGTH or not subject.isprintable():
        raise Refused("malformed")


def _verified_claims(token: str, settings: Settings, key: Key) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.public,
            algorithms=list(key.algorithms),
            issuer=settings.issuer,
            audience=settings.audience,
            leeway=settings.leeway_seconds,
            options={"require": REQUIRED_CLAIMS},
        )
    except exceptions.PyJWTError as error:
        raise Refused(next(reason for kind, reason in _REASONS if isinstance(error, kind))) from None
    return claims


def _scopes(claims: dict[str, Any]) -> frozenset[str]:
    """RFC 9068's `scope`, or `scp`, which some issuers send, as a string or a list."""
    scope = claims.get("scope", claims.get("scp", ""))
    names = scope.split(" ") if isinstance(scope, str) else scope
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refused("malformed")
    return frozenset(name for name in names if name)
