"""`POST /contact` takes a form with a key alone, and a browser may send it from the tenant's own pages."""

import json
from typing import Any

import pytest

from tests.support.platform import OWN, Tenant, problem

FORM = {"email": "ada@example.com", "name": "Ada", "subject": "Malta", "message": "Do you ship there?"}
ORIGIN = "https://www.acme.example"


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


def test_what_the_gateways_models_cannot_say_the_function_checks(acme: Tenant) -> None:
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
