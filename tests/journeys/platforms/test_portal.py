"""The portal of a tenant as its developers use it: by a link of the command, in its own role's rights."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
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
routes: [contact, items, portal]
auth: {{managed: {{keys: [main]}}}}
api_keys: [web]
limits: {{quota: {{limit: 1000, period: day}}}}
contact:
  webhooks: [{{name: crm, url: "https://crm.example.com/hook", events: [contact.received]}}]
"""
FORM = {"email": "ada@example.com", "message": "Hello"}


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    folder = tmp_path_factory.mktemp("portal")
    command = Command(folder / "state", folder / "tenants")
    (command.tenants / "demo").mkdir(parents=True)
    shutil.copy(TENANTS / "tiers.yaml", command.tenants)
    for slug in ("acme", "acme-eu"):
        (command.tenants / "demo" / f"{slug}.yaml").write_text(FILE.format(slug=slug))
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
    """Signed in to acme's; its addresses are below the portal's."""
    link = urlsplit(done(command, "portal", "acme"))
    with httpx.Client(base_url=f"{acme.url}/portal/", trust_env=False, timeout=30) as client:
        answer = client.post("enter", data={"link": link.query.removeprefix("link=")})
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
    for asked in denied:
        with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
            asked()


def test_a_link_is_in_the_record_of_changes_and_holds_no_more_than_its_id(command: Command) -> None:
    link = done(command, "portal", "acme", "--expires", "1h")
    recorded = done(command, "audit", "acme", "--json")
    assert '"portal"' in recorded
    assert link.split(".")[-2] in recorded
    assert link.split(".")[-1] not in recorded


@pytest.mark.parametrize("expires", ["30s", "25h", "soon", "0m"])
def test_a_link_is_good_for_minutes_or_hours(command: Command, expires: str) -> None:
    refused = command("portal", "acme", "--expires", expires)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--expires" in refused.stderr
