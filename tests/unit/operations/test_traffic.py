"""Calls are counted by route and by key, with each one's last; probes are nobody's."""

import json
from datetime import timedelta

from tenantry.operations.logs.events import ACCESS, Event
from tenantry.operations.logs.requests import UNMATCHED
from tenantry.operations.logs.traffic import counted
from tests.support.console import NOW


def line(seconds: int, route: str, status: str, key: str = "-", latency: str = "10") -> Event:
    """So many seconds before now."""
    method, _, path = route.partition(" ")
    fields = {"method": method, "route": path, "status": status, "api_key_id": key, "latency_ms": latency}
    at = NOW - timedelta(seconds=seconds)
    return Event(ACCESS, str(seconds), int(at.timestamp() * 1000), json.dumps(fields))


LIST, ADD = "GET /items/{collection}", "POST /items/{collection}"


def test_routes_and_keys_are_told_with_what_came_of_their_calls() -> None:
    lines = [
        line(1, ADD, "201", "id-web", "30"),
        line(2, LIST, "200", "id-web"),
        line(3, LIST, "429", "id-app"),
        line(4, LIST, "500", "id-web", "-"),
        line(5, "GET /nowhere", "403"),
    ]
    found = counted(lines, complete=True)
    assert [*found.routes] == [LIST, ADD, UNMATCHED]
    listed = found.routes[LIST].count
    assert (listed.requests, listed.refused, listed.throttled, listed.failed) == (3, 1, 1, 1)
    assert found.routes[LIST].p95_ms == 10.0
    assert {key: calls.count.requests for key, calls in found.keys.items()} == {
        "id-web": 3,
        "id-app": 1,
        "": 1,
    }
    assert found.keys["id-web"].last == (NOW - timedelta(seconds=1)).replace(microsecond=0)
    assert found.since is None


def test_health_probes_are_counted_apart() -> None:
    found = counted([line(n, "GET /health", "200") for n in range(9)] + [line(9, LIST, "200")], complete=True)
    assert (found.probes, [*found.routes]) == (9, [LIST])


def test_of_a_busy_log_it_is_told_how_far_back_it_was_read() -> None:
    found = counted([line(1, LIST, "200"), line(60, LIST, "200")], complete=False)
    assert found.since == (NOW - timedelta(seconds=60)).replace(microsecond=0)


def test_of_a_hundred_calls_the_p95_is_the_ninety_fifth() -> None:
    calls = [line(n, LIST, "200", latency=str(n)) for n in range(1, 101)]
    assert counted(calls, complete=True).routes[LIST].p95_ms == 95.0


def test_a_line_that_cannot_be_read_is_a_call_of_no_route() -> None:
    found = counted([Event(ACCESS, "1", 0, "not an object")], complete=True)
    assert (found.routes[UNMATCHED].count.requests, found.routes[UNMATCHED].p95_ms) == (1, None)
