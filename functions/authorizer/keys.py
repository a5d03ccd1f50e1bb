"""The public keys that may sign a tenant's tokens, each pinned to its algorithms; PyJWT reads and uses them.

Only asymmetric keys of sufficient size are taken; RFC 8725 says why the token has no say in it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError
from jwt.algorithms import Algorithm, get_default_algorithms

from agreed.jwks import ALGORITHMS, EDDSA, MEMBERS, RSA_BITS, is_small_order, verifies
from authorizer.refusals import Refused

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+={0,2}")  # some issuers pad; PyJWT would skip other characters
_VERIFIERS: Final[Mapping[str, Algorithm]] = {
    name: algorithm
    for name, algorithm in get_default_algorithms().items()
    if any(name in possible for possible in ALGORITHMS.values())
}


class WeakKey(ValueError):
    """A key that must not sign tokens; the message names the key, never its material."""


@dataclass(frozen=True, slots=True)
class Key:
    """`algorithms` are those that a token may name."""

    kid: str
    algorithms: tuple[str, ...]
    public: Any

    def verifies(self, algorithm: str, signature: bytes, signed: bytes) -> bool:
        return _VERIFIERS[_known(algorithm)].verify(signed, self.public, signature)


KeyRing = Mapping[str, Key]


class KeyFinder(Protocol):
    def __call__(self, kid: str | None, failed: Key | None = None) -> Key:
        """The key of this kid; raises `Refused` for a kid that is not known.

        `failed` is a key found before, under which the token is not good: the issuer may have another one of
        that kid by now. It is returned again where there is none.
        """


def fixed(keys: KeyRing) -> KeyFinder:
    """Of keys that never change while this process lives."""
    return lambda kid, failed=None: failed or find(keys, kid)


def ring(jwks: Iterable[Mapping[str, Any]], allowed: tuple[str, ...] | None) -> KeyRing:
    """All keys by kid. `allowed` None takes each key's own `alg`, which then has to be there."""
    keys: dict[str, Key] = {}
    for jwk in jwks:
        key = read(jwk, allowed)
        if key.kid in keys:
            raise WeakKey(f"two keys have the kid {key.kid!r}; give each its own")
        keys[key.kid] = key
    if not keys:
        raise WeakKey("there is no key that may sign tokens")
    return keys


def read(jwk: Mapping[str, Any], allowed: tuple[str, ...] | None) -> Key:
    """Whatever the JWK holds, it is a key or `WeakKey`: an issuer may publish what nobody here knows."""
    kid = _text(jwk, "kid") or ""
    kind = (_text(jwk, "kty") or "", _text(jwk, "crv"))
    algorithms = _pinned(_text(jwk, "alg"), ALGORITHMS.get(kind, ()), allowed)
    if not algorithms:
        raise WeakKey(f"key {kid!r} has no algorithm that it may be used with")
    if _text(jwk, "use") not in (None, "sig"):
        raise WeakKey(f"key {kid!r} is not for signatures")
    if not verifies(jwk.get("key_ops")):
        raise WeakKey(f"key {kid!r} has key_ops without verify")
    public = _public(jwk, kid, kind[0], _known(algorithms[0]))
    if isinstance(public, RSAPublicKey) and public.key_size < RSA_BITS:
        raise WeakKey(f"key {kid!r} has {public.key_size} bits; RSA keys need {RSA_BITS}")
    if isinstance(public, Ed25519PublicKey) and is_small_order(public.public_bytes_raw()):
        raise WeakKey(f"key {kid!r} is a point of small order")
    return Key(kid, algorithms, public)


def find(keys: KeyRing, kid: str | None) -> Key:
    """A token without a kid is taken only when there is no choice to make."""
    if kid is None:
        if len(keys) != 1:
            raise Refused("key")
        return next(iter(keys.values()))
    if kid not in keys:
        raise Refused("key")
    return keys[kid]


def _text(jwk: Mapping[str, Any], member: str) -> str | None:
    value = jwk.get(member)
    if value is None or isinstance(value, str):
        return value
    raise WeakKey(f"{member} is not text")


def _known(algorithm: str) -> str:
    return EDDSA[0] if algorithm in EDDSA else algorithm


def _pinned(named: str | None, possible: tuple[str, ...], allowed: tuple[str, ...] | None) -> tuple[str, ...]:
    """Of those that the key can sign with, the one that it names, as far as the tenant allows it."""
    wanted = {_known(each) for each in ((named,) if named else allowed or ())}
    if allowed is not None:
        wanted &= {_known(each) for each in allowed}
    return tuple(each for each in possible if _known(each) in wanted)


def _public(jwk: Mapping[str, Any], kid: str, kty: str, algorithm: str) -> Any:
    """Of the public members alone: a private half is never loaded."""
    members = {name: _text(jwk, name) or "" for name in MEMBERS[kty]}
    material = [value for name, value in members.items() if name != "crv"]
    try:
        if not all(_BASE64URL.fullmatch(each) for each in material):
            raise ValueError("not base64url")
        return PyJWK({"kty": kty, **members}, algorithm).key
    except (PyJWTError, UnsupportedAlgorithm, ValueError):
        raise WeakKey(f"key {kid!r} is not a valid public key") from None
