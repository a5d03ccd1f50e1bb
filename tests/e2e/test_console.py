"""`tenantry console` in a real browser, over the running platform: its figures are those of what was sent."""

import json
import signal
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import psutil
import pytest
from playwright.sync_api import Browser

from tenantry.console import charts
from tenantry.console import source as sources
from tenantry.console.month import month_so_far
from tenantry.console.ranges import DEFAULT
from tenantry.console.readings import Unread, attempt
from tenantry.local.clients import ACCOUNT, REGION, Credentials, Session, session
from tenantry.local.places import place
from tenantry.rules import operator_policies
from tenantry.rules.arns import Arns
from tenantry.rules.naming import log_group
from tests.support.browser import PHONE, Visit, chromium, visiting
from tests.support.command import TENANTS, Command, eventually
from tests.support.platform import Platform, Tenant

PAGES = [
    *("/", "/tenants/acme", "/tenants/globex?range=24h&compare=before", "/?range=7d&sort=requests"),
    *("/tenants/acme/requests/12345678", "/runbooks"),
]


@pytest.fixture(scope="module")
def address(command: Command, platform: Platform) -> Iterator[str]:  # noqa: ARG001 - it must run
    with command.started("console", "--listen", "0") as process:
        assert process.stdout is not None
        told = process.stdout.readline().strip()
        yield told
        listening = {
            each.laddr.ip for each in psutil.Process(process.pid).net_connections() if not each.raddr
        }
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert listening == {"127.0.0.1"}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    with visiting(browser, address) as visit:
        yield visit
    assert visit.complaints == []
    assert [each for each in visit.requested if not each.startswith(address)] == []


def sent(tenant: Tenant, well: int, lost: int) -> Counter[str]:
    """Calls that go well and calls for what is not there, counted by what was answered."""
    paths = ["/items/shown"] * well + ["/items/shown/nothing"] * lost
    answers = [tenant.call("GET", path, patient=False).status_code for path in paths]
    return Counter({"calls": len(answers)}) + Counter(f"{status // 100}xx" for status in answers)


def test_the_figures_are_those_of_what_was_sent(visit: Visit, platform: Platform) -> None:
    visit.open("/")
    before = {slug: visit.row(slug) for slug in platform.tenants}
    calls = {"acme": sent(platform.tenants["acme"], 9, 3), "acme-eu": sent(platform.tenants["acme-eu"], 2, 1)}
    assert calls["acme"]["calls"] == 12
    assert calls["acme"]["4xx"] >= 3
    expected = {
        slug: {name: count + calls.get(slug, Counter())[name] for name, count in known.items()}
        for slug, known in before.items()
    }

    def shown() -> bool:
        visit.open("/")
        return {slug: visit.row(slug) for slug in platform.tenants} == expected

    assert eventually(shown)


def test_a_tenants_page_draws_what_its_tables_tell(visit: Visit, acme: Tenant) -> None:
    sent(acme, 3, 1)
    visit.open("/tenants/acme")
    charts = visit.page.locator(".chart")
    drawn = [chart.locator("canvas").count() for chart in charts.all() if chart.locator("table").count()]
    assert drawn
    assert set(drawn) == {1}
    traffic = charts.first
    cells = traffic.locator("tbody td").all()
    told = sum(float(cell.get_attribute("data-value") or 0) for cell in cells)
    tile = visit.page.locator(".tiles dd").first.inner_text()
    assert told == float(tile.replace(",", "")) > 0


def test_refreshing_brings_new_figures_and_leaves_the_reader_where_they_are(
    visit: Visit, acme: Tenant
) -> None:
    sent(acme, 1, 0)
    visit.open("/tenants/acme")
    calls = visit.page.locator(".tiles dd").first
    before = int(calls.inner_text().replace(",", ""))
    visit.page.locator(".chart summary").first.click()
    sent(acme, 2, 0)

    def shown() -> bool:
        visit.page.get_by_role("link", name="Refresh", exact=True).click()
        visit.page.locator("html:not(.loading)").wait_for()
        return int(calls.inner_text().replace(",", "")) == before + 2

    assert eventually(shown)
    assert visit.page.locator("details[open]").count() == 1
    assert len([each for each in visit.requested if each.endswith("console.css")]) == 1


def test_it_refreshes_each_minute_until_it_is_paused(visit: Visit) -> None:
    visit.page.clock.install()
    visit.open("/?refresh=on")
    with visit.page.expect_request("**/?refresh=on"):
        visit.page.clock.run_for(60_000)
    visit.page.get_by_role("link", name="Pause").click()
    visit.page.wait_for_url(visit.address)
    visit.page.wait_for_load_state("networkidle")
    asked = len(visit.requested)
    visit.page.clock.run_for(600_000)
    assert len(visit.requested) == asked


