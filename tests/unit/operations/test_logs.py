"""A tenant's records become lines to read: nothing is lost or told twice, and nothing steers a terminal."""

import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from time import time
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from agreed.metrics import VERDICTS
from api import logs as function_logs
from groups.items.declaration import WRITTEN
from tenantry.cli import logs as command_line
from tenantry.cli.output import harmless
from tenantry.operations.logs.events import ACCESS, Event, Log, all_logs, found
from tenantry.operations.logs.following import OVERLAP_MS, Follower, merged
from tenantry.operations.logs.lines import LogLine, read
from tenantry.rules.naming import Names, log_group
from tests.support.command import Command, Run

NAMES = Names("demo")
REQUEST = "3f2a91bc-0000-4000-8000-000000000001"
OTHER = "77777777-0000-4000-8000-000000000002"


def line(log: str, message: str) -> LogLine:
    found = read(Event(log, "1", 0, message))
    assert found is not None
    return found


def access(status: int, request: str = REQUEST, **fields: str) -> str:
    told = {"request_id": request, "extended_request_id": "JKJaXmPLvHcESHA=", "tenant": "acme"}
    told |= {"method": "GET", "route": "/items/{collection}", "status": str(status), "latency_ms": "12"}
    return json.dumps({**told, "subject": "-", "error": "-", "api_key_id": "-", **fields})


def record(message: str, request: str = REQUEST, level: str = "INFO", **fields: Any) -> str:
    told = {"level": level, "message": message, "function": "items"}
    return json.dumps({**told, "tenant": "acme", "request_id": request, **fields})


@pytest.mark.parametrize(
    ("status", "level"), [(200, "INFO"), (404, "WARNING"), (429, "WARNING"), (503, "ERROR")]
)
def test_a_request_is_told_with_its_answer(status: int, level: str) -> None:
    told = line(ACCESS, access(status, error="THROTTLED", subject="ann"))
    assert (told.kind, told.level, told.status, told.milliseconds) == ("request", level, status, 12)
    assert (told.route, told.request) == ("GET /items/{collection}", REQUEST)
    assert told.message == "error=THROTTLED subject=ann"


def test_a_record_is_told_with_what_is_its_own() -> None:
    told = line("items", record("answered", route="GET /items/{collection}", status=200, duration_ms=3.4))
    assert (told.kind, told.level, told.message, told.status) == ("record", "INFO", "answered", 200)
    assert (told.route, told.milliseconds, told.request) == ("GET /items/{collection}", 3.4, REQUEST)
    causes = [
        {"type": "api.errors.Unavailable", "stack": "File"},
        {"type": "botocore.ClientError", "stack": ""},
    ]
    assert line("notifier", record("delivered", route="notifier")).route == ""
    told = line("items", record("a service behind the API failed", level="ERROR", causes=causes, cause=None))
    assert (
        told.message == "a service behind the API failed causes=api.errors.Unavailable < botocore.ClientError"
    )
    assert told.is_error
    assert told.fields["causes"] == causes


def test_what_the_functions_write_is_read_whatever_they_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Tenantry")
    # Powertools keeps a logger by its service: another test's would write where that test's output went.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "read-back")
    function_logs.log.cache_clear()
    function_logs.begin(tenant="acme", route="GET /items/{collection}", request_id=REQUEST)
    function_logs.info("asked", size=3)
    function_logs.end("refused", {VERDICTS: 1, WRITTEN: 2}, reason="expired", status=401)
    function_logs.log.cache_clear()
    asked, refused = (line("authorizer", each) for each in capsys.readouterr().out.splitlines())
    assert (asked.request, asked.message) == (REQUEST, "asked size=3")
    assert (refused.request, refused.message, refused.status) == (REQUEST, "refused reason=expired", 401)
    assert refused.fields["ItemsWritten"] == [2]


@pytest.mark.parametrize(
    ("log", "message"),
    [
        ("items", "START RequestId: 1-2 Version: $LATEST"),
        ("items", "END RequestId: 1-2\n"),
        ("items", "INIT_START Runtime Version: python:3.11.v1\tRuntime Version ARN: arn:aws:lambda"),
        ("items", '{"_aws": {"CloudWatchMetrics": []}, "tenant": "acme", "ItemsWritten": 1}'),
        ("authorizer", "[ERROR] Exception: Unauthorized\nTraceback (most recent call last):\n  File"),
    ],
)
def test_what_only_frames_or_repeats_others_is_folded(log: str, message: str) -> None:
    assert read(Event(log, "1", 0, message)) is None


