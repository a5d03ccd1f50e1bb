"""The surface as a whole: what is open, what is not there, which scope opens what, how it refuses."""

import httpx
import pytest

from tests.support.platform import OWN, Platform, Tenant, problem

ITEM = "/items/orders/00000000000000000000000000"
CONTACT = "/tools/contacts/00000000000000000000000000"
SCOPED = {
    ("GET", "/items/orders"): "items:read",
    ("POST", "/items/orders"): "items:write",
    ("GET", ITEM): "items:read",
    ("PUT", ITEM): "items:write",
    ("DELETE", ITEM): "items:write",
    ("GET", "/tools/contacts"): "tools:read",
    ("PATCH", CONTACT): "tools:write",
    ("GET", "/tools/summary"): "tools:read",
}
SCOPES = sorted(set(SCOPED.values()))
BODIES = {"POST": {}, "PUT": {}, "PATCH": {"state": "open"}}


@pytest.mark.parametrize("slug", ["acme", "acme-eu", "globex"])
def test_anybody_may_ask_for_the_health(platform: Platform, slug: str) -> None:
    answer = platform.tenants[slug].call("GET", "/health", key=None, token=None)
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("GET", ""), ("GET", "/item"), ("PATCH", "/tools"), ("GET", "/items/a/b/c")],
)
@pytest.mark.parametrize("credentials", [OWN, None])
def test_an_unknown_route_is_not_found(acme: Tenant, method: str, path: str, credentials: str | None) -> None:
    answer = acme.call(method, path, key=credentials, token=credentials)
    assert problem(answer) == (404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/items/orders", "GET, POST, HEAD, OPTIONS"),
        ("DELETE", "/contact", "POST, OPTIONS"),
        ("HEAD", "/contact", "POST, OPTIONS"),
        ("POST", ITEM, "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        ("POST", "/health", "GET, HEAD"),
        ("PUT", "/tools/summary", "GET, HEAD, OPTIONS"),
    ],
)
@pytest.mark.parametrize("credentials", [OWN, None])
def test_another_method_of_a_path_is_told_which_there_are(
    acme: Tenant, method: str, path: str, allowed: str, credentials: str | None
) -> None:
    answer = acme.call(method, path, key=credentials, token=credentials)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.headers["access-control-allow-origin"] == "*"
    if method != "HEAD":
        assert problem(answer) == (405, "method-not-allowed")


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"])
def test_a_body_of_another_type_does_not_hide_that_the_method_is_wrong(acme: Tenant, kind: str) -> None:
    answer = acme.call("PATCH", "/items/orders", content=b"a=1", headers={"Content-Type": kind})
    assert problem(answer) == (405, "method-not-allowed")


@pytest.mark.parametrize("path", ["/health", "/items/orders", "/tools/contacts", "/tools/summary"])
def test_head_is_get_without_the_content(acme: Tenant, path: str) -> None:
    got, asked = (
        acme.call(method, path, headers={"Accept-Encoding": "identity"}) for method in ("GET", "HEAD")
    )
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-type"] == got.headers["content-type"]
    # The connection goes on: nothing of the content is left in it.
    assert acme.call("GET", "/health").json() == {"status": "ok"}


def test_head_of_an_item_has_its_etag_and_asks_by_it(acme: Tenant) -> None:
    made = acme.call("POST", "/items/heads", {"a": 1})
    path = f"/items/{made.headers['location']}"
    assert acme.call("HEAD", path).headers["etag"] == made.headers["etag"]
    again = acme.call("HEAD", path, headers={"If-None-Match": made.headers["etag"]})
    assert again.status_code == 304


def test_head_needs_what_get_needs(acme: Tenant) -> None:
    assert acme.call("HEAD", "/items/orders", key=None, token=None).status_code == 401
    writes = acme.call("HEAD", "/items/orders", token=acme.token("items:write"))
    assert writes.status_code == 403


@pytest.mark.parametrize("path", ["/items/slashes", "/items/slashes/"])
def test_a_slash_at_the_end_changes_nothing(acme: Tenant, path: str) -> None:
    made = acme.call("POST", path, {"a": 1})
    assert made.status_code == 201
    found = httpx.URL(acme.url + path).join(made.headers["location"])
    below = str(found).removeprefix(acme.url)
    for address in (below, f"{below}/"):
        assert acme.call("GET", address).json() == made.json()
    assert made.json() in acme.call("GET", path).json()["items"]


@pytest.mark.parametrize("path", ["/health", "/tools/summary", "/tools/contacts"])
def test_a_slash_at_the_end_of_a_path_that_no_parameter_ends_changes_nothing_either(
    acme: Tenant, path: str
) -> None:
    plain, slashed = (acme.call("GET", each) for each in (path, f"{path}/"))
    assert (slashed.status_code, slashed.json()) == (200, plain.json())


