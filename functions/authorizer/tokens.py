"""Verify a bearer token by RFC 8725 and RFC 9068: pinned key and algorithm first, then every claim.

A token is read once. One that was good is remembered by its digest, never by its text, and what time may
have changed is checked again at each use: its validity, and whether its key is still the one to use.

What is made for each token is a named tuple: a frozen dataclass takes twice the time to make.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from authorizer import claims
from authorizer.claims import Validity
from authorizer.keys import Key, KeyFinder
from authorizer.refusals import Refused
from authorizer.segments import Segments, split
from authorizer.settings import Settings

TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})
# Keys from the token, extensions that we do not know, unencoded payloads, nested tokens, compression.
# Certificate thumbprints (x5t) are harmless and common, and are ignored.
REFUSED_HEADERS: Final = frozenset({"crit", "b64", "jwk", "jku", "x5u", "x5c", "cty", "zip", "enc"})
REMEMBERED_TOKENS: Final = 1_000
REMEMBERED_BYTES: Final = 524_288  # of their texts, which bound what is remembered of each


class Identity(NamedTuple):
    subject: str
    scopes: frozenset[str]
    kid: str


class _Good(NamedTuple):
    """A token whose signature and claims were good; `asked` is the kid that it names, `size` its length."""

    identity: Identity
    validity: Validity
    asked: str | None
    key: Key
    size: int


@dataclass(slots=True)
class Verifier:
    """Of one tenant's tokens, in one process. Refusals are not remembered."""

    settings: Settings
    key_of: KeyFinder
    _good: OrderedDict[bytes, _Good] = field(default_factory=OrderedDict)
    _bytes: int = 0

    def verify(self, token: str, now: float) -> Identity:
        """`now` is the wall clock."""
        digest = hashlib.sha256(token.encode(errors="surrogatepass")).digest()
        good = self._good.get(digest)
        if good is None or self.key_of(good.asked) is not good.key:
            good = _verified(token, self.settings, self.key_of, now)
            self._remember(digest, good)
            return good.identity
        good.validity.check(self.settings, now)
        good.validity.check_lifetime(self.settings, now)
        self._good.move_to_end(digest)
        return good.identity

    def _remember(self, digest: bytes, good: _Good) -> None:
        replaced = self._good.pop(digest, None)
        self._good[digest] = good
        self._bytes += good.size - (replaced.size if replaced else 0)
        while len(self._good) > REMEMBERED_TOKENS or self._bytes > REMEMBERED_BYTES:
            _, oldest = self._good.popitem(last=False)
            self._bytes -= oldest.size


def verify(token: str, settings: Settings, key_of: KeyFinder, now: float) -> Identity:
    return Verifier(settings, key_of).verify(token, now)


def _verified(token: str, settings: Settings, key_of: KeyFinder, now: float) -> _Good:
    segments = split(token)
    kid = _checked_header(segments.header)
    key = _signer(segments, kid, key_of)
    claims.check_times(segments.claims)
    subject = claims.subject(segments.claims, settings.reading)
    claims.check_required(segments.claims)
    validity = Validity.of(segments.claims)
    validity.check(settings, now)
    claims.check_parties(segments.claims, settings)
    validity.check_lifetime(settings, now)
    scopes = claims.scopes(segments.claims, settings.reading)
    identity = Identity(subject, scopes, key.kid)
    return _Good(identity, validity, kid, key, len(token))


def _signer(segments: Segments, kid: str | None, key_of: KeyFinder) -> Key:
    """The key that signed; where the one that is known did not, the issuer may have replaced it."""
    key = key_of(kid)
    try:
        _check_signature(segments, key)
    except Refused:
        newer = key_of(kid, key)
        if newer is key:
            raise
        _check_signature(segments, newer)
        return newer
    return key


def _check_signature(segments: Segments, key: Key) -> None:
    algorithm = segments.header.get("alg")
    if algorithm not in key.algorithms:
        raise Refused("algorithm")
    if not key.verifies(algorithm, segments.signature, segments.signed):
        raise Refused("signature")


def _checked_header(header: Mapping[str, Any]) -> str | None:
    if not REFUSED_HEADERS.isdisjoint(header) or str(header.get("typ", "JWT")).lower() not in TYPES:
        raise Refused("header")
    if "kid" not in header:
        return None
    kid = header["kid"]
    if not isinstance(kid, str) or len(kid) > claims.TEXT_LENGTH:
        raise Refused("key")
    return kid
