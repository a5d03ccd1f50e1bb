"""How an issuer's keys are had: seldom, only from where they should come, and never lost."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from authorizer import documents, handler, settings
from authorizer.documents import DocumentError
from authorizer.issuer import COLD_WINDOW_SECONDS, FRESH_SECONDS, WINDOW_SECONDS, IssuerKeys
from authorizer.refusals import IssuerUnavailable, Refused
from tests.support import events, tokens

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

    def fetch(self, url: str) -> dict[str, Any]:
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


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def served(answers: dict[str, Answer]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answers[self.path](self)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def content(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def slow(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(40):
        try:
            request.wfile.write(b" ")
        except OSError:
            return
        time.sleep(0.05)


class TestFetching:
    @pytest.mark.parametrize(
        "url",
        [
            "http://login.globex.example/keys",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "ftp://x.example/",
            "https://user:pass@x.example/",
            "//x.example/keys",
            "http://localhost.evil.example/",
            "http://127.0.0.1@evil.example/",
        ],
    )
    def test_only_https_is_fetched(self, url: str) -> None:
        with pytest.raises(DocumentError, match="only https"):
            documents.fetch(url)

    def test_loopback_is_fetched_over_plain_http(self) -> None:
        with served({"/keys": content(b'{"keys":[]}')}) as base:
            assert documents.fetch(f"{base}/keys") == {"keys": []}

    @pytest.mark.parametrize(
        "answer",
        [
            content(b"", 302, Location="https://evil.example/keys"),
            content(b"", 301, Location="/other"),
            content(b"{}", 404),
            content(b"{}", 500),
            content(b"not json"),
            content(b"[]"),
            content(b'{"keys":1,"keys":2}'),
            content(b"\xff"),
            content(b"{}" + b" " * documents.MAX_BYTES),
        ],
        ids=["redirect", "redirect at home", "404", "500", "text", "array", "twice", "not utf-8", "large"],
    )
    def test_anything_but_a_small_json_object_is_refused(self, answer: Answer) -> None:
        with served({"/keys": answer, "/other": content(b"{}")}) as base, pytest.raises(DocumentError):
            documents.fetch(f"{base}/keys")

    def test_a_document_that_trickles_is_given_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(documents, "TOTAL_SECONDS", 0.2)
        with served({"/keys": slow}) as base, pytest.raises(DocumentError, match="too slow"):
            documents.fetch(f"{base}/keys")

    def test_no_answer_at_all_is_an_error_that_names_the_address(self) -> None:
        with served({}) as base:
            pass
        with pytest.raises(DocumentError, match=base):
            documents.fetch(f"{base}/keys")


def test_an_oidc_tenants_authorizer_takes_its_issuers_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: dict[str, Answer] = {"/keys": content(json.dumps({"keys": [OLD.jwk]}).encode())}
    with served(answers) as base:
        discovery = {"issuer": base, "jwks_uri": f"{base}/keys"}
        answers["/.well-known/openid-configuration"] = content(json.dumps(discovery).encode())
        auth = {"mode": "oidc", "issuer": base, "audience": tokens.AUDIENCE, "algorithms": ["RS256"]}
        monkeypatch.setenv("TENANT", "globex")
        monkeypatch.setenv("ROUTES", "items")
        monkeypatch.setenv("AUTH", json.dumps(auth))
        settings.current.cache_clear()
        handler.key_finder.cache_clear()
        good = OLD.sign(tokens.claims(iss=base))
        answer = handler.handle(events.authorizer(good, stage="globex"), None)
        assert answer["context"]["kid"] == "old"
        foreign = NEW.sign(tokens.claims(iss=base), {"kid": "old"})
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            handler.handle(events.authorizer(foreign, stage="globex"), None)
    settings.current.cache_clear()
    handler.key_finder.cache_clear()
