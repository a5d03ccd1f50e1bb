"""What a bill rests on: each request of the access log once, by key, route and day, held against the plan."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tenantry.operations.logs.events import ACCESS, Event, found
from tenantry.operations.logs.requests import UNMATCHED, RequestCount, counted
from tenantry.operations.metering import usage_reports
from tenantry.operations.metering.usage import Day, KeyUsage
from tenantry.operations.metering.usage_reports import Report, UsageLine, report
from tenantry.operations.places import Place
from tenantry.operations.running import Key, RunningTenant
from tenantry.rules.naming import Names

TODAY = datetime.now(UTC).date()
YESTERDAY = TODAY - timedelta(days=1)
WEB = Key("k1", "web", datetime.now(UTC), True)
ACME = RunningTenant("acme", "gold", False, "https://acme.example", "plan1", 5, 10, None, (WEB,), {}, ())
PLACE = Place(Names("demo"), "eu-west-3", "demo", "stack demo", lambda _: None, lambda *_: "")


def at(day: date, clock: str = "00:00:01") -> int:
    return int(datetime.combine(day, time.fromisoformat(clock), UTC).timestamp() * 1000)


def line(status: int, route: str = "GET /items/{collection}", key: str = "k1") -> str:
    method, _, path = route.partition(" ")
    fields = {"request_id": "r", "api_key_id": key, "method": method, "route": path, "status": str(status)}
    return json.dumps(fields)


def event(message: str, when: int) -> Event:
    return Event(ACCESS, "", when, message)


def test_requests_are_counted_by_day_key_route_and_answer() -> None:
    events = [
        event(line(200), at(YESTERDAY, "23:59:59.999")),
        event(line(201, "POST /items/{collection}"), at(TODAY, "00:00")),
        *(event(line(status), at(TODAY)) for status in (200, 404, 429, 500)),
        event(line(401, key="-"), at(TODAY)),
    ]
    counts = {(each.day, each.key_id, each.route): each.count for each in counted(events)}
    assert counts == {
        (YESTERDAY, "k1", "GET /items/{collection}"): RequestCount(requests=1, succeeded=1),
        (TODAY, "", "GET /items/{collection}"): RequestCount(requests=1, refused=1),
        (TODAY, "k1", "GET /items/{collection}"): RequestCount(
            4, succeeded=1, refused=2, failed=1, throttled=1
        ),
        (TODAY, "k1", "POST /items/{collection}"): RequestCount(requests=1, succeeded=1),
    }


def test_no_line_is_lost_and_none_takes_memory_of_its_own() -> None:
    """A client may choose the request's id, which API Gateway puts into the line as it is."""
    lines = ["", "no JSON", "[1]", '{"request_id": "x"", "api_key_id": "k1"}', "[" * 100_000]
    lines += [line(404, f"GET /{number}", key="-") for number in range(50)]
    (each,) = counted(event(text, at(TODAY)) for text in lines)
    assert (each.key_id, each.route, each.count.requests) == ("", UNMATCHED, len(lines))


def test_a_preflight_counts_by_its_path() -> None:
    (each,) = counted([event(line(204, "OPTIONS /contact", key="-"), at(TODAY))])
    assert each.route == "OPTIONS /contact"


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws():
        yield boto3.client("logs", region_name="eu-west-3")


@pytest.fixture
def place(logs: Any) -> Place:
    return replace(PLACE, names=Names(f"u{secrets.token_hex(4)}"), client=lambda _: logs)


def write(logs: Any, place: Place, slug: str, lines: list[tuple[int, str]], kept_days: int = 0) -> None:
    group = place.names.access_log(slug)
    logs.create_log_group(logGroupName=group)
    if kept_days:
        logs.put_retention_policy(logGroupName=group, retentionInDays=kept_days)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    events = [{"timestamp": when, "message": text} for when, text in sorted(lines)]
    logs.put_log_events(logGroupName=group, logStreamName="s", logEvents=events)


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[KeyUsage]:
    """What the usage plan tells, for a test to fill."""
    plan: list[KeyUsage] = []
    monkeypatch.setattr(usage_reports, "usage_of", lambda *_: tuple(plan))
    return plan


