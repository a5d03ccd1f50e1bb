"""Which public keys may sign tokens, and by which algorithms: for tenants' files and for the authorizer."""

from collections.abc import Mapping
from typing import Final

RSA_BITS: Final = 2048  # RFC 7518, 3.3
RSA: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
# Two names of one algorithm for an Ed25519 key: RFC 9864 deprecates the first for the second.
EDDSA: Final = ("EdDSA", "Ed25519")
# Key type and curve -> the algorithms that such a key can sign with, the usual one first.
ALGORITHMS: Final[Mapping[tuple[str, str | None], tuple[str, ...]]] = {
    ("RSA", None): RSA,
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): EDDSA,
}
# Key type -> its public members; everything else in a JWK is either private or says nothing about verifying.
MEMBERS: Final[Mapping[str, tuple[str, ...]]] = {
    "RSA": ("n", "e"),
    "EC": ("crv", "x", "y"),
    "OKP": ("crv", "x"),
}

_P: Final = 2**255 - 19
# The second coordinates of Ed25519's points whose order divides 8. Under such a key, signatures can be made
# that verify for many texts: everybody knows its private half as well as its owner does.
_SMALL_ORDER: Final = frozenset(
    {
        0,
        1,
        _P - 1,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    }
)


def is_small_order(point: bytes) -> bool:
    """Of an Ed25519 public key's 32 bytes, whichever way the point is written (RFC 8032, 5.1.2)."""
    coordinate = int.from_bytes(point, "little") & (2**255 - 1)  # without the sign of the other coordinate
    return coordinate % _P in _SMALL_ORDER


def verifies(operations: object) -> bool:
    """Whether a JWK's `key_ops` let it verify; one that states none may (RFC 7517, 4.3)."""
    return operations is None or (isinstance(operations, list | tuple) and "verify" in operations)