def test_a_search_is_an_address_that_can_be_shared(visit: Visit) -> None:
    visit.open("/?range=24h")
    visit.page.get_by_label("Slug").fill("EU")
    visit.page.get_by_label("Slug").press("Enter")
    visit.page.wait_for_url("**/?range=24h&search=EU**")
    assert visit.page.locator("tbody th a").all_inner_texts() == ["acme-eu"]
    visit.page.get_by_role("link", name="Show all").click()
    visit.page.wait_for_url("**/?range=24h")
    assert visit.page.locator("tbody tr").count() == 3


def test_a_console_that_has_ended_is_told_and_the_figures_stay(browser: Browser, address: str) -> None:
    with visiting(browser, address) as visit:
        visit.open("/")
        visit.page.route("**/*", lambda route: route.abort())
        visit.page.get_by_role("link", name="Refresh", exact=True).click()
        visit.page.get_by_role("status").get_by_text("does not answer").wait_for()
        assert visit.page.locator("#tenant-acme").is_visible()


def test_an_error_that_a_function_logged_is_told_with_its_trace(visit: Visit, platform: Platform) -> None:
    group = {"logGroupName": log_group(platform.names.function("globex", "items")), "logStreamName": "drill"}
    logs = platform.root.client("logs")
    logs.create_log_stream(**group)
    record = {"level": "ERROR", "message": "a drill", "request_id": "drill-request"}
    events = [
        {"timestamp": int(time.time() * 1000), "message": json.dumps({**record, "xray_trace_id": "1-drill"})}
    ]
    logs.put_log_events(**group, logEvents=events)
    visit.open("/tenants/globex")
    row = visit.page.locator(".errors tbody tr").filter(has_text="a drill")
    assert row.locator("td").all_inner_texts()[1::3] == ["items", "drill-request\n1-drill"]
    row.get_by_role("link", name="drill-request").click()
    visit.page.wait_for_url("**/tenants/globex/requests/drill-request?at=*")
    assert "a drill" in visit.page.locator(".way").inner_text()


def test_a_call_is_told_by_its_route_and_its_key_with_when_it_was(visit: Visit, acme: Tenant) -> None:
    sent(acme, 1, 0)

    def told() -> bool:
        visit.open("/tenants/acme?range=5m")
        rows = visit.page.get_by_role("row")
        route = rows.filter(has_text="GET /items/{collection}").first.inner_text()
        key = rows.filter(has_text="web").first.inner_text()
        return all("under a minute ago" in each for each in (route, key))

    assert eventually(told)


def test_what_is_dragged_over_a_chart_is_the_range_that_is_shown_next(visit: Visit, acme: Tenant) -> None:
    sent(acme, 1, 0)
    visit.open("/tenants/acme?range=3h&compare=before")
    box = visit.page.locator(".u-over").first.bounding_box()
    assert box is not None
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + box["width"] - 4, box["y"] + 40, steps=5)
    visit.page.mouse.up()
    visit.page.wait_for_url("**from=*")
    query = dict(parse_qsl(urlsplit(visit.page.url).query))
    start, end = (datetime.fromisoformat(query[name]) for name in ("from", "to"))
    assert timedelta(minutes=60) < end - start < timedelta(minutes=120)
    assert (query["compare"], "range" in query) == ("before", False)
    assert visit.page.locator("h2").first.inner_text().endswith("UTC")


def test_everything_is_reached_by_the_keyboard_and_shows_where_it_is(visit: Visit) -> None:
    visit.open("/")
    links = {link.get_attribute("href") for link in visit.page.locator("a[href]").all()}
    stops = visit.page.locator(
        "a[href], summary, .filter :is(input:not([type=hidden]), select, button)"
    ).count()
    seen = []
    for _ in range(stops):
        visit.page.keyboard.press("Tab")
        seen.append(
            visit.page.evaluate(
                "[document.activeElement.getAttribute('href'),"
                " getComputedStyle(document.activeElement).outlineStyle,"
                " document.activeElement.getBoundingClientRect().top >= 0]"
            )
        )
    assert {href for href, _, _ in seen if href} == links
    assert {(outline, inside) for _, outline, inside in seen} == {("solid", True)}
    assert seen[0][0] == "#content"
    visit.page.locator("#tenant-acme").focus()
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_url("**/tenants/acme")
    visit.page.go_back()
    visit.page.locator("#sort-requests").focus()
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector('[aria-sort="descending"]')


