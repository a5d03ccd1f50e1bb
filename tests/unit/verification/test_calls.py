"""The calls that change nothing, and what is said of a door that is open to everybody."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tenantry.config import Tenant
from tenantry.gateway import contract
from tenantry.rules.kinds import tokens
from tenantry.verification.calls import Call, calls, tried
from tenantry.verification.reader import Deployed, Found
from tests.support.engine import demo


@pytest.fixture
def acme() -> Tenant:
    return next(tenant for tenant in demo().tenants if tenant.slug == "acme")


def test_a_tenant_is_called_with_nothing_that_opens_it(acme: Tenant) -> None:
    made = list(calls(contract.load(), acme))
    assert Call("GET", "/health", {}, 200) in made
    assert {each.status for each in made} == {200, 401, 403, 405}
    assert all(each.method == "GET" or each.status in (403, 405) for each in made)
    assert all("{" not in each.path for each in made)


@pytest.fixture
def open_door() -> Iterator[str]:
    """Answers 200 to whoever asks for whatever."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the server's name

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/acme"
        server.shutdown()
        thread.join()


def stage(url: str, **tags: str) -> Deployed:
    found = Found("stage", {}, {"invokeUrl": url})
    return Deployed("urn", tokens.STAGE, "acme", "acme", {"tags": tags}, found)


def test_each_guard_that_is_missing_is_a_finding(acme: Tenant, open_door: str) -> None:
    found = list(tried([stage(open_door)], [acme], str))
    assert {each.tenant for each in found} == {"acme"}
    assert {each.found for each in found} == {"200"}
    assert len(found) == len(list(calls(contract.load(), acme))) - 1  # `GET /health` is open to all


def test_a_tenant_is_called_at_the_address_that_its_clients_are_given(acme: Tenant, open_door: str) -> None:
    """AWS's own may be closed by now."""
    there = stage("http://127.0.0.1:9/acme", address="https://api.acme.example")
    doors = {"https://api.acme.example": open_door}
    assert {each.found for each in tried([there], [acme], doors.__getitem__)} == {"200"}


def test_an_address_that_nobody_answers_at_is_a_finding(acme: Tenant) -> None:
    found = list(tried([stage("http://127.0.0.1:9/acme")], [acme], str))
    assert all(str(each.found).startswith("no answer: ") for each in found)
    assert found
