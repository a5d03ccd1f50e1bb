"""Take the pictures for the documentation, of made-up figures: `python -m tests.support.pictures`.

Their names stand in the documentation; pages are those that any platform gets.
"""

import json
import multiprocessing
import uuid
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from agreed.clients import Known
from groups.portal import clients_page, pages
from groups.portal.calls import Call, Calls
from groups.portal.clients import Row
from tenantry.config import load_platform
from tenantry.console.app import application
from tenantry.console.pages import Pages
from tenantry.console.server import serve
from tenantry.gateway import contract, published
from tenantry.gateway.published import Address
from tenantry.handover import write
from tenantry.operations.logs.events import ACCESS, Event
from tenantry.operations.logs.failures import Failure
from tenantry.operations.logs.lines import Cause
from tenantry.operations.metering.figures import Glance
from tenantry.operations.metering.quota_use import QuotaUse
from tenantry.operations.running import PlanQuota
from tests.support.browser import PHONE, WIDE, chromium, visiting
from tests.support.command import TENANTS
from tests.support.console import NOW, Made, alarm, tenant, wave

FOLDER = Path(__file__).parents[2] / "docs" / "console"
PICTURES = [
    ("tenants-light", "/", {**WIDE, "height": 640}, "light"),
    ("tenant-dark", "/tenants/globex", {**WIDE, "height": 1040}, "dark"),
    ("tenants-phone", "/", {**PHONE, "height": 1000}, "light"),
]

ADD, LIST = "POST /items/{collection}", "GET /items/{collection}"
CALLS = [  # route, status, how many, by which key
    (LIST, "200", 310, "id-globex"),
    (ADD, "201", 122, "id-globex"),
    (ADD, "502", 9, "id-globex"),
    (LIST, "429", 14, "id-globex"),
    ("GET /items/{collection}/{id}", "404", 6, "-"),
    ("GET /health", "200", 60, "-"),
]
FRAMES = """  File "/var/task/api/start.py", line 41, in answered
    return route(request)
  File "/var/task/groups/items/handler.py", line 88, in add
    table.put(item)
"""

HANDOVER = FOLDER.parent / "handover"
HANDED = [
    ("first-call-light", "", {**WIDE, "height": 760}, "light"),
    ("route-dark", "#post-itemscollection", {**WIDE, "height": 760}, "dark"),
]

PORTAL = FOLDER.parent / "portal"
VISITED = [
    ("calls-light", {**WIDE, "height": 700}, "light"),
    ("clients-light", {**WIDE, "height": 860}, "light"),
]
SCOPES = ("items:read", "items:write", "tools:read")


def _calls(all_: float, client: float, server: float, p99: float) -> Glance:
    """Of an hour; as many each minute."""
    calls, *errors = (wave(each, 60) for each in (all_, client, server))
    return Glance(sum(calls), sum(errors[0]), sum(errors[1]), p99)


