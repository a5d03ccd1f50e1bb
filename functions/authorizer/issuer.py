"""The issuer's keys in oidc mode: cached, refreshed seldom, and serving for a day while the issuer is down.

Discovery and keys are fetched again when the cache is old, or for a kid that it lacks; the latter at
most once per window, so that made-up kids cannot turn the authorizer against the issuer.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from authorizer import documents, keys
from authorizer.keys import Key, KeyRing, WeakKey
from authorizer.refusals import IssuerUnavailable, Refused

FRESH_SECONDS: Final = 600.0  # a withdrawn key is trusted for at most this long while the issuer answers
STALE_SECONDS: Final = 86_400.0  # and for this long, after the last good fetch, while it does not
WINDOW_SECONDS: Final = 60.0  # between two fetches, whatever asks for them
COLD_WINDOW_SECONDS: Final = 5.0  # the same while there are no keys at all

Fetch = Callable[[str, str], Mapping[str, Any]]  # of an address, for the configured issuer


@dataclass(slots=True)
class IssuerKeys:
    """One per issuer and process; the clock only has to go forwards."""

    issuer: str
    algorithms: tuple[str, ...]
    fetch: Fetch = documents.fetch
    clock: Callable[[], float] = time.monotonic
    _ring: KeyRing = field(default_factory=dict)
    _fetched: float | None = None
    _tried: float | None = None
    _failure: str = ""

    def find(self, kid: str | None) -> Key:
        age = math.inf if self._fetched is None else self.clock() - self._fetched
        if age >= STALE_SECONDS:
            self._ring = {}
        if age >= FRESH_SECONDS:
            self._refresh()
        if not self._ring:
            raise IssuerUnavailable(self._failure)
        try:
            return keys.find(self._ring, kid)
        except Refused:
            if not self._refresh():
                raise
            return keys.find(self._ring, kid)

    def _refresh(self) -> bool:
        """Whether new keys were had. A failure keeps the old ones, until they are stale."""
        now = self.clock()
        window = WINDOW_SECONDS if self._ring else COLD_WINDOW_SECONDS
        if self._tried is not None and now - self._tried < window:
            return False
        self._tried = now
        try:
            self._ring = usable(self._fetch_keys(), self.algorithms)
        except (documents.DocumentError, WeakKey) as error:
            self._failure = str(error)
            return False
        self._fetched = now
        return True

    def _fetch_keys(self) -> list[Any]:
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        discovery = self.fetch(address, self.issuer)
        if discovery.get("issuer") != self.issuer:
            raise documents.DocumentError(f"{address}: is not the document of issuer {self.issuer}")
        jwks_uri = discovery.get("jwks_uri")
        if not isinstance(jwks_uri, str):
            raise documents.DocumentError(f"{address}: has no jwks_uri")
        found = self.fetch(jwks_uri, self.issuer).get("keys")
        if not isinstance(found, list):
            raise documents.DocumentError(f"{jwks_uri}: has no list of keys")
        return found


def usable(jwks: list[Any], algorithms: tuple[str, ...]) -> KeyRing:
    """The signing keys that we can take; issuers publish others beside them. The first of a kid counts."""
    ring: dict[str, Key] = {}
    for jwk in jwks:
        if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
            continue
        try:
            key = keys.read(jwk, algorithms)
        except WeakKey:
            continue
        ring.setdefault(key.kid, key)
    if not ring:
        raise WeakKey("the issuer's document holds no key that may sign tokens")
    return ring
