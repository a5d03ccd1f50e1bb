"""One tenant's page: any span of time and the day before, routes and keys, errors by their cause."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tenantry.console import ranges
from tenantry.console.ranges import DEFAULT, OwnRange, Range
from tenantry.operations.logs.events import ACCESS, Event
from tenantry.operations.logs.failures import Failure
from tenantry.operations.logs.lines import Cause, read
from tenantry.operations.running import Key
from tests.support.console import NOW, Made, alarm, get, tenant
from tests.unit.console.test_pages import made, text

FRAME = '  File "/var/task/groups/items/handler.py", line 12, in read\n    raise <b>\n'


def access(seconds: int, route: str, status: str = "200", key: str = "-", request: str = "r") -> Event:
    method, _, path = route.partition(" ")
    fields = {"method": method, "route": path, "status": status, "api_key_id": key, "latency_ms": "12"}
    at = NOW - timedelta(seconds=seconds)
    return Event(ACCESS, request, int(at.timestamp() * 1000), json.dumps({**fields, "request_id": request}))


def section(page: str, name: str) -> str:
    return text(re.findall(rf'<section aria-labelledby="{name}"[^>]*>.*?</section>', page, re.S)[0])


@pytest.mark.parametrize(
    ("start", "end", "steps", "period"),
    [
        ("2026-11-22T13:00", "2026-11-22T14:00", 60, 60),
        ("2026-11-22T14:00", "2026-11-22T14:01", 5, 60),
        ("2026-11-21T00:00", "2026-11-22T00:00", 96, 900),
        ("2026-11-01T00:00", "2026-11-01T00:30", 6, 300),
        ("2026-06-01T00:30", "2026-06-01T02:30", 3, 3600),
        ("2025-01-01T00:00", "2026-11-22T00:00", 93, 28_800),
    ],
    ids=["an hour", "too short", "a day", "no minutes kept", "no 5 minutes kept", "too long"],
)
def test_any_span_is_drawn_in_steps_that_cloudwatch_has_kept(
    start: str, end: str, steps: int, period: int
) -> None:
    window = ranges.chosen({"from": start, "to": end}).window(NOW)
    assert (len(window.steps()), window.period) == (steps, period)
    assert window.start.timestamp() % period == 0
    assert window.end >= NOW.fromisoformat(f"{end}+00:00")


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-11-22T14:00", "2026-11-22T13:00"),
        ("yesterday", "2026-11-22T13:00"),
        ("2026-11-22T14:00+02:00", "2026-11-22T15:00"),
        ("0001-01-01T00:00", "9999-12-31T23:59"),
        ("2026-11-22T14:00", ""),
    ],
)
def test_a_span_that_cannot_be_understood_is_the_last_hour(start: str, end: str) -> None:
    assert ranges.chosen({"from": start, "to": end}) == DEFAULT


def test_an_own_span_stays_in_the_links_and_in_its_form() -> None:
    page = get(made(), "/tenants/acme?from=2026-11-22T13:00&to=2026-11-22T14:00").text
    assert "Over Nov 22, 13:00 to 14:00 UTC" in text(page)
    assert 'name="from" required value="2026-11-22T13:00"' in page
    assert 'href="/?from=2026-11-22T13%3A00&amp;to=2026-11-22T14%3A00"' in page


@pytest.mark.parametrize(
    ("span", "back", "words"),
    [
        (DEFAULT, timedelta(days=1), "the day before"),
        (Range("24h", "", 86_400), timedelta(days=1), "the day before"),
        (Range("7d", "", 7 * 86_400), timedelta(days=7), "the week before"),
        (OwnRange(NOW - timedelta(days=10), NOW), timedelta(days=14), "14 days before"),
    ],
)
def test_a_span_is_compared_with_one_that_lies_wholly_before_it(
    span: ranges.Span, back: timedelta, words: str
) -> None:
    window = span.window(NOW)
    before, named = ranges.earlier(window)
    assert (window.start - before.start, window.end - before.end) == (back, back)
    assert (before.end <= window.start, named, before.period) == (True, words, window.period)


def test_the_day_before_is_drawn_only_when_asked_for_and_named_in_the_tables() -> None:
    assert "data-before" not in get(made(), "/tenants/acme").text
    page = get(made(), "/tenants/acme?compare=before").text
    heads = re.findall(r"<thead><tr>(.*?)</tr>", page)
    assert [text(each) for each in re.findall(r"<th scope=\"col\" data-before>.*?</th>", heads[0])] == [
        "all, the day before"
    ]
    assert "p95, the day before" in heads[1]
    first = re.findall(r"<tbody>\s*<tr>(.*?)</tr>", page, re.S)[0]
    *parts, whole = (float(each) for each in re.findall(r'data-value="([\d.]+)"', first))
    assert 0 < whole < sum(parts)
    assert "1,200 1,200 the day before" in text(page)
    assert 'id="compare" href="/tenants/acme"' in page


def test_calls_are_told_by_route_with_the_last_of_each_and_probes_apart() -> None:
    lines = [
        access(60, "GET /items/{collection}", key="id-acme"),
        access(120, "GET /items/{collection}", "429", key="id-acme"),
        access(300, "POST /items/{collection}", "500", key="id-acme"),
        access(30, "GET /health"),
    ]
    told = section(get(made(logged=lines), "/tenants/acme").text, "routes")
    assert "GET /items/{collection} 2 1 50 % 1 0 0 % 12 ms 1 minute ago" in told
    assert "POST /items/{collection} 1 0 0 % 0 1 100 % 12 ms 5 minutes ago" in told
    assert "1 health probes are not counted here" in told


def test_of_a_busy_log_the_page_says_how_far_back_it_was_read() -> None:
    source = made(logged=[access(60, "GET /items/{collection}")], complete=False)
    told = section(get(source, "/tenants/acme").text, "routes")
    assert "Of the newest calls, back to 2026-11-22 14:29:12 UTC" in told


def test_each_key_is_told_with_its_calls_and_its_last_use() -> None:
    keys = tuple(Key(f"id-{name}", name, NOW - timedelta(days=9), True) for name in ("app", "old", "web"))
    lines = [access(90, "GET /items/{collection}", "429", key="id-web"), access(5, "GET /nowhere", "403")]
    source = made(tenants=(tenant("acme", keys=keys),), logged=lines, days={"id-app": date(2026, 11, 3)})
    told = section(get(source, "/tenants/acme").text, "keys")
    assert "web 1 minute ago 1 1 100 % 1 0 0 % 9 days Enabled id-web" in told
    assert "app on 2026-11-03 0 0 0 0 9 days Enabled id-app" in told
    assert "old not in 90 days" in told
    assert "without a valid key under a minute ago 1 1 100 %" in told


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("traffic", "Calls by route and by key: not known."),
        ("last_days", "When keys were used before that: not known."),
    ],
)
def test_what_cannot_be_read_of_routes_and_keys_is_told_and_spoils_nothing_else(part: str, told: str) -> None:
    answer = get(made(refused={part: "AWS, Region x: AccessDenied: no"}), "/tenants/acme")
    assert answer.status_code == 200
    assert told in text(answer.text)
    assert "not in 90 days" not in text(answer.text) or part == "traffic"


def failing(number: int, **differing: object) -> Failure:
    causes = (Cause("groups.items.Broken", FRAME), Cause("KeyError", ""))
    at = NOW - timedelta(minutes=number)
    known = Failure(
        at, "items", "it failed", f"it failed n={number}", "GET /items", None, f"request-{number}", "", causes
    )
    return replace(known, **differing)  # type: ignore[arg-type]


def test_errors_of_one_cause_are_one_row_with_its_frame_stack_and_newest_request() -> None:
    page = get(made(failed=[failing(1), failing(2), failing(3, route="GET /other")]), "/tenants/acme").text
    told = section(page, "errors")
    assert (
        "2 since 2 minutes 2026-11-22 14:29:12 items GET /items it failed n=1 groups.items.Broken at File"
        in told
    )
    assert "line 12, in read" in told
    assert told.count("Stack") == 2
    assert 'href="/tenants/acme/requests/request-1?at=2026-11-22T14%3A29"' in page
    assert "raise &lt;b&gt;" in page
    assert "raise <b>" not in page


def request_lines() -> list[Event]:
    record = {"level": "ERROR", "message": "it failed", "request_id": "request-1", "route": "GET /items"}
    causes = [{"type": "groups.items.Broken", "stack": FRAME}]
    moment = int(NOW.timestamp() * 1000)
    return [
        access(1, "GET /items/{collection}", "500", request="request-1"),
        Event("items", "2", moment, json.dumps({**record, "causes": causes})),
    ]


def of_request(**differing: object) -> Made:
    lines = [line for line in map(read, request_lines()) if line is not None]
    return made(lines_of=lines, **differing)


def test_a_requests_way_is_told_line_by_line_around_its_moment() -> None:
    source = of_request()
    page = get(source, "/tenants/acme/requests/request-1?range=6h&at=2026-11-22T14:29").text
    told = text(page)
    assert "access ERROR 2026-11-22 14:30:11 500 12 ms GET /items/{collection}" in told
    assert "items ERROR 2026-11-22 14:30:12 GET /items it failed causes=groups.items.Broken Stack" in told
    assert "&#34;request_id&#34;: &#34;request-1&#34;" in page
    assert source.asked["way"] == ["2026-11-22T14:24:00+00:00", "2026-11-22T15:29:00+00:00"]
    assert 'href="/tenants/acme?range=6h"' in page


def test_a_request_of_which_nobody_knows_when_it_was_is_looked_for_in_the_last_day() -> None:
    source = of_request()
    told = text(get(source, "/tenants/acme/requests/request-9").text)
    assert "The logs say nothing of it in this time" in told
    assert "tenantry logs acme --request request-9" in told
    assert source.asked["way"][0] == (NOW - timedelta(days=1)).isoformat()


def test_an_id_that_somebody_sent_leads_to_the_requests_page() -> None:
    answer = get(of_request(), "/tenants/acme/requests?id=%20ab/c%3Fd=%20")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tenants/acme/requests/ab%2Fc%3Fd%3D")


def test_what_is_not_a_requests_id_is_told_as_such() -> None:
    answer = get(of_request(), "/tenants/acme/requests/<script>")
    assert answer.status_code == 400
    assert "is not a request&#39;s id" in answer.text
    assert "<script>" not in answer.text.replace('<script src="/static/', "")


def test_an_alarm_links_to_its_section_of_the_runbooks_that_the_console_serves() -> None:
    own = replace(alarm("5xx", "ALARM"), runbook="docs/runbooks.md#5xx")
    elsewhere, nowhere = alarm("latency"), replace(alarm("function-errors"), runbook="see the wiki")
    source = made(alarmed={"acme": (own, elsewhere, nowhere)})
    page = get(source, "/tenants/acme").text
    assert 'href="/runbooks#5xx"' in page
    assert 'href="https://example.com/runbooks#latency"' in page
    assert "see the wiki" in section(page, "alarms")
    books = get(source, "/runbooks").text
    assert '<h2 id="5xx">' in books
    assert "<script" not in re.sub(r"<script src=\"/static/", "", books)
