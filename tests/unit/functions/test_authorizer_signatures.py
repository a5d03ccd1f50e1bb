"""A valid signature, changed in any way, is refused.

ECDSA is the exception that RFC 7518 leaves: beside a signature (r, s) stands its twin (r, n - s), and issuers
send either. To refuse one would refuse half of all good tokens. Nothing is keyed by a token's text but the
gateway's cache of verdicts and the authorizer's own, so the twin opens nothing that the token does not.
"""

import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tests.support.tokens import Signer, claims
from tests.unit.functions.forgery import (
    ELLIPTIC,
    RSA,
    RSA_SIGNER,
    SIGNERS,
    ask,
    decode,
    parts,
    refused,
    resigned,
    trusting,
)

ORDERS = {  # of the curves' groups: SEC 2, 2.4.2, 2.5.1 and 2.6.1
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES384": int("F" * 48 + "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973", 16),
    "ES512": int("1FF" + "F" * 63 + "A51868783BF2F966B7FCC0148F709A5D03BB5C9B8899C47AEBB6FB71E91386409", 16),
}
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493  # RFC 8032, 5.1


class TestSignatures:
    @pytest.mark.parametrize("algorithm", ELLIPTIC)
    def test_an_ecdsa_signature_is_r_and_s_of_fixed_size(
        self, monkeypatch: pytest.MonkeyPatch, algorithm: str
    ) -> None:
        size, order = ELLIPTIC[algorithm], ORDERS[algorithm]
        for signer in trusting(SIGNERS[algorithm], monkeypatch):
            token = signer.sign(claims())
            raw = decode(parts(token)[2])
            r, s = int.from_bytes(raw[:size]), int.from_bytes(raw[size:])
            zero, full = bytes(size), b"\xff" * size
            others = [
                encode_dss_signature(r, s),  # ASN.1, as X.509 has it
                raw[size:] + raw[:size],
                raw[:-1],
                raw[1:],
                raw + b"\x00",
                b"\x00" + raw,
                raw[:size] + b"\x00" + raw[size:],
                b"\x00" + raw[:size] + b"\x00" + raw[size:],
                raw[:size],
                raw + raw,
                zero + zero,
                zero + raw[size:],
                raw[:size] + zero,
                full + full,
                order.to_bytes(size) + raw[size:],
                raw[:size] + order.to_bytes(size),
                (order - r).to_bytes(size) + raw[size:],
                b"",
            ]
            if algorithm == "ES512":  # the one size that has room for a value beyond the order
                others += [
                    (r + order).to_bytes(size) + raw[size:],
                    raw[:size] + (s + order).to_bytes(size),
                ]
            assert [other.hex() for other in others if not refused(resigned(token, other))] == []

    @pytest.mark.parametrize("algorithm", ELLIPTIC)
    def test_either_of_two_twins_is_an_issuers_signature(
        self, monkeypatch: pytest.MonkeyPatch, algorithm: str
    ) -> None:
        size, order = ELLIPTIC[algorithm], ORDERS[algorithm]
        for signer in trusting(SIGNERS[algorithm], monkeypatch):
            token = signer.sign(claims())
            raw = decode(parts(token)[2])
            twin = raw[:size] + (order - int.from_bytes(raw[size:])).to_bytes(size)
            assert ask(resigned(token, twin)) == ask(token)

    def test_an_ed25519_signature_is_below_the_order(self, ada: Signer) -> None:
        token = ada.sign(claims())
        raw = decode(parts(token)[2])
        beyond = int.from_bytes(raw[32:], "little") + ED25519_ORDER
        others = [
            raw[:32] + beyond.to_bytes(32, "little"),
            raw[:63],
            raw + b"\x00",
            bytes(64),
            raw[32:] + raw[:32],
        ]
        assert all(refused(resigned(token, other)) for other in others)

    @pytest.mark.parametrize("algorithm", RSA)
    def test_an_rsa_signature_is_below_the_modulus(
        self, monkeypatch: pytest.MonkeyPatch, algorithm: str
    ) -> None:
        modulus = RSA_SIGNER.private.public_key().public_numbers().n
        for signer in trusting(SIGNERS[algorithm], monkeypatch):
            signed = (signer.sign(claims(jti=str(n))) for n in itertools.count())
            token = next(t for t in signed if int.from_bytes(decode(parts(t)[2])) + modulus < 2**2048)
            raw = decode(parts(token)[2])
            others = [
                (int.from_bytes(raw) + modulus).to_bytes(256),
                (modulus - int.from_bytes(raw)).to_bytes(256),
                b"\x00" + raw,
                raw + b"\x00",
                raw[:-1],
                bytes(256),
                (1).to_bytes(256),
            ]
            assert all(refused(resigned(token, other)) for other in others)

    @pytest.mark.parametrize(("trusted", "used"), list(itertools.permutations(RSA, 2)))
    def test_one_key_signs_with_its_own_algorithm_alone(
        self, monkeypatch: pytest.MonkeyPatch, trusted: str, used: str
    ) -> None:
        for _ in trusting(SIGNERS[trusted], monkeypatch):
            assert refused(SIGNERS[used].sign(claims()))
