"""Recent errors are found in the access log and in the functions' logs, the newest first."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from tenantry.operations.logs.events import PAGES
from tenantry.operations.logs.failures import Failure, failures, grouped
from tenantry.operations.logs.lines import Cause
from tenantry.operations.running import Running
from tenantry.rules.naming import log_group
from tests.support.console import NAMES, NOW, PLACE, tenant

ACCESS, ITEMS = NAMES.access_log("acme"), log_group(NAMES.function("acme", "items"))


class Logs:
    """Answers FilterLogEvents page by page; a group that it lacks is not there."""

    def __init__(self, lines: dict[str, list[list[str]]]) -> None:
        self.lines, self.asked = lines, list[dict[str, Any]]()

    def filter_log_events(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        if asked["logGroupName"] not in self.lines:
            refused = {"Error": {"Code": "ResourceNotFoundException", "Message": "no such group"}}
            raise ClientError(refused, "FilterLogEvents")
        pages = self.lines[asked["logGroupName"]]
        page = int(asked.get("nextToken", 0))
        at = int(NOW.timestamp() * 1000)
        events = [{"eventId": "e", "timestamp": at - 1000 * page, "message": line} for line in pages[page]]
        return {"events": events, **({"nextToken": str(page + 1)} if page + 1 < len(pages) else {})}


def found(logs: Logs, most: int = 50) -> list[Failure]:
    place = replace(PLACE, client=lambda service: {"logs": logs}[service])
    running = Running(place, "a1b2c3", NAMES.cell, (tenant("acme"),))
    return failures(running, running.tenants[0], NOW - timedelta(hours=1), NOW, most)


def answer(status: str, **more: str) -> str:
    line = {"status": status, "method": "GET", "route": "/health", "request_id": "r1", "trace_id": "-"}
    return json.dumps({**line, **more})


def test_an_answer_of_5xx_is_told_with_its_route_and_ids() -> None:
    logs = Logs(
        {ACCESS: [[answer("200"), answer("404"), answer("504", error="INTEGRATION_TIMEOUT", trace_id="1-a")]]}
    )
    (failure,) = found(logs)
    what, kind = "error=INTEGRATION_TIMEOUT", "INTEGRATION_TIMEOUT"
    at = NOW.replace(microsecond=0)
    assert failure == Failure(at, "gateway", kind, what, "GET /health", 504, "r1", "1-a")


def test_an_error_of_a_function_is_told_with_its_cause_and_its_stack_apart() -> None:
    record = {"level": "ERROR", "message": "it failed", "route": "POST /items/{collection}"}
    record |= {
        "request_id": "r2",
        "xray_trace_id": "1-b",
        "causes": [{"type": "botocore.X", "stack": "File 1"}],
    }
    lines = [json.dumps({**record, "level": "INFO"}), json.dumps(record), "START RequestId: 1", "[1, 2]"]
    (failure,) = found(Logs({ITEMS: [lines]}))
    assert (failure.where, failure.what) == ("items", "it failed causes=botocore.X")
    assert (failure.request_id, failure.trace_id, failure.status) == ("r2", "1-b", None)
    assert failure.causes == (Cause("botocore.X", "File 1"),)


def test_the_newest_are_asked_for_and_come_first() -> None:
    logs = Logs({ACCESS: [[answer("500", request_id="new")], [answer("500", request_id="old")]]})
    assert [each.request_id for each in found(logs)] == ["new", "old"]
    assert [each.request_id for each in found(logs, most=1)] == ["new"]
    assert not any(asked["startFromHead"] for asked in logs.asked)


def test_a_group_is_searched_no_longer_than_a_page_may_take() -> None:
    logs = Logs({ACCESS: [[] for _ in range(PAGES + 5)]})
    assert found(logs) == []
    assert len([asked for asked in logs.asked if asked["logGroupName"] == ACCESS]) == PAGES


def test_errors_of_one_cause_are_one_group_with_its_newest_and_first() -> None:
    def record(message: str, frame: str, number: int) -> str:
        stack = (
            f'  File "/var/task/api/start.py", line 9, in handle\n    x\n  File "{frame}", line 7, in read\n'
        )
        fields = {"level": "ERROR", "message": message, "request_id": f"r{number}", "attempt": number}
        return json.dumps({**fields, "causes": [{"type": "botocore.X", "stack": stack}]})

    lines = [
        [record("it failed", "a.py", 1), record("it failed", "a.py", 2)],
        [record("it failed", "b.py", 3), record("it failed", "a.py", 4)],
        ["2026-11-22T14:30:12Z 0f0e0d0c-0b0a-0908-0706-050403020100 Task timed out after 3.00 seconds"],
        ["2026-11-22T14:30:13Z 1f0e0d0c-0b0a-0908-0706-050403020100 Task timed out after 3.01 seconds"],
    ]
    groups = grouped(found(Logs({ITEMS: lines})))
    assert [each.count for each in groups] == [3, 1, 2]
    assert [each.frame for each in groups] == [
        'File "a.py", line 7, in read',
        'File "b.py", line 7, in read',
        "",
    ]
    assert (groups[0].exception, groups[0].newest.request_id) == ("botocore.X", "r1")
    assert groups[0].newest.at - groups[0].first == timedelta(seconds=1)


def test_calls_answered_alike_are_one_group_whoever_made_them() -> None:
    lines = [answer("502", error="X", subject=who, request_id=who) for who in ("ann", "bob")]
    groups = grouped(found(Logs({ACCESS: [lines, [answer("504", error="X")]]})))
    assert [(each.newest.status, each.count) for each in groups] == [(502, 2), (504, 1)]
