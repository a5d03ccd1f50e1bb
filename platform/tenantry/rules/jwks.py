"""Turn public keys into JWKs (RFC 7517, RFC 8037); a private key never passes through here."""

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

MANAGED_ALGORITHM = "EdDSA"


def ed25519_jwk(kid: str, public_pem: str) -> dict[str, str]:
    """The JWK of a PEM public key that the program made.

    Raises:
        TypeError: the key is of another kind than Ed25519.
    """
    key = load_pem_public_key(public_pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError(f"signing key {kid} is a {type(key).__name__}; managed keys are Ed25519")
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kid": kid, "kty": "OKP", "crv": "Ed25519", "alg": MANAGED_ALGORITHM, "x": x}