ROUTE_OF = {
    "/items/orders/": "/items/{collection}",
    "/tools/summary/": "/tools/summary",
    "/tools/contacts/": "/tools/contacts",
}


@pytest.mark.parametrize("path", ROUTE_OF)
def test_a_slash_at_the_end_opens_no_route_that_the_scope_does_not(acme: Tenant, path: str) -> None:
    other = acme.token("items:write" if path.startswith("/tools") else "tools:read")
    refused = acme.call("GET", path, token=other)
    assert problem(refused) == (403, "forbidden")
    assert refused.json()["detail"].endswith(ROUTE_OF[path])


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_large_answer_is_compressed_for_who_asks(acme: Tenant, coding: str) -> None:
    for _ in range(3):
        acme.call("POST", "/items/large", {"text": "some words " * 200})
    plain, packed = (
        acme.call("GET", "/items/large", headers={"Accept-Encoding": each}) for each in ("identity", coding)
    )
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == coding
    assert packed.json() == plain.json()
    assert int(packed.headers["content-length"]) < len(plain.content) / 10
    small = acme.call("GET", "/health", headers={"Accept-Encoding": coding})
    assert "content-encoding" not in small.headers


@pytest.mark.parametrize("slug", ["acme-eu", "globex"])
@pytest.mark.parametrize(("method", "path"), [route for route in SCOPED if "tools" in route[1]])
def test_a_group_that_is_off_is_not_found(platform: Platform, slug: str, method: str, path: str) -> None:
    tenant, scope = platform.tenants[slug], SCOPED[method, path]
    answer = tenant.call(method, path, BODIES.get(method), token=tenant.token(scope))
    assert problem(answer) == (404, "not-found")


@pytest.mark.parametrize(("method", "path"), [route for route in SCOPED if "tools" in route[1]])
def test_a_token_without_the_scope_is_not_told_that_a_group_is_off(
    acme_eu: Tenant, method: str, path: str
) -> None:
    answer = acme_eu.call(method, path, BODIES.get(method))
    assert problem(answer) == (403, "forbidden")


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_opens_its_routes_and_no_others(acme: Tenant, scope: str) -> None:
    token = acme.token(scope)
    for (method, path), needed in SCOPED.items():
        answer = acme.call(method, path, BODIES.get(method), token=token)
        if needed == scope:
            assert answer.status_code not in (401, 403), (method, path)
        else:
            assert problem(answer) == (403, "forbidden"), (method, path)


def test_a_token_without_any_scope_opens_nothing(acme: Tenant) -> None:
    token = acme.token(scope="")
    for method, path in SCOPED:
        assert problem(acme.call(method, path, BODIES.get(method), token=token)) == (403, "forbidden")


def test_a_refusal_says_how_to_authenticate(acme: Tenant) -> None:
    refused = acme.call("GET", "/items/orders", token=None)
    assert problem(refused) == (401, "unauthorized")
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_a_client_is_told_whether_to_renew_its_token_or_ask_for_a_scope(acme: Tenant) -> None:
    bad = acme.call("GET", "/items/orders", token=f"{acme.own_token}x")
    assert problem(bad) == (401, "unauthorized")
    assert bad.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    narrow = acme.call("POST", "/items/orders", {}, token=acme.token("items:read"))
    assert problem(narrow) == (403, "forbidden")
    assert narrow.headers["www-authenticate"] == 'Bearer error="insufficient_scope"'
    keyless = acme.call("POST", "/contact", {}, key=None, token=None)
    assert problem(keyless) == (403, "invalid-api-key")
    assert "www-authenticate" not in keyless.headers


def test_a_repeat_says_that_it_is_one(acme: Tenant) -> None:
    keyed = {"Idempotency-Key": "routes-1"}
    first, again = (acme.call("POST", "/items/repeats", {"a": 1}, headers=keyed) for _ in range(2))
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()


@pytest.mark.parametrize("path", ["/contact", "/items/orders", ITEM, "/tools/contacts", CONTACT])
def test_a_preflight_needs_no_credentials_on_any_route(acme: Tenant, path: str) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "GET"}
    answer = acme.call("OPTIONS", path, key=None, token=None, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"


def test_a_browser_may_read_a_refusal(acme: Tenant) -> None:
    refused = acme.call("GET", "/items/orders", key=None, headers={"Origin": "https://www.acme.example"})
    assert refused.headers["access-control-allow-origin"] in ("*", "https://www.acme.example")