@pytest.mark.parametrize(
    "message",
    [
        "2026-11-22T10:00:00.000Z 1-2 Task timed out after 10.01 seconds",
        "RequestId: 1-2 Error: Runtime exited with error: signal: killed",
        "[ERROR] KeyError: 'x'\nTraceback (most recent call last):",
        "REPORT RequestId: 1-2\tDuration: 10000.00 ms\tBilled Duration: 10000 ms\tStatus: timeout",
    ],
)
def test_a_function_that_ended_badly_is_an_error(message: str) -> None:
    assert line("items", message).is_error


def test_lambdas_report_keeps_its_measures() -> None:
    measures = "Duration: 12.34 ms\tBilled Duration: 13 ms\tMax Memory Used: 80 MB\tInit Duration: 300.1 ms"
    told = line("items", f"REPORT RequestId: 1-2\t{measures}")
    assert (told.kind, told.level, told.milliseconds) == ("report", "DEBUG", 12.34)
    assert told.fields == {"duration": "12.34 ms", "max_memory_used": "80 MB", "init_duration": "300.1 ms"}


@given(
    st.text()
    | st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.none())).map(json.dumps)
)
def test_any_event_is_read_and_any_text_shown_as_one_line_that_prints(message: str) -> None:
    for log in all_logs():
        told = read(Event(log, "1", 0, message))
        if told is not None:
            shown = harmless(told.message + told.level + told.route + told.request)
            assert shown == "" or shown.isprintable()


@pytest.fixture
def logs(project: Path, no_credentials: None) -> Iterator[Any]:  # noqa: ARG001 - set up before moto
    with mock_aws():
        yield boto3.client("logs", region_name="eu-west-3")


@pytest.fixture
def write(logs: Any) -> Iterator[Callable[..., None]]:
    """Write events of acme's, or another's, each given as its age in seconds and its message."""
    made: set[str] = set()

    def write(log: str, *events: tuple[float, str], slug: str = "acme") -> None:
        group = NAMES.access_log(slug) if log == ACCESS else log_group(NAMES.function(slug, log))
        if group not in made:
            made.add(group)
            logs.create_log_group(logGroupName=group)
        stream = secrets.token_hex(8)
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        told = [{"timestamp": int((time() - age) * 1000), "message": text} for age, text in events]
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=told)

    yield write
    for group in made:  # tests of one process may share a moto
        logs.delete_log_group(logGroupName=group)


def test_only_the_tenants_own_logs_are_found(logs: Any, write: Callable[..., None]) -> None:
    for slug in ("acme-eu", "acme"):
        for log in ("items", ACCESS):
            write(log, (1, slug), slug=slug)
    longer = log_group(NAMES.function("acme", "tools_before"))
    logs.create_log_group(logGroupName=longer)
    there = found(logs, NAMES, "acme")
    assert list(there) == [ACCESS, "items"]
    assert {event.message for event in merged(logs, there.values(), 0)} == {"acme"}
    logs.delete_log_group(logGroupName=longer)


def test_logs_are_merged_by_time(logs: Any, write: Callable[..., None]) -> None:
    write(ACCESS, (30, "1"), (10, "3"))
    write("items", (20, "2"), (5, "4"))
    assert [each.message for each in merged(logs, found(logs, NAMES, "acme").values(), 0)] == list("1234")


def test_following_tells_each_event_once_and_late_ones_too(logs: Any, write: Callable[..., None]) -> None:
    write("items", (50, "early"), (10, "first"))
    write(ACCESS, (10, "other"))
    follower = Follower(logs, found(logs, NAMES, "acme").values(), int((time() - 60) * 1000))

    def look() -> list[str]:
        return [event.message for event in follower.look()]

    assert look() == ["early", "first", "other"]
    assert look() == []
    write("items", (20, "late"), (1, "second"))
    assert look() == ["late", "second"]
    assert look() == []


def test_following_forgets_what_it_will_not_read_again() -> None:
    times = [0, OVERLAP_MS, 3 * OVERLAP_MS]

    class Growing:
        def filter_log_events(self, **asked: Any) -> Any:
            return {
                "events": [
                    {"eventId": str(when), "timestamp": when, "message": ""}
                    for when in times
                    if when >= asked["startTime"]
                ]
            }

    follower = Follower(Growing(), [Log("items", "/x", None)], 0)
    assert len(list(follower.look())) == 3
    (tail,) = follower._tails
    assert (list(tail.seen), tail.start_ms) == ([str(3 * OVERLAP_MS)], 2 * OVERLAP_MS)


@pytest.fixture
def told(run: Run, tmp_path: Path, logs: Any) -> Callable[..., str]:  # noqa: ARG001 - AWS is there
    def told(*options: str) -> str:
        code, out, err = run(Command(tmp_path), "logs", "acme", "--stack", "demo", *options)
        assert code == 0, err
        return out or err

    return told


