"""Find what failed of late for one tenant: calls answered 5xx, and errors that its functions logged."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from tenantry.naming import log_group
from tenantry.operations.aws import refusals_told
from tenantry.operations.running import Running, Tenant

PAGES = 10  # of one log group: up to 1 MB is searched for each, most of them empty when little failed
_CALLS = '{ $.status = "5*" }'
_ERRORS = '{ $.level = "ERROR" || $.level = "CRITICAL" }'
_ABSENT = "-"  # API Gateway's, for a variable without a value


@dataclass(frozen=True, slots=True)
class Failure:
    """`where` is `gateway` for an answer, else the function's group; `status` is the answer's."""

    at: datetime
    where: str
    what: str
    route: str
    status: int | None
    request_id: str
    trace_id: str


def failures(running: Running, tenant: Tenant, start: datetime, end: datetime, most: int) -> list[Failure]:
    """The newest first.

    Raises:
        Failed: AWS refuses.
    """
    place = running.place
    sources = {"gateway": (place.names.access_log(tenant.slug), _CALLS)}
    sources |= {group: (log_group(name), _ERRORS) for group, name in tenant.functions.items()}
    with refusals_told(place.region), ThreadPoolExecutor(len(sources)) as pool:
        logs = place.client("logs")

        def search(where: str) -> list[Failure]:
            lines = _lines(logs, *sources[where], start, end)
            return [failure for at, line in lines if (failure := _failure(where, at, line))]

        found = [failure for own in pool.map(search, sources) for failure in own]
    return sorted(found, key=lambda failure: failure.at, reverse=True)[:most]


def _lines(
    logs: Any, group: str, pattern: str, start: datetime, end: datetime
) -> Iterator[tuple[datetime, dict[str, Any]]]:
    """Objects alone; a group that is not there yet has none."""
    asked = {"logGroupName": group, "filterPattern": pattern, "startFromHead": False}
    asked |= {"startTime": int(start.timestamp() * 1000), "endTime": int(end.timestamp() * 1000)}
    try:
        for _ in range(PAGES):
            page = logs.filter_log_events(**asked)
            for event in page["events"]:
                line = _object(event["message"])
                if line is not None:
                    yield datetime.fromtimestamp(event["timestamp"] / 1000, UTC), line
            if not page.get("nextToken"):
                return
            asked["nextToken"] = page["nextToken"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise


def _object(message: str) -> dict[str, Any] | None:
    try:
        line = json.loads(message)
    except ValueError:
        return None
    return line if isinstance(line, dict) else None


def _failure(where: str, at: datetime, line: Mapping[str, Any]) -> Failure | None:
    """None for a line that the pattern should have kept away; not every CloudWatch reads patterns."""
    if where != "gateway":
        if line.get("level") not in ("ERROR", "CRITICAL"):
            return None
        request, trace = line.get("correlation_id"), line.get("xray_trace_id")
        return Failure(at, where, _what(line), _text(line.get("route")), None, _text(request), _text(trace))
    status = _text(line.get("status"))
    if not status.startswith("5"):
        return None
    route = f"{_text(line.get('method'))} {_text(line.get('route'))}".strip()
    what = _text(line.get("error")) or "answered by the function"
    trace, request = _text(line.get("trace_id")), _text(line.get("request_id"))
    return Failure(at, where, what, route, int(status), request, trace)


def _what(line: Mapping[str, Any]) -> str:
    """The message with the type of the error behind it; the stack stays in the log."""
    causes = line.get("causes")
    first = causes[0].get("type") if isinstance(causes, list) and causes else line.get("exception_name")
    return ": ".join(part for part in (_text(line.get("message")), _text(first)) if part)


def _text(value: Any) -> str:
    return "" if value is None or value == _ABSENT else str(value)
