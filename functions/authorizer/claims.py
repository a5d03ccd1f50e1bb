"""Check a token's claims by RFC 7519 and RFC 9068: first what they are, then whom they are for and when.

The order decides which reason is counted: a claim that is missing, then times, then issuer and audience.
Where an issuer writes scopes, and what stands for an audience or a subject, the tenant's file may say.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from api import subjects
from authorizer.reading import Path, Reading
from authorizer.refusals import Refused
from authorizer.settings import Settings

TEXT_LENGTH: Final = 255  # of a subject or a kid
# Of a subject as contexts and logs write it. API Gateway cuts lines of the access log at 1,024 bytes, of
# which the other fields take up to 600.
SUBJECT_BYTES: Final = 384
REQUIRED: Final = ("iss", "exp")
TIMES: Final = ("exp", "nbf", "iat")
NUMBER: Final = (int, float)
# Of a claim that says nothing; some issuers write one beside another that does.
ABSENT: Final[tuple[Any, ...]] = (None, "", [])


class Validity(NamedTuple):
    """From when to when a token is good, in seconds since the epoch; None where it does not say."""

    exp: float
    nbf: float | None
    iat: float | None

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> "Validity":
        return cls(claims["exp"], claims.get("nbf"), claims.get("iat"))

    def check(self, settings: Settings, now: float) -> None:
        """The clocks may differ by the leeway. Fractions are cut off, but for the lifetime."""
        leeway = settings.leeway_seconds
        for start in (self.iat, self.nbf):
            if start is not None and int(start) > now + leeway:
                raise Refused("premature")
        if int(self.exp) <= now - leeway:
            raise Refused("expired")

    def check_lifetime(self, settings: Settings, now: float) -> None:
        """From now on, if the token does not say since when."""
        starts = now - settings.leeway_seconds if self.iat is None else self.iat
        if self.exp - starts > settings.max_lifetime_seconds + settings.leeway_seconds:
            raise Refused("lifetime")


def check_times(claims: Mapping[str, Any]) -> None:
    for name in TIMES:
        time = claims.get(name, 0)
        if isinstance(time, bool) or not isinstance(time, NUMBER):
            raise Refused("malformed")


def subject(claims: Mapping[str, Any], reading: Reading) -> str:
    """It ends up in logs and policies."""
    found = _or_else(claims, "sub", reading.subject_fallback)
    if found is None:
        raise Refused("claims")
    if not isinstance(found, str) or not 1 <= len(found) <= TEXT_LENGTH or not found.isprintable():
        raise Refused("malformed")
    if len(subjects.written(found)) > SUBJECT_BYTES:
        raise Refused("malformed")
    return found


def check_required(claims: Mapping[str, Any]) -> None:
    for name in REQUIRED:
        if claims.get(name) is None:
            raise Refused("claims")


def check_parties(claims: Mapping[str, Any], settings: Settings) -> None:
    if claims["iss"] != settings.issuer:
        raise Refused("issuer")
    audience = _or_else(claims, "aud", settings.reading.audience_fallback)
    if not audience:
        raise Refused("claims")
    named = [audience] if isinstance(audience, str) else audience
    if not _is_texts(named) or settings.audience not in named:
        raise Refused("audience")
    if not isinstance(claims.get("jti", ""), str):
        raise Refused("malformed")


def scopes(claims: Mapping[str, Any], reading: Reading) -> frozenset[str]:
    """A string of names, as RFC 9068 has it, or a list of them, as some issuers write."""
    said = _first(claims, reading.scopes) or ""
    names = said.split(" ") if isinstance(said, str) else said
    if not _is_texts(names):
        raise Refused("malformed")
    ours = [reading.scope_names.get(name, name) for name in names]
    return frozenset(scope for each in ours for scope in each.split(" ")) - {""}


def _or_else(claims: Mapping[str, Any], name: str, fallback: Iterable[Path]) -> Any:
    own = claims.get(name)
    return _first(claims, fallback) if own is None else own


def _first(claims: Mapping[str, Any], paths: Iterable[Path]) -> Any:
    """None if there is no such claim."""
    for each in paths:
        found: Any = claims
        for part in each:
            found = found.get(part) if isinstance(found, dict) else None
        if found not in ABSENT:
            return found
    return None


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and not [each for each in value if not isinstance(each, str)]
