"""A page of another origin, in a real browser, does and reads nothing of the emulator."""

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Page

from tenantry.local.clients import Session
from tenantry.local.emulator.parent import Emulator
from tests.local.cloud import ECHO, TABLE, make_function, make_role, tables
from tests.support import browser
from tests.support.signed import Request

pytestmark = pytest.mark.usefixtures("table")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page in a real browser, of an origin other than the platform's."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "index.html").write_text("<title>elsewhere</title>")
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site, browser.chromium() as chromium:
        Thread(target=site.serve_forever, daemon=True).start()
        try:
            with browser.visiting(chromium, f"http://127.0.0.1:{site.server_port}") as visit:
                visit.open("/")
                yield visit.page
        finally:
            site.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


FETCH = """
    async ([url, mode, method, headers, body]) => {
        try {
            const answer = await fetch(url, {mode, method, headers, body: body || undefined});
            return [answer.type, answer.status, await answer.text()];
        } catch (error) { return ["failed", 0, ""]; }
    }
"""


def test_a_page_of_another_origin_does_and_reads_nothing(
    page: Page, repaired: Emulator, root: Session, listing: Request
) -> None:
    """By all that a page may send: simple requests, preflighted ones, and good signatures."""
    make_function(root, "page", ECHO, make_role(root, "page"))
    as_test = Request(repaired.endpoint).signed("test", "test").headers
    simple = {"Content-Type": "text/plain"}
    delete = {**as_test, "X-Amz-Target": "DynamoDB_20120810.DeleteTable"}
    function = {"FunctionName": "theirs", "Runtime": "python3.11", "Handler": "a.b", "Role": "r", "Code": {}}
    attempts = [
        ("/_ministack/reset", "POST", simple, ""),
        ("/_ministack/ses/messages", "GET", {}, ""),
        ("/_ministack/config", "POST", simple, '{"lambda_svc.LAMBDA_EXECUTOR": "docker"}'),
        ("/", "POST", as_test, "{}"),
        ("/", "POST", listing.headers, "{}"),
        ("/", "POST", delete, json.dumps({"TableName": TABLE})),
        ("/?Action=DeleteRole&RoleName=page&X-Amz-Credential=test/1/us-east-1/iam/x", "POST", simple, ""),
        ("/2015-03-31/functions", "POST", as_test, json.dumps(function)),
        ("/2015-03-31/functions", "POST", simple, json.dumps(function)),
        ("/2015-03-31/functions/page/invocations", "POST", simple, "{}"),
        ("/2015-03-31/functions/page", "DELETE", as_test, ""),
    ]
    for target, method, headers, body in attempts:
        for mode in ("cors", "no-cors"):
            got = page.evaluate(FETCH, [repaired.endpoint + target, mode, method, headers, body])
            assert got in (["failed", 0, ""], ["opaque", 0, ""]), target
    assert tables(root) == [TABLE]
    assert "page" in {each["RoleName"] for each in root.client("iam").list_roles()["Roles"]}
    names = {each["FunctionName"] for each in root.client("lambda").list_functions()["Functions"]}
    assert "page" in names
    assert "theirs" not in names


def test_that_page_reaches_an_emulator_without_a_front(page: Page, untouched: Session) -> None:
    """So what holds it off is the front, not the browser."""
    as_test = Request(untouched.endpoint).signed("test", "test").headers
    got = page.evaluate(FETCH, [untouched.endpoint + "/", "cors", "POST", as_test, "{}"])
    assert got[:2] == ["cors", 200]
