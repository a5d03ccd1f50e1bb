"""The surface as a whole: what is open, what is not there, which scope opens what, how it refuses."""

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
    [("GET", "/nothing"), ("GET", ""), ("GET", "/items"), ("PATCH", "/items/orders"), ("DELETE", "/contact")],
)
@pytest.mark.parametrize("credentials", [OWN, None])
def test_an_unknown_route_is_not_found(acme: Tenant, method: str, path: str, credentials: str | None) -> None:
    answer = acme.call(method, path, key=credentials, token=credentials)
    assert problem(answer) == (404, "not-found")


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


@pytest.mark.parametrize("path", ["/contact", "/items/orders", ITEM, "/tools/contacts", CONTACT])
def test_a_preflight_needs_no_credentials_on_any_route(acme: Tenant, path: str) -> None:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "GET"}
    answer = acme.call("OPTIONS", path, key=None, token=None, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"


def test_a_browser_may_read_a_refusal(acme: Tenant) -> None:
    refused = acme.call("GET", "/items/orders", key=None, headers={"Origin": "https://www.acme.example"})
    assert refused.headers["access-control-allow-origin"] in ("*", "https://www.acme.example")
