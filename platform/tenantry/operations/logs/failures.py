"""Find what failed of late for one tenant: calls answered 5xx, and errors that its functions logged."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from tenantry.operations.aws import refusals_reported
from tenantry.operations.logs import lines as log_lines
from tenantry.operations.logs.events import ACCESS, Event
from tenantry.operations.logs.lines import LogLine
from tenantry.operations.logs.requests import ABSENT
from tenantry.operations.running import Running, RunningTenant
from tenantry.rules.naming import log_group

PAGES = 10  # of one log group: up to 1 MB is searched for each, most of them empty when little failed
_CALLS = '{ $.status = "5*" }'
_ERRORS = '{ $.level = "ERROR" || $.level = "CRITICAL" }'


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


def failures(
    running: Running, tenant: RunningTenant, start: datetime, end: datetime, most: int
) -> list[Failure]:
    """The newest first.

    Raises:
        Failed: AWS refuses.
    """
    place = running.place
    sources = {ACCESS: (place.names.access_log(tenant.slug), _CALLS)}
    sources |= {group: (log_group(name), _ERRORS) for group, name in tenant.functions.items()}
    with refusals_reported(place.region), ThreadPoolExecutor(len(sources)) as pool:
        logs = place.client("logs")

        def search(log: str) -> list[Failure]:
            return [_failure(line) for line in _lines(logs, log, *sources[log], start, end) if line.is_error]

        found = [failure for own in pool.map(search, sources) for failure in own]
    return sorted(found, key=lambda failure: failure.at, reverse=True)[:most]


def _lines(
    logs: Any, log: str, group: str, pattern: str, start: datetime, end: datetime
) -> Iterator[LogLine]:
    """What the pattern finds, and more where patterns are not read; a group that is not there has none."""
    asked = {"logGroupName": group, "filterPattern": pattern, "startFromHead": False}
    asked |= {"startTime": int(start.timestamp() * 1000), "endTime": int(end.timestamp() * 1000)}
    try:
        for _ in range(PAGES):
            page = logs.filter_log_events(**asked)
            for each in page["events"]:
                line = log_lines.read(Event(log, each["eventId"], each["timestamp"], each["message"]))
                if line is not None:
                    yield line
            if not page.get("nextToken"):
                return
            asked["nextToken"] = page["nextToken"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise


def _failure(line: LogLine) -> Failure:
    trace = line.fields.get("trace_id" if line.log == ACCESS else "xray_trace_id")
    return Failure(
        at=datetime.fromtimestamp(line.time_ms / 1000, UTC),
        where="gateway" if line.log == ACCESS else line.log,
        what=line.message,
        route=line.route,
        status=line.status,
        request_id=line.request,
        trace_id="" if trace in (None, ABSENT) else str(trace),
    )
