"""Public keys become JWKs that verify, and nothing private gets through."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from tenantry.rules.jwks import MANAGED_ALGORITHM, ed25519_jwk

# RFC 8037, appendix A.1 and A.2.
RFC_SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
RFC_X = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"


def public_pem(key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_the_rfcs_key_becomes_the_rfcs_jwk() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(RFC_SEED))
    assert ed25519_jwk("2026", public_pem(key)) == {
        "kid": "2026",
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "EdDSA",
        "x": RFC_X,
    }


@given(st.binary(min_size=32, max_size=32))
def test_what_the_private_half_signs_the_jwk_verifies(seed: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    token = jwt.encode({"sub": "ann"}, key, MANAGED_ALGORITHM)
    public = jwt.PyJWK(ed25519_jwk("k", public_pem(key)))
    assert jwt.decode(token, public, algorithms=[MANAGED_ALGORITHM]) == {"sub": "ann"}


def test_a_private_key_is_refused() -> None:
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="PEM"):
        ed25519_jwk("2026", pem)


@pytest.mark.parametrize(
    "key",
    [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65_537, 2048)],
    ids=["EC", "RSA"],
)
def test_a_key_of_another_kind_is_refused_by_name(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> None:
    with pytest.raises(TypeError, match=r"signing key 2026 is a .*PublicKey; managed keys are Ed25519"):
        ed25519_jwk("2026", public_pem(key))
