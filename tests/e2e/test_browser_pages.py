"""Pages of a tenant's origin, in a real browser: the client guide's form, and headers that frameworks add."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import chromium
from tests.support.command import ROOT
from tests.support.platform import Tenant

OWN, FOREIGN = "http://localhost:3000", "http://localhost:3001"  # the first is in acme's cors_origins
ASK = """
    ([url, headers]) => fetch(url, {headers}).then(answer => answer.status, error => String(error))
"""
GUIDE = re.search(r"```html\n(.*?)```", (ROOT / "docs" / "client-guide.md").read_text(), re.S)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Whatever it opens is empty, until a test says otherwise; nothing listens at these origins."""
    # Without it Chromium asks people whether such a page may call this machine.
    context = browser.new_context(permissions=["local-network-access"])
    page = context.new_page()
    for origin in (OWN, FOREIGN):
        page.route(f"{origin}/**", lambda route: route.fulfill(body="<p>", content_type="text/html"))
    yield page
    context.close()


@pytest.mark.parametrize(
    "names",
    [("baggage", "sentry-trace"), ("traceparent", "tracestate"), ("cache-control", "x-requested-with")],
)
def test_a_page_may_send_the_headers_of_tracing_and_frameworks(
    acme: Tenant, page: Page, names: tuple[str, ...]
) -> None:
    page.goto(f"{OWN}/page")
    headers = {"authorization": f"Bearer {acme.own_token}", "x-api-key": acme.key}
    headers |= dict.fromkeys(names, "a=1")
    assert page.evaluate(ASK, [f"{acme.url}/items/orders", headers]) == 200


def test_a_page_of_another_origin_may_not(acme: Tenant, page: Page) -> None:
    page.goto(f"{FOREIGN}/page")
    headers = {"authorization": f"Bearer {acme.own_token}", "x-api-key": acme.key}
    answer = page.evaluate(ASK, [f"{acme.url}/items/orders", headers])
    assert answer == "TypeError: Failed to fetch"


def test_the_client_guides_form_sends_a_message(acme: Tenant, page: Page) -> None:
    assert GUIDE
    html = (
        GUIDE[1].replace("https://.../acme/contact", f"{acme.url}/contact").replace('"..."', f'"{acme.key}"')
    )
    page.route(f"{OWN}/form", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto(f"{OWN}/form")
    page.fill("[name=email]", "grace@example.com")
    page.fill("[name=message]", "Zwei\nZeilen")
    page.click("button")
    page.wait_for_selector("text=Thank you.")
    newest = acme.call("GET", "/tools/contacts?limit=1").json()["contacts"][0]
    assert (newest["email"], newest["message"]) == ("grace@example.com", "Zwei\nZeilen")
    assert "name" not in newest
