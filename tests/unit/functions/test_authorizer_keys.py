"""A key that is weak, or could be taken for another, is refused before any token is looked at."""

from typing import Any

import pytest
from jwt import PyJWK

from authorizer import keys
from authorizer.keys import WeakKey
from tests.support import tokens

ADA, STRANGER = tokens.signer("EdDSA"), tokens.signer("EdDSA")
EVE, RON = tokens.signer("ES256"), tokens.signer("RS256")
LONGER = tokens.encode(b"\x00" + EVE.private.public_key().public_numbers().x.to_bytes(32))  # the same number


class TestKeys:
    @pytest.mark.parametrize(
        ("jwk", "message"),
        [
            ({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "k"}, "no algorithm"),
            ({**ADA.jwk, "alg": "none"}, "no algorithm"),
            ({**ADA.jwk, "alg": "ES256"}, "no algorithm"),
            ({**ADA.jwk, "x": "AA"}, "not a valid public key"),
            ({**ADA.jwk, "x": 7}, "not a valid public key"),
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
