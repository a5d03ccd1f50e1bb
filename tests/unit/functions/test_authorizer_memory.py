"""A token that was good is not checked from scratch again, and is never good for longer because of that."""

import hashlib
import json
import time
from dataclasses import dataclass, field

import pytest

from authorizer import keys
from authorizer import tokens as authorizer_tokens
from authorizer.keys import Key
from authorizer.refusals import Refused
from authorizer.tokens import Verifier
from tests.support import tokens
from tests.unit.functions.test_authorizer_tokens import settings

ADA, STRANGER = tokens.signer("EdDSA"), tokens.signer("EdDSA")
NOW = time.time()


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are made now, however long the tests before these took."""
    monkeypatch.setattr(time, "time", lambda: NOW)


@dataclass
class Checks:
    """The signatures that were checked, by the text that they are of."""

    seen: list[bytes] = field(default_factory=list)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Checks:
    checks, verifies = Checks(), Key.verifies

    def noting(key: Key, algorithm: str, signature: bytes, signed: bytes) -> bool:
        checks.seen.append(signed)
        return verifies(key, algorithm, signature, signed)

    monkeypatch.setattr(Key, "verifies", noting)
    return checks


def verifier(*signers: tokens.Signer) -> Verifier:
    config = settings(*(signers or (ADA,)))
    return Verifier(config, keys.fixed(config.keys or {}))


def reason_for(verifier: Verifier, token: str, now: float) -> str:
    with pytest.raises(Refused) as refusal:
        verifier.verify(token, now)
    return refusal.value.reason


class TestSeen:
    def test_its_signature_is_checked_once(self, checks: Checks) -> None:
        known, token = verifier(), ADA.sign(tokens.claims())
        assert known.verify(token, NOW) == known.verify(token, NOW + 1)
        assert len(checks.seen) == 1

    def test_it_expires_when_it_says(self) -> None:
        known, token = verifier(), ADA.sign(tokens.claims(exp=int(NOW) + 60))
        known.verify(token, NOW)
        known.verify(token, NOW + 60)  # within the leeway of 30 s
        assert reason_for(known, token, NOW + 95) == "expired"

    @pytest.mark.parametrize("claim", ["nbf", "iat"])
    def test_a_clock_that_was_put_back_makes_it_premature(self, claim: str) -> None:
        known, token = verifier(), ADA.sign(tokens.claims(**{claim: int(NOW)}))
        known.verify(token, NOW)
        assert reason_for(known, token, NOW - 60) == "premature"

    def test_a_clock_that_was_put_back_makes_its_lifetime_too_long(self) -> None:
        known, token = verifier(), ADA.sign(tokens.claims(iat=None, exp=int(NOW) + 86_000))
        known.verify(token, NOW)
        assert reason_for(known, token, NOW - 3_600) == "lifetime"

    def test_another_key_of_the_same_kid_ends_it(self) -> None:
        ring = dict(keys.ring([ADA.jwk], None))
        known = Verifier(settings(ADA), lambda kid, _failed=None: keys.find(ring, kid))
        token = ADA.sign(tokens.claims())
        known.verify(token, NOW)
        ring.update(keys.ring([STRANGER.jwk], None))
        assert reason_for(known, token, NOW) == "signature"
        ring.clear()
        assert reason_for(known, token, NOW) == "key"

    def test_keys_that_were_read_anew_check_it_anew(self, checks: Checks) -> None:
        ring = dict(keys.ring([ADA.jwk], None))
        known = Verifier(settings(ADA), lambda kid, _failed=None: keys.find(ring, kid))
        token = ADA.sign(tokens.claims())
        known.verify(token, NOW)
        ring.update(keys.ring([ADA.jwk], None))
        known.verify(token, NOW)
        known.verify(token, NOW)
        assert len(checks.seen) == 2

    def test_a_token_without_a_kid_is_refused_once_there_is_a_choice(self) -> None:
        ring = dict(keys.ring([ADA.jwk], None))
        known = Verifier(settings(ADA), lambda kid, _failed=None: keys.find(ring, kid))
        token = ADA.sign_raw(json.dumps({"alg": "EdDSA"}), json.dumps(tokens.claims()))
        known.verify(token, NOW)
        ring.update(keys.ring([{**STRANGER.jwk, "kid": "2027"}], None))
        assert reason_for(known, token, NOW) == "key"

    def test_an_unreachable_issuer_ends_it(self) -> None:
        good = keys.ring([ADA.jwk], None)
        answers: list[Key | Exception] = [good["2026"], ConnectionError("no keys")]

        def key_of(_kid: str | None, _failed: Key | None = None) -> Key:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        known, token = Verifier(settings(ADA), key_of), ADA.sign(tokens.claims())
        known.verify(token, NOW)
        with pytest.raises(ConnectionError):
            known.verify(token, NOW)


class TestMemory:
    def test_a_refusal_is_not_remembered(self) -> None:
        known, token = verifier(), ADA.sign(tokens.claims(nbf=int(NOW) + 60))
        assert reason_for(known, token, NOW) == "premature"
        assert known.verify(token, NOW + 60).subject == "user-1"

    def test_it_holds_so_many_tokens_and_forgets_the_one_not_used_longest(
        self, monkeypatch: pytest.MonkeyPatch, checks: Checks
    ) -> None:
        monkeypatch.setattr(authorizer_tokens, "REMEMBERED_TOKENS", 3)
        known, (first, *others) = verifier(), [ADA.sign(tokens.claims(jti=str(n))) for n in range(4)]
        for token in (first, *others[:2], first, others[2]):
            known.verify(token, NOW)
        del checks.seen[:]
        for token in (first, *others[1:]):
            known.verify(token, NOW)
        assert checks.seen == []
        known.verify(others[0], NOW)
        assert len(checks.seen) == 1

    def test_it_holds_so_many_bytes_of_tokens(self, monkeypatch: pytest.MonkeyPatch, checks: Checks) -> None:
        long = [ADA.sign(tokens.claims(pad="x" * 4_000, jti=str(n))) for n in range(3)]
        monkeypatch.setattr(authorizer_tokens, "REMEMBERED_BYTES", 2 * len(long[0]))
        known = verifier()
        for token in (*long, *long[1:]):
            known.verify(token, NOW)
        assert len(checks.seen) == 3
        known.verify(long[0], NOW)
        assert len(checks.seen) == 4

    def test_no_token_is_in_it(self) -> None:
        known, token = verifier(), ADA.sign(tokens.claims())
        known.verify(token, NOW)
        held = repr(known)
        assert not [part for part in (token, *token.split(".")) if part in held]
        assert repr(hashlib.sha256(token.encode()).digest()) in held