def test_the_skip_link_leads_past_the_head(visit: Visit) -> None:
    visit.open("/")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_all_in_its_width_and_in_the_readers_colours(
    browser: Browser, address: str, scheme: str
) -> None:
    with visiting(browser, address, viewport=PHONE, color_scheme=scheme) as visit:
        for path in PAGES:
            visit.open(path)
            assert visit.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], path
        ground = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        levels = [int(each) for each in ground.removeprefix("rgb(").rstrip(")").split(",")]
        assert all(level > 200 if scheme == "light" else level < 60 for level in levels)
    assert visit.complaints == []


def test_it_can_be_read_without_scripts(browser: Browser, address: str, platform: Platform) -> None:
    with visiting(browser, address, java_script_enabled=False) as visit:
        visit.open("/?sort=tenant")
        assert visit.page.locator("tbody th a").all_inner_texts() == sorted(platform.tenants)
        visit.open("/tenants/acme")
        summary = visit.page.locator(".chart summary").first
        summary.click()
        assert visit.page.locator("details[open] tbody tr").first.is_visible()


def test_no_page_holds_a_secret(address: str, platform: Platform) -> None:
    """Keys, tokens, signing keys and what functions read at run time."""
    secrets = [tenant.key for tenant in platform.tenants.values()] + platform.minted
    secrets += [
        line for each in platform.tenants.values() for line in each.signer.private_pem.splitlines()[1:-1]
    ]
    manager = platform.root.client("secretsmanager")
    for slug in platform.tenants:
        kept = manager.get_secret_value(SecretId=platform.secret(slug))["SecretString"]
        secrets += [kept, *(word for word in kept.split('"') if len(word) > 15)]
    with httpx.Client(trust_env=False, base_url=address, timeout=60) as http:
        for path in [*PAGES, *(f"/tenants/{slug}" for slug in platform.tenants), "/tenants/nobody"]:
            page = http.get(path).text
            assert "</html>" in page
            assert [secret for secret in secrets if secret in page] == [], path


def test_another_command_is_told_that_the_port_is_taken(command: Command, address: str) -> None:
    port = address.rstrip("/").rpartition(":")[2]
    done = command("console", "--listen", port)
    assert done.returncode == 1
    assert f"port {port} cannot be used" in done.stderr


def _reading(platform: Platform, without: str | None = None) -> list[str]:
    """Which readings fail for a role with the documented policy, or with all of it but one action."""
    policy = operator_policies.console(platform.names, Arns("aws", REGION, ACCOUNT))
    for statement in policy["Statement"]:
        statement["Action"] = [each for each in statement["Action"] if each != without]
    policy["Statement"] = [each for each in policy["Statement"] if each["Action"]]
    source = sources.RunningPlatform(
        replace(place(platform.local), client=_as_role(platform, policy).client),
        partial(month_so_far, folder=TENANTS),
        replace(sources.ON_AWS, patience=60),
    )
    window = DEFAULT.window(datetime.now(UTC))
    if isinstance(attempt(source.running, ""), Unread):
        return ["running"]
    tenant = source.running().tenants[0]
    readings = {
        "glances": lambda: source.glances([tenant], window),
        "calls": lambda: source.calls([tenant], window),
        "ringing": source.ringing,
        "alarms": lambda: source.alarms(tenant),
        "quotas": lambda: source.quotas([tenant]),
        "costs": source.costs,
        "lines": lambda: source.lines(tenant, list(charts.plans(tenant)), window),
        "failures": lambda: source.failures(tenant, window),
        "traffic": lambda: source.traffic(tenant, window),
        "last_days": lambda: source.last_days(tenant),
        "way": lambda: source.way(tenant, "12345678", window.start, window.end),
    }
    return [name for name, read in readings.items() if isinstance(attempt(read, ""), Unread)]


def _as_role(platform: Platform, policy: dict[str, Any]) -> Session:
    iam, sts = platform.root.client("iam"), platform.root.client("sts")
    name = f"looks-{uuid.uuid4().hex[:8]}"
    trust = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
    taken = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="ann")["Credentials"]
    own = Credentials(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
    return session(platform.local.endpoint, own)


def test_the_documented_policy_is_enough(platform: Platform) -> None:
    assert _reading(platform) == []


@pytest.mark.parametrize(
    ("action", "failing"),
    [
        ("apigateway:GET", ["running"]),
        ("sqs:ListQueues", ["running"]),
        ("cloudwatch:GetMetricData", ["glances", "calls", "costs", "lines"]),
        ("cloudwatch:DescribeAlarms", ["ringing", "alarms"]),
        ("logs:FilterLogEvents", ["failures", "traffic", "way"]),
        ("dynamodb:DescribeTable", ["costs"]),
    ],
)
def test_the_documented_policy_holds_nothing_that_is_not_needed(
    platform: Platform, action: str, failing: list[str]
) -> None:
    assert _reading(platform, without=action) == failing
