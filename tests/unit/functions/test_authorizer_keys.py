"""A key that is weak, or could be taken for another, is refused before any token is looked at."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt import PyJWK

from agreed.jwks import is_small_order
from authorizer import issuer, keys
from authorizer.keys import WeakKey
from tests.support import tokens

ADA, STRANGER = tokens.signer("EdDSA"), tokens.signer("EdDSA")
EVE, RON = tokens.signer("ES256"), tokens.signer("RS256")
LONGER = tokens.encode(b"\x00" + EVE.private.public_key().public_numbers().x.to_bytes(32))  # the same number

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda children: (
        st.lists(children, max_size=2) | st.dictionaries(st.text(max_size=4), children, max_size=2)
    ),
    max_leaves=4,
)

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P  # RFC 8032, 5.1
ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
# Every way to write a point of small order: with both signs, and coordinates beyond the field.
SMALL_ORDER = [
    (y + sign * 2**255).to_bytes(32, "little")
    for y in (0, 1, P - 1, P, P + 1, ORDER_8, P - ORDER_8)
    for sign in (0, 1)
]


def times_eight_is_neutral(point: bytes) -> bool:
    """By the curve's own arithmetic: y of twice a point follows from y alone (RFC 8032, 5.1.4)."""
    y = int.from_bytes(point, "little") % 2**255 % P
    for _ in range(3):
        x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
        y = (y * y + x2) * pow(1 - D * x2 * y * y, -1, P) % P
    return y == 1


class TestKeys:
    @pytest.mark.parametrize(
        ("jwk", "message"),
        [
            ({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "k"}, "no algorithm"),
            ({**ADA.jwk, "alg": "none"}, "no algorithm"),
            ({**ADA.jwk, "alg": "ES256"}, "no algorithm"),
            ({**ADA.jwk, "x": "AA"}, "not a valid public key"),
            ({**ADA.jwk, "x": 7}, "x is not text"),
            ({**ADA.jwk, "use": "enc"}, "not for signatures"),
            ({**ADA.jwk, "key_ops": ["sign"]}, "key_ops without verify"),
            ({**ADA.jwk, "key_ops": []}, "key_ops without verify"),
            ({**ADA.jwk, "key_ops": "verify"}, "key_ops without verify"),
            ({**ADA.jwk, "key_ops": {"verify": 1}}, "key_ops without verify"),
            ({name: value for name, value in ADA.jwk.items() if name != "x"}, "not a valid public key"),
            ({**ADA.jwk, "x": ADA.jwk["x"][:-1] + "!"}, "not a valid public key"),
            ({**EVE.jwk, "y": EVE.jwk["x"]}, "not a valid public key"),
            ({**EVE.jwk, "x": LONGER}, "not a valid public key"),
            ({**RON.jwk, "e": "AQ"}, "not a valid public key"),
            ({**RON.jwk, "n": ""}, "not a valid public key"),
            ({name: value for name, value in ADA.jwk.items() if name != "alg"}, "no algorithm"),
            (tokens.signer("RS256", rsa_bits=1024).jwk, "1024 bits; RSA keys need 2048"),
        ],
    )
    def test_a_key_that_must_not_sign_is_refused(self, jwk: dict[str, Any], message: str) -> None:
        with pytest.raises(WeakKey, match=message):
            keys.ring([jwk], None)

    @pytest.mark.parametrize("member", ["kty", "crv", "alg", "kid", "use", "key_ops", "x"])
    @pytest.mark.parametrize("value", [7, True, ["x"], {"x": 1}, [[]], {}, 1.5])
    def test_a_member_of_another_kind_refuses_the_key_and_nothing_else(self, member: str, value: Any) -> None:
        """An unhashable one would pass every handler as a TypeError."""
        odd = {**ADA.jwk, "kid": "odd", member: value}
        with pytest.raises(WeakKey):
            keys.read(odd, ("EdDSA",))
        assert [*issuer.usable([odd, EVE.jwk], ("EdDSA", "ES256"), {})] == ["2026"]

    @given(st.dictionaries(st.sampled_from(["kid", "kty", "crv", "alg", "use", "key_ops", "x", "y"]), JSON))
    def test_no_key_set_makes_the_reader_fail(self, changes: dict[str, Any]) -> None:
        published = [{**ADA.jwk, "kid": "odd", **changes}, EVE.jwk, changes, 7, None, [], "x"]
        assert "2026" in issuer.usable(published, ("EdDSA", "ES256"), {})

    @pytest.mark.parametrize("point", SMALL_ORDER, ids=bytes.hex)
    def test_an_ed25519_key_of_small_order_is_refused(self, point: bytes) -> None:
        assert times_eight_is_neutral(point)
        with pytest.raises(WeakKey, match=r"small order|not a valid"):
            keys.ring([{**ADA.jwk, "x": tokens.encode(point)}], None)

    def test_a_good_ed25519_key_is_not_of_small_order(self) -> None:
        assert not times_eight_is_neutral(ADA.private.public_key().public_bytes_raw())
        assert not is_small_order(ADA.private.public_key().public_bytes_raw())

    @pytest.mark.parametrize(
        ("named", "allowed"),
        [
            ("Ed25519", None),
            ("EdDSA", None),
            ("Ed25519", ("EdDSA",)),
            (None, ("Ed25519",)),
            (None, ("EdDSA",)),
        ],
    )
    def test_ed25519_has_two_names_for_its_one_algorithm(
        self, named: str | None, allowed: tuple[str, ...] | None
    ) -> None:
        jwk = {name: value for name, value in ADA.jwk.items() if name != "alg"} | (
            {"alg": named} if named else {}
        )
        assert keys.read(jwk, allowed).algorithms == ("EdDSA", "Ed25519")

    def test_two_keys_of_one_kid_are_refused(self) -> None:
        with pytest.raises(WeakKey, match="two keys have the kid '2026'"):
            keys.ring([ADA.jwk, STRANGER.jwk], None)

    def test_private_members_are_never_loaded(self) -> None:
        with_private_part = {**ADA.jwk, "d": tokens.encode(ADA.private.private_bytes_raw())}
        (key,) = keys.ring([with_private_part], None).values()
        assert not hasattr(key.public, "sign")

    @pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "ES384", "ES512", "RS256"])
    def test_a_key_is_read_as_a_jwt_library_reads_it(self, algorithm: str) -> None:
        jwk = tokens.signer(algorithm).jwk
        padded = {**jwk, "x": jwk["x"] + "=="} if "x" in jwk else jwk  # some issuers do
        for each in (jwk, padded):
            (key,) = keys.ring([each], None).values()
            assert key.public == PyJWK(jwk).key
