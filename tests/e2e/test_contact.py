"""`POST /contact` takes a form with a key alone, and a browser may send it from the tenant's own pages."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.platform import OWN, Tenant, problem

FORM = {"email": "ada@example.com", "name": "Ada", "subject": "Malta", "message": "Do you ship there?"}
ORIGIN = "https://www.acme.example"
THANKS = "https://www.acme.example/thanks"
URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


def send(tenant: Tenant, form: Any = None, key: str | None = OWN, **request: Any) -> Any:
    return tenant.call("POST", "/contact", form, key=key, token=None, **request)


def test_a_message_is_accepted_and_shows_up_in_the_tools(acme: Tenant) -> None:
    answer = send(acme, FORM)
    receipt = answer.json()
    assert (answer.status_code, receipt["state"]) == (202, "new")
    newest = acme.call("GET", "/tools/contacts?limit=1").json()["contacts"][0]
    expected = {**FORM, **receipt, "updated_at": receipt["created_at"], "version": 1}
    assert newest.pop("delivery")["state"] in {"pending", "delivered"}
    assert newest == expected


def test_a_retry_with_the_same_key_is_one_message(acme: Tenant) -> None:
    keyed = {"Idempotency-Key": "form-1"}
    first, again = (send(acme, FORM, headers=keyed) for _ in range(2))
    assert (again.status_code, again.json()) == (202, first.json())
    other = send(acme, FORM | {"message": "And Gozo?"}, headers=keyed)
    assert problem(other) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b'{"email": "ada@example.com"}', b'{"email": "nobody", "message": "hi"}', b""],
    ids=["malformed", "no object", "no message", "no address", "empty"],
)
def test_a_bad_form_is_refused(acme: Tenant, body: bytes) -> None:
    refused = send(acme, content=body, headers={"Content-Type": "application/json"})
    assert problem(refused) == (400, "invalid-body")


def test_a_wrong_form_is_told_each_member_that_is_wrong(acme: Tenant) -> None:
    refused = send(acme, {"message": "Hi", "name": 1})
    assert problem(refused) == (400, "invalid-body")
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/email", "/name"]


def test_bytes_that_are_not_utf8_are_refused(acme: Tenant) -> None:
    broken = b'{"email": "ada@example.com", "message": "\xff"}'
    refused = send(acme, content=broken, headers={"Content-Type": "application/json"})
    assert problem(refused) == (400, "invalid-body")
    refused = send(acme, content=b"email=a%40b.example&message=\xff", headers=URLENCODED)
    assert problem(refused) == (400, "invalid-body")


def test_what_is_not_filled_in_is_left_out(acme: Tenant) -> None:
    answer = send(acme, {"email": " ada@example.com ", "name": "", "subject": None, "message": "Hi"})
    assert answer.status_code == 202
    newest = acme.call("GET", "/tools/contacts?limit=1").json()["contacts"][0]
    assert newest["email"] == "ada@example.com"
    assert not newest.keys() & {"name", "subject"}


def test_an_html_form_is_taken_and_its_sender_led_to_the_tenants_page(acme: Tenant) -> None:
    form = {"email": "bob@example.com", "name": "", "message": "One\r\nTwo"}
    answer = send(acme, content=urlencode(form).encode(), headers=URLENCODED)
    assert answer.status_code == 202
    newest = acme.call("GET", "/tools/contacts?limit=1").json()["contacts"][0]
    assert (newest["email"], newest["message"]) == (form["email"], form["message"])
    led = send(acme, content=urlencode({**form, "redirect": THANKS}).encode(), headers=URLENCODED)
    assert (led.status_code, led.headers["location"], led.content) == (303, THANKS, b"")
    foreign = urlencode({**form, "redirect": "https://evil.example"}).encode()
    assert problem(send(acme, content=foreign, headers=URLENCODED)) == (400, "invalid-body")


def test_a_form_that_a_browser_sends_by_itself_lacks_the_key(acme: Tenant) -> None:
    """Decision 0019: a plain form can set no header."""
    form = urlencode({"email": "bob@example.com", "message": "Hi"}).encode()
    assert problem(send(acme, content=form, key=None, headers=URLENCODED)) == (403, "invalid-api-key")


def test_a_form_with_its_trap_filled_is_accepted_and_not_kept(acme: Tenant) -> None:
    trapped = send(acme, {**FORM, "subject": "trapped", "_gotcha": "x"})
    assert (trapped.status_code, trapped.json()["state"]) == (202, "new")
    newest = acme.call("GET", "/tools/contacts?limit=100").json()["contacts"]
    assert "trapped" not in {each.get("subject") for each in newest}


def test_a_page_may_send_the_headers_of_tracing_and_frameworks(acme: Tenant) -> None:
    wanted = "authorization,baggage,cache-control,sentry-trace,traceparent,x-api-key,x-requested-with"
    asked = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": wanted,
    }
    preflight = acme.call("OPTIONS", "/contact", key=None, token=None, headers=asked)
    allowed = preflight.headers["access-control-allow-headers"].lower().split(", ")
    assert set(wanted.split(",")) <= set(allowed)


def test_what_is_ambiguous_is_refused(acme: Tenant) -> None:
    twice = b'{"email": "ada@example.com", "message": "hi", "message": "ho"}'
    refused = send(acme, content=twice, headers={"Content-Type": "application/json"})
    assert problem(refused) == (400, "invalid-body")
    assert "repeats a member" in refused.json()["detail"]


@pytest.mark.parametrize("key", [None, "wrong", "globex"])
def test_a_key_of_this_tenant_is_needed(acme: Tenant, globex: Tenant, key: str | None) -> None:
    refused = send(acme, FORM, key=globex.key if key == "globex" else key)
    assert problem(refused) == (403, "invalid-api-key")


def test_a_tenant_without_the_group_has_no_such_route(acme_eu: Tenant) -> None:
    assert problem(send(acme_eu, FORM)) == (404, "not-found")


def test_a_large_form_is_refused(acme: Tenant) -> None:
    assert problem(send(acme, FORM | {"pad": "x" * 65_536})) == (413, "payload-too-large")


def test_another_media_type_is_refused(acme: Tenant) -> None:
    refused = send(acme, content=json.dumps(FORM).encode(), headers={"Content-Type": "text/plain"})
    assert problem(refused) == (415, "unsupported-media-type")


def test_a_page_of_the_tenant_may_send_it(acme: Tenant) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    preflight = acme.call("OPTIONS", "/contact", key=None, token=None, headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert "POST" in preflight.headers["access-control-allow-methods"]
    allowed = preflight.headers["access-control-allow-headers"].lower().split(", ")
    assert {"x-api-key", "content-type", "idempotency-key"} <= set(allowed)
    sent = send(acme, FORM, headers={"Origin": ORIGIN})
    assert (sent.status_code, sent.headers["access-control-allow-origin"]) == (202, ORIGIN)


@pytest.mark.parametrize("origin", ["https://evil.example", "https://www.globex.example", "null"])
def test_a_foreign_page_is_not_allowed(acme: Tenant, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    preflight = acme.call("OPTIONS", "/contact", key=None, token=None, headers=asked)
    assert not [name for name in preflight.headers if name.startswith("access-control-")]
    assert "access-control-allow-origin" not in send(acme, FORM, headers={"Origin": origin}).headers
