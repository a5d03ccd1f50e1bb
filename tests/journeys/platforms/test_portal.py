"""The portal of a tenant as its developers use it: by a link of the command, in its own role's rights."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from botocore.exceptions import ClientError

from tenantry.local.places import place
from tenantry.operations.running import RunningTenant, survey
from tests.support.command import TENANTS, Command, eventually
from tests.support.platform import Platform, Tenant

FILE = """name: {slug}
tier: silver
routes: [{routes}]
auth: {{managed: {{keys: [main]}}}}
api_keys: [web]
limits: {{quota: {{limit: 1000, period: day}}}}
contact:
  webhooks: [{{name: crm, url: "https://crm.example.com/hook", events: [contact.received]}}]
"""
ROUTES = {"acme": "contact, items, portal, tokens", "acme-eu": "contact, items, portal"}
FORM = {"email": "ada@example.com", "message": "Hello"}


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    folder = tmp_path_factory.mktemp("portal")
    command = Command(folder / "state", folder / "tenants")
    (command.tenants / "demo").mkdir(parents=True)
    shutil.copy(TENANTS / "tiers.yaml", command.tenants)
    for slug, routes in ROUTES.items():
        (command.tenants / "demo" / f"{slug}.yaml").write_text(FILE.format(slug=slug, routes=routes))
    try:
        command.up("--port", "0")
        yield command
    finally:
        down = command("down", "--all")
    assert (down.returncode, command.remains()) == (0, [])


@pytest.fixture(scope="module")
def platform(command: Command) -> Iterator[Platform]:
    platform = Platform.found(command.home)
    with platform.http:
        yield platform


@pytest.fixture(scope="module")
def acme(platform: Platform) -> Tenant:
    return platform.tenants["acme"]


@pytest.fixture(scope="module")
def browser(command: Command, acme: Tenant) -> Iterator[httpx.Client]:
    """Signed in to acme's for looking."""
    with signed_in(done(command, "portal", "acme"), acme) as client:
        yield client


@contextmanager
def signed_in(link: str, tenant: Tenant) -> Iterator[httpx.Client]:
    """Its addresses are below the portal's."""
    with httpx.Client(base_url=f"{tenant.url}/portal/", trust_env=False, timeout=30) as client:
        answer = client.post("enter", data={"link": urlsplit(link).query.removeprefix("link=")})
        assert (answer.status_code, answer.headers["location"]) == (303, "usage")
        yield client


