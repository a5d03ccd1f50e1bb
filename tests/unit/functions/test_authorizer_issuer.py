"""An issuer's keys are had seldom, from its own documents alone, and lost when it is down for a day."""

import time
from dataclasses import dataclass, field
from typing import Any

import pytest

from authorizer.documents import DocumentError
from authorizer.issuer import (
    COLD_WINDOW_SECONDS,
    FRESH_SECONDS,
    REFRESH_SECONDS,
    STALE_SECONDS,
    WINDOW_SECONDS,
    IssuerKeys,
)
from authorizer.refusals import IssuerUnavailable, Refused
from authorizer.tokens import verify
from tests.support import tokens
from tests.support.tokens import Signer
from tests.unit.functions.test_authorizer_tokens import settings

ISSUER = "https://login.globex.example"
JWKS = f"{ISSUER}/keys"
OLD, NEW = tokens.signer("RS256", "old"), tokens.signer("RS256", "new")


@dataclass
class Issuer:
    """An issuer that counts how often its keys are asked for, with a clock that the test turns."""

    published: list[dict[str, Any]] = field(default_factory=lambda: [OLD.jwk])
    discovery: dict[str, Any] = field(default_factory=lambda: {"issuer": ISSUER, "jwks_uri": JWKS})
    down: bool = False
    slow: float = 0.0
    asked: int = 0
    now: float = 0.0

    def fetch(self, url: str, issuer: str, seconds: float) -> dict[str, Any]:
        assert issuer == ISSUER
        assert seconds <= REFRESH_SECONDS
        if url == f"{ISSUER}/.well-known/openid-configuration":
            self.asked += 1
            self.now += self.slow
            if self.down:
                raise DocumentError(f"{url}: TimeoutError")
            return self.discovery
        assert url == JWKS
        return {"keys": self.published}

    def keys(self, *algorithms: str) -> IssuerKeys:
        return IssuerKeys(ISSUER, algorithms or ("RS256",), self.fetch, lambda: self.now)


@pytest.fixture(name="issuer")
def fixture_issuer() -> Issuer:
    return Issuer()


