"""A key that is weak, or could be taken for another, is refused before any token is looked at."""

from typing import Any

import pytest

from authorizer import keys
from authorizer.keys import WeakKey
from tests.support import tokens

ADA, STRANGER = tokens.signer("EdDSA"), tokens.signer("EdDSA")


class TestKeys:
    @pytest.mark.parametrize(
        ("jwk", "message"),
        [
            ({"kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "k"}, "no algorithm"),
            ({**ADA.jwk, "alg": "none"}, "no algorithm"),
            ({**ADA.jwk, "alg": "ES256"}, "no algorithm"),
            ({**ADA.jwk, "x": "AA"}, "not a valid public key"),
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
