"""Which tokens the authorizer takes, and for which reason it refuses each of the others."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authorizer import keys
from authorizer.refusals import Refused
from authorizer.settings import Settings
from authorizer.tokens import Identity, verify
from tests.support import tokens
from tests.support.tokens import Signer

ALGORITHMS = ("EdDSA", "ES256", "RS256", "PS256")
SIGNERS = {algorithm: tokens.signer(algorithm) for algorithm in ALGORITHMS}
ADA = SIGNERS["EdDSA"]
STRANGER = tokens.signer("EdDSA")
GOOD_HEADER = {"alg": "EdDSA", "kid": "2026", "typ": "JWT"}


def settings(*signers: Signer) -> Settings:
    return Settings(
        tenant="acme",
        issuer=tokens.ISSUER,
        audience=tokens.AUDIENCE,
        algorithms=(),
        leeway_seconds=30,
        max_lifetime_seconds=86_400,
        keys=keys.ring([signer.jwk for signer in signers], None),
    )


def check(token: str, *signers: Signer) -> Identity:
    config = settings(*(signers or (ADA,)))
    return verify(token, config, keys.fixed(config.keys or {}), time.time())


def reason_for(token: str, *signers: Signer) -> str:
    with pytest.raises(Refused) as refusal:
        check(token, *signers)
    return refusal.value.reason


def with_header(**changes: Any) -> str:
    """Signed by the right key, with the good header changed; a change to None takes the member out."""
    header = {name: value for name, value in {**GOOD_HEADER, **changes}.items() if value is not None}
    return ADA.sign_raw(json.dumps(header), json.dumps(tokens.claims()))


def in_seconds(seconds: int) -> int:
    return int(time.time()) + seconds


class TestTaking:
    @pytest.mark.parametrize("signer", SIGNERS.values(), ids=SIGNERS)
    def test_a_good_token_names_its_subject_and_scopes(self, signer: Signer) -> None:
        identity = check(signer.sign(tokens.claims()), signer)
        assert identity == Identity("user-1", frozenset({"items:read", "items:write"}), "2026")

    @pytest.mark.parametrize(
        ("given_claims", "scopes"),
        [
            ({"scope": None, "scp": "items:read tools:read"}, {"items:read", "tools:read"}),
            ({"scope": None, "scp": ["items:read"]}, {"items:read"}),
            ({"scope": "items:read", "scp": ["tools:read"]}, {"items:read"}),
            ({"scope": " items:read  "}, {"items:read"}),
            ({"scope": None}, set()),
        ],
    )
    def test_scopes_come_from_scope_or_else_from_scp(self, given_claims: Any, scopes: set[str]) -> None:
        assert check(ADA.sign(tokens.claims(**given_claims))).scopes == scopes

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": ["https://other.example", tokens.AUDIENCE]},
            {"exp": -10.0},
            {"nbf": 10.0, "iat": 10.0},
            {"iat": None},
            {"exp": 100.5},
        ],
        ids=[
            "one of several audiences",
            "expired within leeway",
            "early within leeway",
            "no iat",
            "fraction",
        ],
    )
    def test_claims_within_the_rules_are_taken(self, changes: dict[str, Any]) -> None:
        """Numbers are seconds from now: from the test's own, which may come long after its collection."""
        now = time.time()
        said = {name: now + value if isinstance(value, float) else value for name, value in changes.items()}
        assert check(ADA.sign(tokens.claims(**said))).subject == "user-1"

    @pytest.mark.parametrize("changes", [{"typ": "at+jwt"}, {"typ": None}, {"typ": "JWT"}, {"x5t": "aGk"}])
    def test_usual_headers_are_taken(self, changes: dict[str, Any]) -> None:
        assert check(with_header(**changes)).kid == "2026"

    def test_a_missing_kid_is_taken_when_there_is_one_key(self) -> None:
        assert check(with_header(kid=None)).kid == "2026"

    def test_each_of_two_keys_signs_while_both_are_listed(self) -> None:
        other = tokens.signer("ES256", kid="2027")
        for signer in (ADA, other):
            assert check(signer.sign(tokens.claims()), ADA, other).kid == signer.kid