def test_every_page_of_a_log_is_read_and_no_other_tenants(logs: Any, place: Place) -> None:
    write(logs, place, "acme", [(at(TODAY) + number, str(number)) for number in range(25)])
    write(logs, place, "acme-eu", [(at(TODAY), "other")])

    class Paged:
        """Pages of ten."""

        def filter_log_events(self, **asked: Any) -> Any:
            return logs.filter_log_events(limit=10, **{name: each for name, each in asked.items() if each})

    log = found(logs, place.names, "acme")[ACCESS]
    assert [each.message for each in log.events(Paged(), at(TODAY))] == [str(each) for each in range(25)]
    inside = log.events(logs, at(TODAY) + 5, at(TODAY) + 8)
    assert [each.message for each in inside] == ["5", "6", "7"]


def test_a_report_names_keys_and_keeps_to_its_days(logs: Any, place: Place, planned: list[KeyUsage]) -> None:
    planned += [KeyUsage("k1", "web", (Day(TODAY, 2, None),)), KeyUsage("old", None, (Day(TODAY, 1, None),))]
    today = [line(200), line(429), line(200, key="old"), line(403, key="-"), line(403, key="foreign")]
    write(logs, place, "acme", [(at(YESTERDAY), line(200)), *((at(TODAY), each) for each in today)])
    (before,) = report(place, ACME, YESTERDAY, YESTERDAY).lines
    assert (before.day, before.requests) == (YESTERDAY, 1)
    told = report(place, ACME, TODAY, TODAY)
    assert {(each.key, each.key_id): each.requests for each in told.lines} == {
        ("", ""): 1,
        ("web", "k1"): 2,
        ("old", "old"): 1,
        ("foreign", "foreign"): 1,
    }
    assert (told.total, told.keyed, told.throttled, told.planned, told.agrees) == (5, 3, 1, 3, True)


@pytest.mark.parametrize(("counts", "agrees"), [(1, False), (2, True), (3, True), (4, False)])
def test_log_and_plan_agree_with_or_without_what_was_throttled(
    logs: Any, place: Place, planned: list[KeyUsage], counts: int, agrees: bool
) -> None:
    planned += [KeyUsage("k1", "web", (Day(TODAY, counts, None),))]
    write(logs, place, "acme", [(at(TODAY), line(status)) for status in (200, 200, 429)])
    assert report(place, ACME, TODAY, TODAY).agrees is agrees


def test_days_that_the_log_keeps_no_longer_are_the_plans(
    logs: Any, place: Place, planned: list[KeyUsage]
) -> None:
    first, kept = TODAY - timedelta(days=20), TODAY - timedelta(days=13)
    days = (Day(first, 5, None), Day(first + timedelta(days=1), 0, None), Day(kept, 7, None))
    planned += [KeyUsage("k1", "web", days)]
    write(logs, place, "acme", [(at(kept), line(200))], kept_days=14)
    told: Report = report(place, ACME, first, TODAY)
    assert told.lines == (
        UsageLine(first, "web", "k1", None, 5),
        UsageLine(kept, "web", "k1", "GET /items/{collection}", 1, 1, 0, 0),
    )
    assert (told.logged_from, told.planned) == (kept, 7)


def days_ago(number: int) -> date:
    return TODAY - timedelta(days=number)


@pytest.mark.parametrize("retention", [30, 0])
def test_days_that_are_lost_though_the_log_says_that_it_keeps_them_are_the_plans(
    logs: Any, place: Place, planned: list[KeyUsage], retention: int
) -> None:
    """Its retention was raised after they were deleted, or the log group is a new one."""
    planned += [KeyUsage("k1", "web", tuple(Day(days_ago(number), 10, None) for number in range(27, -1, -1)))]
    lines = [(at(days_ago(number)), line(200)) for number in range(11) for _ in range(10)]
    write(logs, place, "acme", lines, kept_days=retention)
    result = report(place, ACME, days_ago(27), TODAY)
    assert [(each.day, each.route, each.requests) for each in result.lines] == [
        *((days_ago(number), None, 10) for number in range(27, 10, -1)),
        *((days_ago(number), "GET /items/{collection}", 10) for number in range(10, -1, -1)),
    ]
    assert (result.total, result.logged_from, result.agrees) == (280, days_ago(10), True)


