"""The issuer's keys in oidc mode: cached, refreshed seldom, and serving for a day while the issuer is down.

Discovery and keys are fetched again when the cache is old, for a kid that it lacks, or when a token is not
good under the key of its kid; at most once per window, so that made-up tokens cannot turn the authorizer
against the issuer. One call waits for the issuer, for a bounded time; within the window the others are
answered from what is known.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from api import logs
from authorizer import documents, keys
from authorizer.keys import Key, KeyRing, WeakKey
from authorizer.refusals import IssuerUnavailable, Refused

FRESH_SECONDS: Final = 600.0  # a withdrawn key is trusted for at most this long while the issuer answers
STALE_SECONDS: Final = 86_400.0  # and for this long, after the last good fetch, while it does not
WINDOW_SECONDS: Final = 60.0  # between the end of a fetch and the next, whatever asks for it
COLD_WINDOW_SECONDS: Final = 5.0  # the same while there are no keys at all
REFRESH_SECONDS: Final = 4.0  # for both documents together; the function has 10

Fetch = Callable[
    [str, str, float], Mapping[str, Any]
]  # of an address, for the configured issuer, within seconds


@dataclass(slots=True)
class IssuerKeys:
    """One per issuer and process; the clock only has to go forwards.

    `jwks_uri` is where the keys are, if the file says so, else `discovery` is where that is written.
    """

    issuer: str
    algorithms: tuple[str, ...]
    fetch: Fetch = documents.fetch
    clock: Callable[[], float] = time.monotonic
    discovery: str | None = None
    jwks_uri: str | None = None
    _ring: KeyRing = field(default_factory=dict)
    _fetched: float | None = None
    _tried: float | None = None
    _failure: str = ""

    def find(self, kid: str | None, failed: Key | None = None) -> Key:
        age = math.inf if self._fetched is None else self.clock() - self._fetched
        if age >= STALE_SECONDS:
            self._ring = {}
        if age >= FRESH_SECONDS:
            self._refresh()
        if not self._ring:
            raise IssuerUnavailable(self._failure)
        try:
            found = keys.find(self._ring, kid)
        except Refused:
            found = None
        if found is None or found is failed:
            self._refresh()
            return keys.find(self._ring, kid)
        return found

    def _refresh(self) -> None:
        """A failure keeps the old keys, until they are stale."""
        began = self.clock()
        window = WINDOW_SECONDS if self._ring else COLD_WINDOW_SECONDS
        if self._tried is not None and began - self._tried < window:
            return
        self._tried = began  # before the wait: whatever ends it, the next call does not wait again
        try:
            self._ring = usable(self._fetch_keys(began + REFRESH_SECONDS), self.algorithms, self._ring)
            self._fetched = began
        except (documents.DocumentError, WeakKey) as error:
            self._failure = str(error)
            if self._ring:
                logs.warning("the issuer's keys could not be refreshed", issuer=self.issuer, cause=str(error))
        finally:
            self._tried = self.clock()

    def _fetch_keys(self, end: float) -> list[Any]:
        jwks_uri = self.jwks_uri or self._discovered(end)
        found = self.fetch(jwks_uri, self.issuer, end - self.clock()).get("keys")
        if not isinstance(found, list):
            raise documents.DocumentError(f"{jwks_uri}: has no list of keys")
        return found

    def _discovered(self, end: float) -> str:
        address = self.discovery or f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        discovery = self.fetch(address, self.issuer, end - self.clock())
        if discovery.get("issuer") != self.issuer:
            raise documents.DocumentError(f"{address}: is not the document of issuer {self.issuer}")
        jwks_uri = discovery.get("jwks_uri")
        if not isinstance(jwks_uri, str):
            raise documents.DocumentError(f"{address}: has no jwks_uri")
        return jwks_uri


def usable(jwks: list[Any], algorithms: tuple[str, ...], before: KeyRing) -> KeyRing:
    """The signing keys that we can take; issuers publish others beside them. The first of a kid counts.

    A key that was there `before` stays the same object: tokens that were good under it are remembered.
    """
    ring: dict[str, Key] = {}
    passed_over = 0
    for jwk in jwks:
        try:
            if not isinstance(jwk, dict):
                raise WeakKey("a key is not an object")
            if jwk.get("use") not in (None, "sig"):
                continue
            key = keys.read(jwk, algorithms)
        except WeakKey:
            passed_over += 1
            continue
        ring.setdefault(key.kid, before[key.kid] if before.get(key.kid) == key else key)
    if passed_over:
        logs.warning("keys of the issuer's were passed over", keys=passed_over, taken=len(ring))
    if not ring:
        raise WeakKey("the issuer's document holds no key that may sign tokens")
    return ring
