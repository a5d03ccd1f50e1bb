"""What an issuer publishes is fetched from where it should be, and as much and as long as is sound."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from api import addresses, exchange
from authorizer import documents, handler, settings
from authorizer.documents import DocumentError
from authorizer.issuer import IssuerKeys
from authorizer.refusals import IssuerUnavailable
from tests.support import events, tokens

HTTPS = "https://login.globex.example"
OLD, NEW = tokens.signer("RS256", "old"), tokens.signer("RS256", "new")

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


def late(request: BaseHTTPRequestHandler) -> None:
    time.sleep(0.2)
    content(b"{}")(request)


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
            documents.fetch(url, HTTPS, 3)

    @pytest.mark.parametrize("issuer", [HTTPS, "https://127.0.0.1", "http://login.globex.example"])
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
    def test_plain_http_on_loopback_is_for_an_issuer_there(self, issuer: str, host: str) -> None:
        """Port 9001 is where Lambda's runtime API listens."""
        with pytest.raises(DocumentError, match="only https"):
            documents.fetch(f"http://{host}:9001/2018-06-01/runtime/invocation/next", issuer, 3)

    @pytest.mark.parametrize(
        "url", ["https://[::1", "https://[x]/", "https://x.example:port/", "https://x.example/\u0130"]
    )
    def test_what_is_no_url_is_an_error_of_the_document(self, url: str) -> None:
        with pytest.raises(DocumentError):
            documents.fetch(url, HTTPS, 3)

    def test_an_issuer_on_loopback_is_fetched_over_plain_http(self) -> None:
        with served({"/keys": content(b'{"keys":[]}')}) as base:
            assert documents.fetch(f"{base}/keys", base, 3) == {"keys": []}

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
            documents.fetch(f"{base}/keys", base, 3)

    @pytest.mark.parametrize("answer", [slow, late], ids=["a body that trickles", "a late head"])
    def test_a_document_that_takes_too_long_is_given_up(self, answer: Answer) -> None:
        with served({"/keys": answer}) as base, pytest.raises(DocumentError, match="no answer in time"):
            documents.fetch(f"{base}/keys", base, 0.15)

    @pytest.mark.parametrize("status", [302, 403, 404, 500, 503])
    def test_a_failure_names_the_status(self, status: int) -> None:
        with (
            served({"/keys": content(b"error code: 1010", status)}) as base,
            pytest.raises(DocumentError, match=f"{base}/keys: answered {status}$"),
        ):
            documents.fetch(f"{base}/keys", base, 3)

    def test_a_byte_order_mark_is_taken(self) -> None:
        with served({"/keys": content(b'\xef\xbb\xbf{"keys":[]}')}) as base:
            assert documents.fetch(f"{base}/keys", base, 3) == {"keys": []}

    def test_an_issuer_whose_name_leads_inside_is_not_fetched(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(addresses, "resolve", lambda *_: ["10.0.0.1"])
        monkeypatch.setattr(exchange, "create_connection", lambda *_: pytest.fail("it connected"))
        with pytest.raises(DocumentError, match="not public"):
            documents.fetch(f"{HTTPS}/keys", HTTPS, 3)

    def test_no_password_of_an_address_is_repeated(self) -> None:
        with pytest.raises(DocumentError) as error:
            documents.fetch("https://user:pass-word@x.example/", HTTPS, 3)
        assert "pass-word" not in str(error.value)

    def test_no_answer_at_all_is_an_error_that_names_the_address(self) -> None:
        with served({}) as base:
            pass
        with pytest.raises(DocumentError, match=base):
            documents.fetch(f"{base}/keys", base, 3)


def test_an_oidc_tenants_authorizer_takes_its_issuers_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: dict[str, Answer] = {"/keys": content(json.dumps({"keys": [OLD.jwk]}).encode())}
    with served(answers) as base:
        discovery = {"issuer": base, "jwks_uri": f"{base}/keys"}
        answers["/.well-known/openid-configuration"] = content(json.dumps(discovery).encode())
        auth = {"mode": "oidc", "issuer": base, "audience": tokens.AUDIENCE, "algorithms": ["RS256"]}
        monkeypatch.setenv("TENANT", "globex")
        monkeypatch.setenv("AUTH", json.dumps(auth))
        settings.current.cache_clear()
        handler.verifier.cache_clear()
        good = OLD.sign(tokens.claims(iss=base))
        answer = handler.handle(events.authorizer(good, stage="globex"), None)
        assert answer["context"]["kid"] == "old"
        foreign = NEW.sign(tokens.claims(iss=base), {"kid": "old"})
        with pytest.raises(Exception, match=r"^Unauthorized$"):
            handler.handle(events.authorizer(foreign, stage="globex"), None)
    settings.current.cache_clear()
    handler.verifier.cache_clear()


def test_an_https_issuers_document_leads_to_no_loopback_address() -> None:
    def fetch(url: str, issuer: str, seconds: float) -> Mapping[str, Any]:
        if url.startswith(HTTPS):
            return {"issuer": HTTPS, "jwks_uri": "http://127.0.0.1:9001/2018-06-01/runtime/invocation/next"}
        return documents.fetch(url, issuer, seconds)

    with pytest.raises(IssuerUnavailable, match="only https"):
        IssuerKeys(HTTPS, ("RS256",), fetch).find("old")