def done(command: Command, *arguments: str) -> str:
    """What it prints."""
    ended = command(*arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


def form(page: str, name: str = "form") -> str:
    return unescape(re.findall(f'name="{name}" value="([^"]*)"', page)[0])


def running(platform: Platform, slug: str) -> RunningTenant:
    return survey(place(platform.local)).tenant(slug)


def test_usage_is_what_the_plan_counted(browser: httpx.Client, acme: Tenant) -> None:
    before = counted(browser)
    for _ in range(3):
        assert acme.call("GET", "/items/orders").status_code == 200
    assert eventually(lambda: counted(browser) == before + 3)


def counted(browser: httpx.Client) -> int:
    page = browser.get("usage")
    assert page.status_code == 200, page.text
    return int(re.findall(r'data-name="Today">(\d+)<', page.text)[0])


def test_a_call_is_found_by_its_request_id(browser: httpx.Client, acme: Tenant) -> None:
    request = acme.call("GET", f"/items/orders/{'0' * 26}").json()["request_id"]
    assert eventually(lambda: request in browser.get("calls", params={"request": request}).text)
    page = browser.get("calls", params={"hours": "6", "errors": "on"}).text
    assert request in page
    assert "404" in page


def test_a_delivery_is_sent_again(browser: httpx.Client, acme: Tenant) -> None:
    message = acme.call("POST", "/contact", FORM, token=None).json()["id"]
    assert eventually(lambda: delivered(browser, message) == 1, seconds=30)
    page = browser.get("deliveries").text
    fields = {"form": form(page), "id": message, "receiver": "crm"}
    assert browser.post("deliveries", data=fields).status_code == 303
    assert eventually(lambda: delivered(browser, message) == 2, seconds=30)


def delivered(browser: httpx.Client, message: str) -> int:
    """How many attempts the receiver took."""
    page = browser.get("deliveries").text
    row = re.search(f"<code>{message}</code>.*?</tr>", page, re.S)
    taken = re.search(r"delivered .*?data-name=\"Attempts\">(\d+)<", row[0], re.S) if row else None
    return int(taken[1]) if taken else 0


def test_a_session_is_none_at_another_tenants(browser: httpx.Client, platform: Platform) -> None:
    [(name, value)] = browser.cookies.items()
    url = f"{platform.tenants['acme-eu'].url}/portal/usage"
    answer = platform.http.get(url, headers={"cookie": f"{name}={value}"})
    assert answer.status_code == 403


def test_its_role_reads_nothing_of_another_tenant(platform: Platform) -> None:
    """Nor a key's value, of its own tenant either."""
    role, own, other = (
        platform.role("acme", "portal"),
        running(platform, "acme"),
        running(platform, "acme-eu"),
    )
    day = dict.fromkeys(("startDate", "endDate"), datetime.now(UTC).date().isoformat())
    gateway, logs = role.client("apigateway"), role.client("logs")
    denied = [
        lambda: gateway.get_usage(usagePlanId=other.plan_id, **day),
        lambda: gateway.get_usage_plan_keys(usagePlanId=own.plan_id),
        lambda: gateway.get_api_key(apiKey=own.keys[0].id, includeValue=True),
        lambda: gateway.get_api_keys(includeValues=True),
        lambda: gateway.create_api_key(name="one-more"),
        lambda: logs.filter_log_events(logGroupName=platform.names.access_log("acme-eu")),
        lambda: logs.describe_log_groups(),
    ]
    table, dynamodb = platform.names.table, role.client("dynamodb")
    for partition in ("acme-eu#tokens#client", "acme#tokens#failure", "acme#items#count"):
        item = {"pk": {"S": partition}, "sk": {"S": "crm"}}
        denied.append(lambda item=item: dynamodb.put_item(TableName=table, Item=item))
        denied.append(lambda key=item: dynamodb.delete_item(TableName=table, Key=key))
    for asked in denied:
        with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
            asked()


def test_a_developer_keeps_a_client_from_its_first_token_to_its_last(
    command: Command, platform: Platform, acme: Tenant, browser: httpx.Client
) -> None:
    made = {"act": "make", "client": "crm", "scope": "items:read", "days": "30"}
    refused = browser.post("clients", data={"form": form(browser.get("usage").text), **made})
    assert (refused.status_code, known(command)) == (403, {})
    with signed_in(done(command, "portal", "acme", "--clients"), acme) as keeper:
        secrets = [
            shown_once(keeper.post("clients", data={"form": form(keeper.get("clients").text), **made}))
        ]
        token = asked(acme, secrets[0]).json()["access_token"]
        assert acme.call("GET", "/items/orders", token=token).status_code == 200
        assert acme.call("POST", "/items/orders", {"n": 1}, token=token).status_code == 403
        used = known(command)["crm"]
        assert (used["scopes"], bool(used["used_at"]), bool(used["ends_at"])) == (["items:read"], True, True)
        secrets.append(shown_once(changed(keeper, act="roll", hours="1")))
        assert [asked(acme, each).status_code for each in secrets] == [200, 200]
        assert changed(keeper, act="end", days="0").status_code == 303
        assert [asked(acme, each).json()["error"] for each in secrets] == ["invalid_client"] * 2
        assert "does not end" in done(command, "clients", "end", "acme", "crm")
        secrets.append(done(command, "clients", "roll", "acme", "crm", "--grace", "0"))
        assert [asked(acme, each).status_code for each in secrets] == [401, 401, 200]
        assert changed(keeper, act="remove").status_code == 303
    assert (asked(acme, secrets[-1]).status_code, known(command)) == (401, {})
    lines = "".join(platform.log_lines("/"))
    assert all(f'"client {each}"' in lines for each in ("made", "rolled", "ended", "removed"))
    assert not [each for each in secrets if each in lines]


def test_a_client_of_the_operators_is_the_developers_too(
    command: Command, acme: Tenant, browser: httpx.Client
) -> None:
    done(command, "clients", "add", "acme", "nightly", "--scope", "items:write")
    assert re.search("<code>nightly</code>.*<code>items:write</code>", browser.get("clients").text, re.S)
    with signed_in(done(command, "portal", "acme", "--clients"), acme) as keeper:
        assert changed(keeper, act="remove").status_code == 303
    assert known(command) == {}


def test_without_a_token_endpoint_no_clients_are_looked_for(command: Command, platform: Platform) -> None:
    refused = command("portal", "acme-eu", "--clients")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "acme-eu has no token endpoint" in refused.stderr
    tenant = platform.tenants["acme-eu"]
    with signed_in(done(command, "portal", "acme-eu"), tenant) as looking:
        assert 'href="clients"' not in looking.get("usage").text
        assert looking.get("clients").status_code == 404
    item = {"pk": {"S": "acme-eu#tokens#client"}, "sk": {"S": "crm"}}
    dynamodb = platform.role("acme-eu", "portal").client("dynamodb")
    with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
        dynamodb.put_item(TableName=platform.names.table, Item=item)


def known(command: Command) -> dict[str, Any]:
    """Acme's clients, as the operator sees them."""
    listed = json.loads(done(command, "clients", "list", "acme", "--json"))
    return {each["id"]: each for each in listed["clients"]}


def shown_once(answer: httpx.Response) -> str:
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), answer.text
    [secret] = set(re.findall(r"tcs_[A-Za-z0-9_-]{43}", answer.text))
    return str(secret)


def changed(keeper: httpx.Client, **fields: str) -> httpx.Response:
    """By a form of the only client on the page."""
    page = keeper.get("clients").text
    of_client = {name: form(page, name) for name in ("form", "client", "version")}
    return keeper.post("clients", data={**of_client, **fields})


def asked(tenant: Tenant, secret: str) -> httpx.Response:
    """For a token of the client crm."""
    by, grant = ("crm", secret), {"grant_type": "client_credentials"}
    headers = {"x-api-key": tenant.key}
    return tenant.platform.http.post(f"{tenant.url}/token", data=grant, auth=by, headers=headers)


def test_a_link_is_in_the_record_of_changes_and_holds_no_more_than_its_id(command: Command) -> None:
    link = done(command, "portal", "acme", "--expires", "1h", "--clients")
    recorded = done(command, "audit", "acme", "--json")
    assert '"portal"' in recorded
    assert '"right": "clients"' in recorded
    assert link.split(".")[-2] in recorded
    assert link.split(".")[-1] not in recorded


@pytest.mark.parametrize("expires", ["30s", "25h", "soon", "0m"])
def test_a_link_is_good_for_minutes_or_hours(command: Command, expires: str) -> None:
    refused = command("portal", "acme", "--expires", expires)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--expires" in refused.stderr
