"""Count a tenant's requests from its access log: by UTC day, API key, route and what came of them.

The memory it takes does not grow with the requests: a route that the contract does not know counts as
`unmatched`, and so does a line that cannot be read.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from tenantry.gateway import contract
from tenantry.operations.logs.events import Event

UNMATCHED = "unmatched"
ABSENT = "-"  # what API Gateway writes for a variable without a value
TOLD_EVERY = 1_000  # requests


@dataclass(slots=True)
class RequestCount:
    """Requests, of which answered with 2xx, 4xx and 5xx; `throttled` ones (429) are among the 4xx."""

    requests: int = 0
    succeeded: int = 0
    refused: int = 0
    failed: int = 0
    throttled: int = 0

    def add(self, status: str) -> None:
        self.requests += 1
        self.succeeded += status[:1] == "2"
        self.refused += status[:1] == "4"
        self.failed += status[:1] == "5"
        self.throttled += status == "429"


@dataclass(frozen=True, slots=True, order=True)
class Requests:
    """What is counted together; `key_id` is empty for requests without a valid key."""

    day: date
    key_id: str
    route: str
    count: RequestCount = field(compare=False)


def counted(events: Iterable[Event], on_counted: Callable[[int], None] = lambda _: None) -> list[Requests]:
    """One for each day, key and route that has any, in order; `on_counted` hears how many were read."""
    counts: dict[tuple[date, str, str], RequestCount] = {}
    for number, event in enumerate(events, 1):
        found = fields(event.message)
        day = datetime.fromtimestamp(event.time_ms / 1000, UTC).date()
        place = (day, key_id(found), route(found))
        counts.setdefault(place, RequestCount()).add(str(found.get("status")))
        if number % TOLD_EVERY == 0:
            on_counted(number)
    return sorted(Requests(*place, count) for place, count in counts.items())


def route(fields: Mapping[str, Any]) -> str:
    """`UNMATCHED` where the contract has no such route."""
    named = f"{fields.get('method')} {fields.get('route')}"
    return named if named in _routes() else UNMATCHED


def key_id(fields: Mapping[str, Any]) -> str:
    """Empty without a valid key."""
    value = fields.get("api_key_id")
    return value if isinstance(value, str) and value != ABSENT else ""


def milliseconds(fields: Mapping[str, Any]) -> float | None:
    try:
        return float(fields.get("latency_ms", ""))
    except (TypeError, ValueError):
        return None


def fields(line: str) -> dict[str, Any]:
    """Empty for a line that is not an object: API Gateway does not escape what it puts in."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


@cache
def _routes() -> frozenset[str]:
    """Preflights are answered on every path, and HEAD wherever GET is; neither is in the contract."""
    paths = contract.load()["paths"]
    return frozenset(
        f"{method.upper()} {path}"
        for path, item in paths.items()
        for method in (*item, "options", *(["head"] if "get" in item else []))
    )
