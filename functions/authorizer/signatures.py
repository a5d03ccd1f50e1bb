"""Public keys out of JWKs, and the signatures that they verify (RFC 7518, RFC 8037), on `cryptography` alone.

A JWT library parses each token a second time, and to import one takes as long as all else that the authorizer
imports. Which algorithm a key is used with is pinned by `keys`; nothing here asks a token.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

Verify = Callable[[Any, bytes, bytes], None]  # key, signature, signed text; raises InvalidSignature
HASHES: Final = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES: Final[Mapping[str, tuple[ec.EllipticCurve, int]]] = {  # with the bytes of a coordinate
    "P-256": (ec.SECP256R1(), 32),
    "P-384": (ec.SECP384R1(), 48),
    "P-521": (ec.SECP521R1(), 66),
}


def public_key(jwk: Mapping[str, Any]) -> Any:
    """Of the public members alone.

    Raises:
        ValueError: they are missing, malformed, or no key of this type.
    """
    match jwk["kty"]:
        case "RSA":
            return rsa.RSAPublicNumbers(_number(jwk, "e"), _number(jwk, "n")).public_key()
        case "EC":
            curve, size = CURVES[jwk["crv"]]
            if not len(_octets(jwk, "x")) == len(_octets(jwk, "y")) == size:
                raise ValueError(f"coordinates of {jwk['crv']} have {size} bytes")
            return ec.EllipticCurvePublicNumbers(_number(jwk, "x"), _number(jwk, "y"), curve).public_key()
        case _:
            return Ed25519PublicKey.from_public_bytes(_octets(jwk, "x"))


def is_valid(algorithm: str, public: Any, signature: bytes, signed: bytes) -> bool:
    try:
        _ALGORITHMS[algorithm](public, signature, signed)
    except InvalidSignature:
        return False
    return True


def _octets(jwk: Mapping[str, Any], member: str) -> bytes:
    text = jwk.get(member)
    if not isinstance(text, str):
        raise ValueError(f"{member} is not text")
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), b"-_", validate=True)
    except binascii.Error:
        raise ValueError(f"{member} is not base64url") from None


def _number(jwk: Mapping[str, Any], member: str) -> int:
    return int.from_bytes(_octets(jwk, member))


def _pkcs1(bits: str) -> Verify:
    scheme, algorithm = padding.PKCS1v15(), HASHES[bits]
    return lambda public, signature, signed: public.verify(signature, signed, scheme, algorithm)


def _pss(bits: str) -> Verify:
    algorithm = HASHES[bits]
    scheme = padding.PSS(padding.MGF1(algorithm), salt_length=algorithm.digest_size)
    return lambda public, signature, signed: public.verify(signature, signed, scheme, algorithm)


def _ecdsa(bits: str, size: int) -> Verify:
    scheme = ec.ECDSA(HASHES[bits])

    def verify(public: Any, signature: bytes, signed: bytes) -> None:
        """Two numbers of a fixed size, where `cryptography` takes ASN.1."""
        if len(signature) != 2 * size:
            raise InvalidSignature
        r, s = int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
        public.verify(encode_dss_signature(r, s), signed, scheme)

    return verify


_ALGORITHMS: Final[Mapping[str, Verify]] = {
    **{f"RS{bits}": _pkcs1(bits) for bits in HASHES},
    **{f"PS{bits}": _pss(bits) for bits in HASHES},
    "ES256": _ecdsa("256", 32),
    "ES384": _ecdsa("384", 48),
    "ES512": _ecdsa("512", 66),
    "EdDSA": lambda public, signature, signed: public.verify(signature, signed),
}
