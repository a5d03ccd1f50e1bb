"""Each class of case in public vectors of signatures, made here: what must pass does, and nothing else.

Signatures over numbers out of range, of wrong sizes and in other forms are in `test_authorizer_signatures`.
"""

import hashlib
import itertools
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from authorizer import keys
from authorizer.keys import Key
from tests.support import tokens
from tests.support.tokens import Signer
from tests.unit.functions.test_authorizer_signatures import ORDERS

SIGNED = b"eyJhbGciOiJSUzI1NiJ9.e30"
SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")  # DigestInfo's beginning: RFC 8017, 9.2
NO_NULL = bytes.fromhex("302f300b0609608648016503040201") + bytes.fromhex("0420")
LONG_LENGTH = bytes.fromhex("308131300d060960864801650304020105000420")
LONG_INNER = bytes.fromhex("303230810d060960864801650304020105000420")
SHA1 = bytes.fromhex("3021300906052b0e03021a05000414")
SHA512 = bytes.fromhex("3051300d060960864801650304020305000440")
RSA = rsa.generate_private_key(65_537, 2048)
SIZE = 256


def key(private: Any, algorithm: str) -> Key:
    return keys.read(Signer("k", algorithm, private).jwk, None)


def raw_rsa(encoded: bytes) -> bytes:
    """What the private key makes of any block, in whatever form."""
    numbers = RSA.private_numbers()
    return pow(int.from_bytes(encoded), numbers.d, numbers.public_numbers.n).to_bytes(SIZE)


def block(info: bytes, *, first: bytes = b"\x00\x01", fill: bytes = b"\xff", after: bytes = b"") -> bytes:
    filled = fill * (SIZE - len(first) - 1 - len(info) - len(after))
    return first + filled + b"\x00" + info + after


DIGEST = hashlib.sha256(SIGNED).digest()
GOOD = block(SHA256 + DIGEST)
BLOCKS = {
    "BER: a long length": block(LONG_LENGTH + DIGEST),
    "BER: a long length inside": block(LONG_INNER + DIGEST),
    "no NULL": block(NO_NULL + DIGEST),
    "no hash named": block(DIGEST),
    "another hash named": block(SHA512 + DIGEST),
    "SHA-1": block(SHA1 + hashlib.sha1(SIGNED).digest()),  # noqa: S324 - to be refused
    "SHA-512": block(SHA512 + hashlib.sha512(SIGNED).digest()),
    "short padding, and something after it": b"\x00\x01"
    + b"\xff" * 8
    + b"\x00"
    + SHA256
    + DIGEST
    + bytes(SIZE - 11 - 51),
    "padding of zeros": block(SHA256 + DIGEST, fill=b"\x00"),
    "padding with another byte in it": GOOD[:10] + b"\xfe" + GOOD[11:],
    "block type 2": block(SHA256 + DIGEST, first=b"\x00\x02"),
    "block type 0": block(SHA256 + DIGEST, first=b"\x00\x00"),
    "a byte before": block(SHA256 + DIGEST, first=b"\x01\x01"),
    "something after the digest": block(SHA256 + DIGEST, after=b"\x00"),
    "another text": block(SHA256 + hashlib.sha256(SIGNED + b"x").digest()),
}


def test_the_block_that_pkcs1_has_is_taken() -> None:
    assert key(RSA, "RS256").verifies("RS256", raw_rsa(GOOD), SIGNED)


@pytest.mark.parametrize("encoded", BLOCKS.values(), ids=BLOCKS)
def test_any_other_block_under_rs256_is_refused(encoded: bytes) -> None:
    assert len(encoded) == SIZE
    assert not key(RSA, "RS256").verifies("RS256", raw_rsa(encoded), SIGNED)


@pytest.mark.parametrize(
    ("salt", "mask", "hashed", "good"),
    [
        (32, hashes.SHA256(), hashes.SHA256(), True),
        (0, hashes.SHA256(), hashes.SHA256(), False),
        (20, hashes.SHA256(), hashes.SHA256(), False),
        (31, hashes.SHA256(), hashes.SHA256(), False),
        (33, hashes.SHA256(), hashes.SHA256(), False),
        (222, hashes.SHA256(), hashes.SHA256(), False),
        (32, hashes.SHA512(), hashes.SHA256(), False),
        (32, hashes.SHA1(), hashes.SHA256(), False),  # noqa: S303 - to be refused
        (32, hashes.SHA256(), hashes.SHA512(), False),
        (48, hashes.SHA384(), hashes.SHA384(), False),
    ],
)
def test_pss_has_one_hash_and_a_salt_of_its_length(salt: int, mask: Any, hashed: Any, good: bool) -> None:
    signature = RSA.sign(SIGNED, padding.PSS(padding.MGF1(mask), salt), hashed)
    assert key(RSA, "PS256").verifies("PS256", signature, SIGNED) == good


def test_a_signature_of_the_other_rsa_scheme_is_refused() -> None:
    pss = RSA.sign(SIGNED, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    assert not key(RSA, "RS256").verifies("RS256", pss, SIGNED)
    assert not key(RSA, "PS256").verifies("PS256", raw_rsa(GOOD), SIGNED)


def test_an_ecdsa_signature_may_have_small_numbers() -> None:
    """For s from 1 on, a key is made under which (r, s) is a good signature: r is of the point G itself."""
    order, curve = ORDERS["ES256"], ec.SECP256R1()
    r = ec.derive_private_key(1, curve).public_key().public_numbers().x % order
    digest = int.from_bytes(hashlib.sha256(SIGNED).digest())
    for s in range(1, 5):
        private = ec.derive_private_key((s - digest) * pow(r, -1, order) % order, curve)
        signature = r.to_bytes(32) + s.to_bytes(32)
        assert key(private, "ES256").verifies("ES256", signature, SIGNED)
        assert not key(private, "ES256").verifies("ES256", r.to_bytes(32) + (s + 5).to_bytes(32), SIGNED)


@pytest.mark.parametrize("secret", [1, 2, 3, ORDERS["ES256"] - 1, ORDERS["ES256"] - 2])
def test_keys_at_the_edges_of_their_range_sign_as_others_do(secret: int) -> None:
    signer = Signer("k", "ES256", ec.derive_private_key(secret, ec.SECP256R1()))
    known = key(signer.private, "ES256")
    signed, _, signature = signer.sign(tokens.claims()).rpartition(".")
    raw = tokens.decode(signature)
    assert known.verifies("ES256", raw, signed.encode())
    assert not known.verifies("ES256", raw[:-1] + bytes([raw[-1] ^ 1]), signed.encode())


def test_a_hash_that_begins_with_zeros_is_signed_as_any_other() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    text = next(t for n in itertools.count() if hashlib.sha256(t := str(n).encode()).digest()[:2] == b"\0\0")
    signature = Signer("k", "ES256", private).signature(text)
    assert key(private, "ES256").verifies("ES256", signature, text)
    assert not key(private, "ES256").verifies("ES256", signature, text + b"0")


@pytest.mark.parametrize("exponent", [3, 65_537])
def test_rsa_keys_of_usual_exponents_are_taken(exponent: int) -> None:
    private = rsa.generate_private_key(exponent, 2048)
    signature = private.sign(SIGNED, padding.PKCS1v15(), hashes.SHA256())
    assert key(private, "RS256").verifies("RS256", signature, SIGNED)
