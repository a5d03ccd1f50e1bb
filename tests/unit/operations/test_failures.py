"""Recent errors are found in the access log and in the functions' logs, the newest first."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError

from tenantry.operations.logs.failures import PAGES, Failure, failures
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
    assert failure == Failure(
        NOW.replace(microsecond=0), "gateway", "error=INTEGRATION_TIMEOUT", "GET /health", 504, "r1", "1-a"
    )


def test_an_error_of_a_function_is_told_with_its_cause_and_without_its_stack() -> None:
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


def test_the_newest_are_asked_for_and_come_first() -> None:
    logs = Logs({ACCESS: [[answer("500", request_id="new")], [answer("500", request_id="old")]]})
    assert [each.request_id for each in found(logs)] == ["new", "old"]
    assert [each.request_id for each in found(logs, most=1)] == ["new"]
    assert not any(asked["startFromHead"] for asked in logs.asked)


def test_a_group_is_searched_no_longer_than_a_page_may_take() -> None:
    logs = Logs({ACCESS: [[] for _ in range(PAGES + 5)]})
    assert found(logs) == []
    assert len([asked for asked in logs.asked if asked["logGroupName"] == ACCESS]) == PAGES
