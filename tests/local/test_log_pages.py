"""A log group of any size is read whole, page by page, and each event can be told from all others."""

import time
from typing import Any

import pytest

from tenantry.local.clients import Session

GROUP, EVENTS = "/tenantry/test", 25


def written(session: Session) -> Any:
    """A group of two streams, whose events share their milliseconds by threes."""
    logs, now = session.client("logs"), int(time.time() * 1000)
    logs.create_log_group(logGroupName=GROUP)
    for stream in ("one", "two"):
        logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        events = [{"timestamp": now + each // 3, "message": f"{stream} {each}"} for each in range(EVENTS)]
        logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)
    return logs


def pages(logs: Any, **asked: Any) -> list[list[dict[str, Any]]]:
    paginator = logs.get_paginator("filter_log_events")
    return [page["events"] for page in paginator.paginate(logGroupName=GROUP, **asked)]


@pytest.fixture(scope="module")
def logs(root: Session) -> Any:
    return written(root)


@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_every_event_comes_once_and_in_the_order_of_time(logs: Any, size: int) -> None:
    read = pages(logs, PaginationConfig={"PageSize": size})
    events = [event for page in read for event in page]
    assert max(map(len, read)) <= size
    assert len({event["eventId"] for event in events}) == len(events) == 2 * EVENTS
    assert [event["timestamp"] for event in events] == sorted(event["timestamp"] for event in events)


def test_pages_hold_what_matches_and_nothing_else(logs: Any) -> None:
    read = pages(logs, filterPattern='"two"', PaginationConfig={"PageSize": 10})
    assert [len(page) for page in read] == [10, 10, 5]
    assert all(event["message"].startswith("two") for page in read for event in page)


def test_a_group_that_is_not_there_is_told(root: Session) -> None:
    logs = root.client("logs")
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.filter_log_events(logGroupName="/tenantry/unknown")


def test_the_untouched_emulator_tells_the_first_page_alone(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    assert len(pages(written(untouched), PaginationConfig={"PageSize": 10})) == 1
