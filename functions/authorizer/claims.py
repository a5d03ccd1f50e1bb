"""Check a token's claims by RFC 7519 and RFC 9068: first what they are, then whom they are for and when.

The order decides which reason is counted: a claim that is missing, then times, then issuer and audience.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from api import subjects
from authorizer.refusals import Refused
from authorizer.settings import Settings

TEXT_LENGTH: Final = 255  # of a subject or a kid
# Of a subject as the access log has it, which spells what is not plain in percent form. API Gateway cuts log
# events at 1,024 bytes, and a line that is cut counts for nobody; the rest of a line has some 400.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
WRITTEN_LENGTH: Final = 500
REQUIRED: Final = ("iss", "aud", "exp", "sub")
TIMES: Final = ("exp", "nbf", "iat")
NUMBER: Final = (int, float)


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


def check_types(claims: Mapping[str, Any]) -> None:
    """Times are numbers; the subject ends up in logs and policies."""
    for name in TIMES:
        time = claims.get(name, 0)
        if isinstance(time, bool) or not isinstance(time, NUMBER):
            raise Refused("malformed")
    subject = claims.get("sub")
    if subject is None:
        raise Refused("claims")
    if not isinstance(subject, str) or not 1 <= len(subject) <= TEXT_LENGTH or not subject.isprintable():
        raise Refused("malformed")
    if len(subjects.written(subject)) > WRITTEN_LENGTH:
        raise Refused("malformed")


def check_required(claims: Mapping[str, Any]) -> None:
    for name in REQUIRED:
        if claims.get(name) is None:
            raise Refused("claims")


def check_parties(claims: Mapping[str, Any], settings: Settings) -> None:
    if claims["iss"] != settings.issuer:
        raise Refused("issuer")
    audience = claims["aud"]
    if not audience:
        raise Refused("claims")
    named = [audience] if isinstance(audience, str) else audience
    if not _is_texts(named) or settings.audience not in named:
        raise Refused("audience")
    if not isinstance(claims.get("jti", ""), str):
        raise Refused("malformed")


def scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """RFC 9068's `scope`, or `scp`, which some issuers send, as a string or a list."""
    scope = claims.get("scope", claims.get("scp", ""))
    names = scope.split(" ") if isinstance(scope, str) else scope
    if not _is_texts(names):
        raise Refused("malformed")
    return frozenset(names) - {""}


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and not [each for each in value if not isinstance(each, str)]