def _logged(number: int, route: str, status: str, count: int, key: str) -> Event:
    method, _, path = route.partition(" ")
    fields = {"method": method, "route": path, "status": status, "api_key_id": key}
    at = NOW - timedelta(seconds=30 + 3_000 * number // count)
    latency = {"latency_ms": str(40 + number * 7 % 90)}
    return Event(ACCESS, "", int(at.timestamp() * 1000), json.dumps(fields | latency))


def made() -> Made:
    quiet = Glance(0.0, 0.0, 0.0, None)
    timeout = Cause("botocore.exceptions.ConnectTimeoutError", FRAMES)
    failing: list[tuple[str, str, int | None, tuple[Cause, ...]]] = [
        ("gateway", "INTEGRATION_FAILURE", 502, ()),
        ("items", "a service behind the API failed", None, (timeout,)),
    ]
    return Made(
        tenants=(
            tenant("acme", "gold", quota=None),
            tenant("acme-eu", "bronze", quota=PlanQuota(10_000, "DAY")),
            tenant("globex"),
            tenant("initech", "bronze", quota=PlanQuota(10_000, "DAY")),
            tenant("umbrella", suspended=True),
        ),
        glance={
            "acme": _calls(360, 4, 0, 212),
            "acme-eu": _calls(5, 0.6, 0, 96),
            "globex": _calls(92, 5, 3, 2180),
            "initech": quiet,
            "umbrella": quiet,
        },
        alarmed={
            "globex": (alarm("5xx", "ALARM"), alarm("latency", "ALARM"), alarm("function-errors")),
            "acme": (alarm("5xx"), alarm("latency")),
        },
        quota={
            "acme-eu": QuotaUse(8_730, 10_000, "DAY", "web"),
            "globex": QuotaUse(214_530, 1_000_000, "MONTH", "web"),
            "initech": QuotaUse(0, 10_000, "DAY", "web"),
            "umbrella": QuotaUse(11, 1_000_000, "MONTH", "web"),
        },
        cost={"acme": 41.2, "acme-eu": 0.87, "globex": 12.4, "initech": 0.61, "umbrella": 0.004},
        failed=[
            Failure(
                NOW - timedelta(minutes=3 * n), where, what, what, ADD, status, f"5a8c01f2-{n:04}", "", causes
            )
            for n, (where, what, status, causes) in enumerate(failing * 3)
        ],
        logged=[_logged(n, *each) for each in CALLS for n in range(each[2])],
    )


def _handover(browser: Browser) -> None:
    tenant = load_platform(TENANTS).tenant("acme")
    address = Address("https://api.example.com/acme", "urn:tenantry:demo:acme")
    HANDOVER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        document = published.of_tenant(contract.load(), tenant, address)
        write(Path(folder) / "acme", tenant, document, date(2026, 11, 28))
        page = (Path(folder) / "acme" / "index.html").as_uri()
        for name, anchor, size, scheme in HANDED:
            with visiting(browser, page, viewport=size, color_scheme=scheme) as visit:
                visit.page.goto(page + anchor)
                visit.page.screenshot(path=HANDOVER / f"{name}.png")


def _portal(browser: Browser) -> None:
    """The newest calls of a tenant, as its developers see them."""
    routes = ["GET /items/{collection}", "POST /items/{collection}", "GET /items/{collection}/{id}"]
    outcomes = [("200", ""), ("201", ""), ("404", ""), ("200", ""), ("403", "ACCESS_DENIED"), ("200", "")]
    ids = (str(uuid.UUID(int=number << 96 | 0x4F0C2D81A9BE, version=4)) for number in range(9_001, 9_999))
    found = [
        Call(
            at=(NOW - timedelta(seconds=47 * n)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            method=routes[n % 3].split()[0],
            route=routes[n % 3].split()[1],
            status=status,
            milliseconds=str(38 + 17 * n % 61),
            key="k1",
            subject="orders-service",
            error=error,
            request_id=next(ids),
            extended_request_id="",
        )
        for n, (status, error) in enumerate(outcomes * 2)
    ]
    contents = {
        "calls": pages.calls_(Calls(tuple(found), True), 1, False, "", {"k1": "web"}),
        "clients": clients_page.clients_(_clients(), SCOPES, "form", "", "", "acme"),
    }
    PORTAL.mkdir(exist_ok=True)
    for name, size, scheme in VISITED:
        shown = name.partition("-")[0]
        page = browser.new_page(viewport=size, color_scheme=scheme)
        page.set_content(pages.page(shown, "acme", "", contents[shown]).body)
        if shown == "clients":
            page.locator("summary").nth(1).click()
        page.screenshot(path=PORTAL / f"{name}.png")
        page.close()


def _clients() -> list[Row]:
    """As developers see them who may change them."""

    def at(**span: float) -> str:
        return (NOW + timedelta(**span)).isoformat()

    exports = Known("nightly-export", SCOPES[:2], at(days=-40), at(hours=-9), at(days=325), at(hours=31))
    partner = Known("trial.partner", SCOPES[:1], at(days=-33), at(days=-6), at(days=-3), None)
    return [
        Row(Known("crm", SCOPES[:1], at(days=-190), at(minutes=-3), None, None), "", False, False),
        Row(exports, "", False, True),
        Row(partner, "", True, False),
    ]


def main() -> None:
    source, told = made(), multiprocessing.Queue()
    app = application(source, Pages(source, lambda: NOW))
    server = multiprocessing.Process(target=serve, args=(app, 0, told.put))
    server.start()
    try:
        address = told.get(timeout=30)
        FOLDER.mkdir(exist_ok=True)
        with chromium() as browser:
            for name, path, size, scheme in PICTURES:
                with visiting(browser, address, viewport=size, color_scheme=scheme) as visit:
                    visit.open(path)
                    visit.page.screenshot(path=FOLDER / f"{name}.png")
            _handover(browser)
            _portal(browser)
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main()