class TestCaching:
    def test_keys_are_fetched_once_while_fresh(self, issuer: Issuer) -> None:
        keys = issuer.keys()
        for issuer.now in (0.0, 1.0, FRESH_SECONDS - 1):
            assert keys.find("old").kid == "old"
        assert issuer.asked == 1

    def test_a_withdrawn_key_stops_working_when_the_cache_is_old(self, issuer: Issuer) -> None:
        keys = issuer.keys()
        keys.find("old")
        issuer.published, issuer.now = [NEW.jwk], FRESH_SECONDS
        with pytest.raises(Refused):
            keys.find("old")

    def test_a_new_kid_is_looked_up_once_a_window(self, issuer: Issuer) -> None:
        keys = issuer.keys()
        keys.find("old")
        issuer.published.append(NEW.jwk)
        issuer.now = WINDOW_SECONDS
        assert keys.find("new").kid == "new"
        for made_up in range(50):
            with pytest.raises(Refused):
                keys.find(f"made-up-{made_up}")
        assert issuer.asked == 2

    def test_a_slow_issuer_costs_one_call_in_a_window_its_wait(self, issuer: Issuer) -> None:
        """The window begins where the wait ended; before the first keys, too."""
        keys = issuer.keys()
        issuer.down, issuer.slow = True, REFRESH_SECONDS
        for _ in range(3):
            with pytest.raises(IssuerUnavailable):
                keys.find("old")
        assert (issuer.asked, issuer.now) == (1, REFRESH_SECONDS)
        issuer.now += COLD_WINDOW_SECONDS
        issuer.down = False
        keys.find("old")
        issuer.down, issuer.now = True, issuer.now + FRESH_SECONDS
        began = issuer.now
        for _ in range(3):
            assert keys.find("old").kid == "old"
            with pytest.raises(Refused):
                keys.find("made-up")
        assert issuer.now == began + REFRESH_SECONDS

    def test_whatever_ends_a_fetch_the_next_call_does_not_wait_again(self, issuer: Issuer) -> None:
        def broken(_url: str, _issuer: str, _seconds: float) -> dict[str, Any]:
            issuer.asked += 1
            raise MemoryError

        keys = IssuerKeys(ISSUER, ("RS256",), broken, lambda: issuer.now)
        with pytest.raises(MemoryError):
            keys.find("old")
        with pytest.raises(IssuerUnavailable):
            keys.find("old")
        assert issuer.asked == 1

    def test_a_key_replaced_under_its_kid_is_taken_once_a_window_has_passed(self, issuer: Issuer) -> None:
        keys, config = issuer.keys("RS256", "ES256"), settings(OLD)
        successors = [tokens.signer("RS256", "old"), tokens.signer("ES256", "old")]
        for signer in (OLD, *successors):
            issuer.published = [signer.jwk]
            token = signer.sign(tokens.claims())
            assert verify(token, config, keys.find, time.time()).kid == "old"
            issuer.now += WINDOW_SECONDS
        with pytest.raises(Refused):
            verify(OLD.sign(tokens.claims()), config, keys.find, time.time())

    def test_tokens_of_a_known_kid_that_are_not_good_ask_once_a_window(self, issuer: Issuer) -> None:
        keys, config = issuer.keys(), settings(OLD)
        keys.find("old")
        issuer.now += WINDOW_SECONDS
        before = keys.find("old")
        for _ in range(20):
            with pytest.raises(Refused, match="signature"):
                verify(
                    Signer("old", "RS256", NEW.private).sign(tokens.claims()), config, keys.find, time.time()
                )
        assert issuer.asked == 2
        assert keys.find("old") is before, "good tokens are remembered by their key"

    def test_a_file_may_say_where_discovery_or_the_keys_are(self, issuer: Issuer) -> None:
        asked = []

        def fetch(url: str, _issuer: str, _seconds: float) -> dict[str, Any]:
            asked.append(url)
            return {"keys": [OLD.jwk]} if url == JWKS else issuer.discovery

        for where in ({"discovery": "https://x.example/p/metadata"}, {"jwks_uri": JWKS}):
            assert IssuerKeys(ISSUER, ("RS256",), fetch, lambda: 0.0, **where).find("old").kid == "old"
        assert asked == ["https://x.example/p/metadata", JWKS, JWKS]

    def test_old_keys_go_on_serving_while_the_issuer_is_down(self, issuer: Issuer) -> None:
        keys = issuer.keys()
        keys.find("old")
        issuer.down = True
        for issuer.now in (FRESH_SECONDS, FRESH_SECONDS + 1, 100 * FRESH_SECONDS):
            assert keys.find("old").kid == "old"
        assert issuer.asked == 3  # once, then once more when a window had passed

    def test_old_keys_stop_serving_a_day_after_the_last_good_fetch(self, issuer: Issuer) -> None:
        keys = issuer.keys()
        keys.find("old")
        issuer.now = FRESH_SECONDS
        keys.find("old")  # fetched again: the day begins here
        issuer.down = True
        for issuer.now in (STALE_SECONDS, FRESH_SECONDS + STALE_SECONDS - 1):
            assert keys.find("old").kid == "old"
        for _ in range(2):  # though the last try was within the window
            issuer.now += 1
            with pytest.raises(IssuerUnavailable, match="TimeoutError"):
                keys.find("old")
        issuer.down = False
        issuer.now += COLD_WINDOW_SECONDS
        assert keys.find("old").kid == "old"

    def test_without_any_key_it_is_not_the_tokens_fault_and_soon_tried_again(self, issuer: Issuer) -> None:
        keys = issuer.keys()
        issuer.down = True
        for issuer.now in (0.0, 1.0):
            with pytest.raises(IssuerUnavailable, match="TimeoutError"):
                keys.find("old")
        assert issuer.asked == 1
        issuer.down, issuer.now = False, COLD_WINDOW_SECONDS
        assert keys.find("old").kid == "old"


class TestPublishedKeys:
    def test_keys_that_may_not_sign_are_passed_over(self, issuer: Issuer) -> None:
        issuer.published = [
            {"kty": "oct", "k": "c2VjcmV0", "kid": "oct"},
            {**NEW.jwk, "kid": "enc", "use": "enc"},
            tokens.signer("RS256", "weak", rsa_bits=1024).jwk,
            tokens.signer("ES256", "other-algorithm").jwk,
            {"kty": "new-kind", "kid": "x"},
            OLD.jwk,
        ]
        keys = issuer.keys()
        assert keys.find(None).kid == "old"

    def test_a_key_without_alg_is_pinned_to_the_tenants_algorithms(self, issuer: Issuer) -> None:
        issuer.published = [{name: value for name, value in OLD.jwk.items() if name != "alg"}]
        assert issuer.keys("RS256", "ES256").find("old").algorithms == ("RS256",)

    @pytest.mark.parametrize(
        "discovery",
        [
            {"issuer": ISSUER + "/", "jwks_uri": JWKS},
            {"issuer": "https://evil.example", "jwks_uri": JWKS},
            {"jwks_uri": JWKS},
            {"issuer": ISSUER},
            {"issuer": ISSUER, "jwks_uri": ["x"]},
        ],
    )
    def test_a_document_of_another_issuer_or_without_keys_gives_none(
        self, issuer: Issuer, discovery: dict[str, Any]
    ) -> None:
        issuer.discovery = discovery
        with pytest.raises(IssuerUnavailable):
            issuer.keys().find("old")
