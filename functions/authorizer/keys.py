"""The public keys that may sign a tenant's tokens, each pinned to its algorithms.

Only asymmetric keys of sufficient size are taken; RFC 8725 says why the token has no say in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from authorizer import signatures
from authorizer.refusals import Refused

RSA_BITS: Final = 2048  # RFC 7518, 3.3
_RSA: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
# Key type and curve -> the algorithms that such a key can sign with.
_BY_KIND: Final[dict[tuple[str, str | None], tuple[str, ...]]] = {
    ("RSA", None): _RSA,
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
PUBLIC_MEMBERS: Final = ("kty", "crv", "x", "y", "n", "e")


class WeakKey(ValueError):
    """A key that must not sign tokens; the message names the key, never its material."""


@dataclass(frozen=True, slots=True)
class Key:
    kid: str
    algorithms: tuple[str, ...]
    public: Any


KeyRing = Mapping[str, Key]


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
    kid = jwk.get("kid", "")
    possible = _BY_KIND.get((jwk.get("kty", ""), jwk.get("crv")), ())
    named = (jwk["alg"],) if "alg" in jwk else allowed or ()
    algorithms = tuple(a for a in named if a in possible and (allowed is None or a in allowed))
    if not isinstance(kid, str) or not algorithms:
        raise WeakKey(f"key {kid!r} has no algorithm that it may be used with")
    public_members = {name: jwk[name] for name in PUBLIC_MEMBERS if name in jwk}
    try:
        public = signatures.public_key(public_members)
    except ValueError:
        raise WeakKey(f"key {kid!r} is not a valid public key") from None
    if isinstance(public, RSAPublicKey) and public.key_size < RSA_BITS:
        raise WeakKey(f"key {kid!r} has {public.key_size} bits; RSA keys need {RSA_BITS}")
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