class TestRefusing:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"kid": "2025"}, "key"),
            ({"kid": ""}, "key"),
            ({"kid": 2026}, "key"),
            ({"kid": "2026" * 100}, "key"),
            ({"alg": "ES256"}, "algorithm"),
            ({"alg": "none"}, "algorithm"),
            ({"alg": "HS256"}, "algorithm"),
            ({"alg": "eddsa"}, "algorithm"),
            ({"alg": None}, "algorithm"),
            ({"alg": ["EdDSA"]}, "algorithm"),
            ({"crit": ["exp"]}, "header"),
            ({"b64": False}, "header"),
            ({"jwk": STRANGER.jwk}, "header"),
            ({"jku": "https://evil.example/keys"}, "header"),
            ({"x5u": "https://evil.example/cert"}, "header"),
            ({"x5c": ["AAAA"]}, "header"),
            ({"cty": "JWT"}, "header"),
            ({"zip": "DEF"}, "header"),
            ({"typ": "dpop+jwt"}, "header"),
            ({"typ": 1}, "header"),
        ],
    )
    def test_a_header_against_the_rules(self, changes: dict[str, Any], reason: str) -> None:
        assert reason_for(with_header(**changes)) == reason

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"iss": None}, "claims"),
            ({"aud": None}, "claims"),
            ({"exp": None}, "claims"),
            ({"sub": None}, "claims"),
            ({"iss": tokens.ISSUER + "/"}, "issuer"),
            ({"iss": [tokens.ISSUER]}, "issuer"),
            ({"aud": "https://other.example"}, "audience"),
            ({"aud": []}, "claims"),
            ({"aud": tokens.AUDIENCE + "/x"}, "audience"),
            ({"exp": in_seconds(-3600)}, "expired"),
            ({"exp": 0}, "expired"),
            ({"nbf": in_seconds(3600)}, "premature"),
            ({"iat": in_seconds(3600), "exp": in_seconds(7200)}, "premature"),
            ({"exp": in_seconds(86_400 + 3600)}, "lifetime"),
            ({"iat": None, "exp": in_seconds(86_400 + 3600)}, "lifetime"),
            ({"iat": in_seconds(-90_000)}, "lifetime"),
            ({"exp": str(in_seconds(300))}, "malformed"),
            ({"exp": True}, "malformed"),
            ({"nbf": "0"}, "malformed"),
            ({"iat": [1]}, "malformed"),
            ({"sub": ""}, "malformed"),
            ({"sub": 7}, "malformed"),
            ({"sub": "a\nb"}, "malformed"),
            ({"sub": "s" * 256}, "malformed"),
            ({"sub": "ы" * 65}, "malformed"),
            ({"sub": "\U0001f375" * 33}, "malformed"),
            ({"scope": 7}, "malformed"),
            ({"scope": None, "scp": [7]}, "malformed"),
        ],
    )
    def test_claims_against_the_rules(self, changes: dict[str, Any], reason: str) -> None:
        token = ADA.sign_raw(json.dumps(GOOD_HEADER), json.dumps(tokens.claims(**changes)))
        assert reason_for(token) == reason

    def test_a_signature_of_another_key_with_the_same_kid(self) -> None:
        assert reason_for(STRANGER.sign(tokens.claims())) == "signature"

    def test_a_missing_kid_when_there_are_two_keys(self) -> None:
        assert reason_for(with_header(kid=None), ADA, tokens.signer("EdDSA", kid="2027")) == "key"

    def test_one_keys_algorithm_with_another_keys_kid(self) -> None:
        other = tokens.signer("RS256", kid="2027")
        token = other.sign(tokens.claims(), {"kid": "2026"})
        assert reason_for(token, ADA, other) == "algorithm"

    def test_a_public_key_used_as_a_shared_secret(self) -> None:
        signed = f"{tokens.encode(json.dumps(GOOD_HEADER | {'alg': 'HS256'}))}.{tokens.encode('{}')}"
        secret = base64.urlsafe_b64decode(ADA.jwk["x"] + "=")
        mac = hmac.digest(secret, signed.encode(), hashlib.sha256)
        assert reason_for(f"{signed}.{tokens.encode(mac)}") == "algorithm"

    def test_no_signature(self) -> None:
        unsigned = f"{tokens.encode(json.dumps({'alg': 'none'}))}.{tokens.encode('{}')}."
        assert reason_for(unsigned) == "algorithm"
        assert reason_for(ADA.sign(tokens.claims()).rpartition(".")[0] + ".") == "signature"

    @pytest.mark.parametrize(
        ("header", "claims"),
        [
            ('{"alg":"EdDSA","alg":"EdDSA","kid":"2026"}', None),
            ('{"alg":"EdDSA","kid":"1","kid":"2026"}', None),
            ("[]", None),
            ("not json", None),
            (b"\xff", None),
            (None, '{"sub":"a","sub":"b"}'),
            (None, '{"exp":NaN}'),
            (None, '"text"'),
            (None, '{"a":' + "[" * 40 + "]" * 40 + "}"),
        ],
    )
    def test_json_that_two_readers_could_read_differently(self, header: Any, claims: Any) -> None:
        token = ADA.sign_raw(header or json.dumps(GOOD_HEADER), claims or json.dumps(tokens.claims()))
        assert reason_for(token) == "malformed"

    @pytest.mark.parametrize("token", ["", ".", "..", "a.b", "a.b.c.d", "a.b.c.d.e", "é.é.é", "!.!.!"])
    def test_what_is_no_compact_jws(self, token: str) -> None:
        assert reason_for(token) == "malformed"

    def test_a_token_over_8_kb(self) -> None:
        assert reason_for(ADA.sign(tokens.claims(pad="x" * 8_192))) == "malformed"

    @pytest.mark.parametrize("extra", ["=", "==", "\n", " "])
    def test_another_spelling_of_a_good_token(self, extra: str) -> None:
        token = ADA.sign(tokens.claims())
        for at in range(3):
            parts = token.split(".")
            parts[at] += extra
            assert reason_for(".".join(parts)) == "malformed"

    @given(st.data())
    def test_any_changed_character(self, data: st.DataObject) -> None:
        token = ADA.sign(tokens.claims())
        index = data.draw(st.integers(0, len(token) - 1))
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ "
        other = data.draw(st.sampled_from(alphabet).filter(lambda c: c != token[index]))
        with pytest.raises(Refused):
            check(token[:index] + other + token[index + 1 :])

    @given(st.text(max_size=200))
    def test_any_text(self, text: str) -> None:
        with pytest.raises(Refused):
            check(text)
