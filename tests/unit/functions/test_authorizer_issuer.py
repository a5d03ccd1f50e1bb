"""An issuer's keys are had seldom, from its own documents alone, and lost when it is down for a day."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from authorizer.documents import DocumentError
from authorizer.issuer import COLD_WINDOW_SECONDS, FRESH_SECONDS, STALE_SECONDS, WINDOW_SECONDS, IssuerKeys
from authorizer.refusals import IssuerUnavailable, Refused
from tests.support import tokens

ISSUER = "https://login.globex.example"
JWKS = f"{ISSUER}/keys"
OLD, NEW = tokens.signer("RS256", "old"), tokens.signer("RS256", "new")


@dataclass
class Issuer:
    """An issuer that counts how often its keys are asked for, with a clock that the test turns."""

    published: list[dict[str, Any]] = field(default_factory=lambda: [OLD.jwk])
    discovery: dict[str, Any] = field(default_factory=lambda: {"issuer": ISSUER, "jwks_uri": JWKS})
    down: bool = False
    asked: int = 0
    now: float = 0.0

    def fetch(self, url: str, issuer: str) -> dict[str, Any]:
        assert issuer == ISSUER
        if url == f"{ISSUER}/.well-known/openid-configuration":
            self.asked += 1
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