def test_one_requests_way_is_told_in_order(write: Callable[..., None], told: Callable[..., str]) -> None:
    write("notifier", (9, record("delivered")), (8, record("delivered", request=OTHER)))
    write("authorizer", (9.5, record("accepted")))
    write("contact", (10, record("answered")))  # clocks differ
    write(ACCESS, (9, access(202)), (8, access(200, request=OTHER)))
    lines = told("--request", REQUEST).splitlines()
    assert [each.split()[2] for each in lines] == ["access", "authorizer", "contact", "notifier"]
    assert told("--request", REQUEST[:8]).splitlines() == lines
    assert told("--request", "JKJaXmPLvHcESHA=").splitlines()[0] == lines[0]
    assert "nothing of this request in the last 15m" in told("--request", "00000000")


def test_errors_alone_are_failures_of_the_platform(
    write: Callable[..., None], told: Callable[..., str]
) -> None:
    write(ACCESS, (9, access(200)), (8, access(404)), (7, access(503)))
    write("items", (8, record("refused", level="WARNING")), (7, record("unexpected failure", level="ERROR")))
    lines = told("--errors").splitlines()
    assert [each.split()[2:4] for each in lines] == [["access", "ERROR"], ["items", "ERROR"]]


def test_groups_and_time_narrow_what_is_told(write: Callable[..., None], told: Callable[..., str]) -> None:
    write(ACCESS, (3600, access(200)), (60, access(200)))
    write("items", (60, record("answered")))
    write("tools", (60, record("answered")))
    assert len(told("--group", "access").splitlines()) == 1
    assert len(told("--group", "access", "--since", "2h").splitlines()) == 2
    assert len(told("--group", "tools", "--group", "items").splitlines()) == 2


def test_json_holds_all_that_an_event_holds(write: Callable[..., None], told: Callable[..., str]) -> None:
    write(ACCESS, (5, access(200)))
    write("items", (4, "REPORT RequestId: 1-2\tDuration: 12.34 ms"))
    request, report = (json.loads(each) for each in told("--json").splitlines())
    assert (request["log"], request["status"], request["fields"]) == ("access", 200, json.loads(access(200)))
    assert (report["kind"], report["milliseconds"]) == ("report", 12.34)


HOSTILE = "\x1b[2J\x1b]0;owned\x07 \r\n\x9b31m \u202egnp.exe [red]x[/red] [link=https://evil]y[/link] \ud800"


def test_hostile_values_steer_no_terminal(write: Callable[..., None], told: Callable[..., str]) -> None:
    write("items", (4, record(HOSTILE, request=HOSTILE, level=HOSTILE, route=HOSTILE, **{HOSTILE: HOSTILE})))
    write("contact", (3, HOSTILE.replace("\ud800", "")))
    record_line, text_line = told().splitlines()
    assert (record_line + text_line).isprintable()
    for shown in (record_line, text_line):
        assert "\\x1b[2J" in shown
        assert "[red]x[/red] [link=https://evil]y[/link]" in shown
    assert all(ord(each) < 128 for each in told("--json").replace("\n", ""))


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--since", "yesterday"), "write it as 90s, 15m, 2h or 3d"),
        (("--since", "0m"), "is not a span of time"),
        (("--request", 'x" "y'), "is not a request's id"),
        (("--request", REQUEST, "--follow"), "give one of them"),
        (("--group", "tools"), "acme has no log tools; it has access"),
        (("--group", "shop"), "acme has no log shop; it has access"),
    ],
)
def test_what_cannot_be_read_is_refused(
    run: Run, tmp_path: Path, write: Callable[..., None], options: tuple[str, ...], word: str
) -> None:
    write(ACCESS, (5, access(200)))
    code, out, err = run(Command(tmp_path), "logs", "acme", "--stack", "demo", *options)
    assert (code, out) == (2, "")
    assert word in " ".join(err.split())


@pytest.mark.usefixtures("logs")
def test_a_tenant_without_logs_is_told(run: Run, tmp_path: Path) -> None:
    code, _, err = run(Command(tmp_path), "logs", "initech", "--stack", "demo")
    assert code == 1
    assert "stack demo, Region eu-west-3 has no log of initech" in err


def test_following_ends_with_ctrl_c_and_without_a_word(
    run: Run, tmp_path: Path, write: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(ACCESS, (5, access(200)))
    pauses = iter([lambda: write("access", (1, access(503))), None])

    def pause(_seconds: float) -> None:
        if (then := next(pauses)) is None:
            raise KeyboardInterrupt
        then()

    monkeypatch.setattr(command_line.time, "sleep", pause)
    code, out, err = run(Command(tmp_path), "logs", "acme", "--stack", "demo", "--follow")
    assert (code, err) == (0, "")
    assert [" 200 " in each or " 503 " in each for each in out.splitlines()] == [True, True]