@pytest.mark.parametrize("counts", [3, 4])
def test_a_day_of_which_only_a_part_was_lost_is_the_plans(
    logs: Any, place: Place, planned: list[KeyUsage], counts: int
) -> None:
    """The log has three calls with the key, of which a plan need not count the throttled one."""
    planned += [KeyUsage("k1", "web", (Day(days_ago(2), 5, None), Day(YESTERDAY, counts, None)))]
    lines = [line(200), line(200), line(429), line(200, key="-")]
    write(logs, place, "acme", [(at(YESTERDAY), each) for each in lines] + [(at(TODAY), line(200))])
    result = report(place, ACME, days_ago(2), TODAY)
    assert [(each.day, each.route, each.requests) for each in result.lines] == [
        (days_ago(2), None, 5),
        (YESTERDAY, None, counts),
        (TODAY, "GET /items/{collection}", 1),
    ]
    assert (result.logged_from, result.keyed, result.planned) == (TODAY, 1, 0)


def test_a_plan_that_counts_refused_calls_makes_no_day_count_twice(
    logs: Any, place: Place, planned: list[KeyUsage]
) -> None:
    """The log has them too, without their key."""
    planned += [KeyUsage("k1", "web", (Day(YESTERDAY, 3, None), Day(TODAY, 1, None)))]
    refused = [(at(day), line(401, key="-")) for day in (YESTERDAY, TODAY) for _ in range(3)]
    write(logs, place, "acme", refused)
    result = report(place, ACME, YESTERDAY, TODAY)
    assert [(each.day, each.key, each.requests) for each in result.lines] == [
        (YESTERDAY, "", 3),
        (TODAY, "", 3),
    ]
    assert not result.agrees


def test_a_day_without_a_line_amid_those_that_have_some_is_reported_as_a_difference(
    logs: Any, place: Place, planned: list[KeyUsage]
) -> None:
    """The log may be minutes late today, and the plan half an hour: neither replaces the other."""
    planned += [KeyUsage("k1", "web", (Day(YESTERDAY, 1, None), Day(TODAY, 2, None)))]
    write(logs, place, "acme", [(at(YESTERDAY), line(200))])
    result = report(place, ACME, YESTERDAY, TODAY)
    assert (result.total, result.logged_from, result.agrees) == (1, YESTERDAY, False)


def test_an_empty_log_leaves_all_to_the_plan(logs: Any, place: Place, planned: list[KeyUsage]) -> None:
    planned += [KeyUsage("k1", "web", (Day(YESTERDAY, 5, None),))]
    logs.create_log_group(logGroupName=place.names.access_log("acme"))
    result = report(place, ACME, days_ago(2), TODAY)
    assert (result.lines, result.logged_from) == ((UsageLine(YESTERDAY, "web", "k1", None, 5),), None)


def test_a_month_before_all_that_is_kept_is_empty(logs: Any, place: Place, planned: list[KeyUsage]) -> None:
    planned += [KeyUsage("k1", "web", ())]
    write(logs, place, "acme", [(at(TODAY), line(200))], kept_days=14)
    ended = TODAY - timedelta(days=100)
    told = report(place, ACME, ended - timedelta(days=30), ended)
    assert (told.lines, told.agrees) == ((), True)


def test_without_an_access_log_the_plan_tells_all(place: Place, planned: list[KeyUsage]) -> None:
    planned += [KeyUsage("k1", "web", (Day(TODAY, 5, None),))]
    told = report(place, ACME, TODAY, TODAY)
    assert (told.lines, told.logged_from) == ((UsageLine(TODAY, "web", "k1", None, 5),), None)
