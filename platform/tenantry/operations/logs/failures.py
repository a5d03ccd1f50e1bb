"""Find what failed of late for one tenant: calls answered 5xx, and errors that its functions logged."""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from tenantry.operations.aws import refusals_reported
from tenantry.operations.logs import events, lines
from tenantry.operations.logs.events import ACCESS
from tenantry.operations.logs.lines import Cause, LogLine
from tenantry.operations.logs.requests import ABSENT
from tenantry.operations.running import Running, RunningTenant
from tenantry.rules.naming import log_group

_CALLS = '{ $.status = "5*" }'
_ERRORS = '{ $.level = "ERROR" || $.level = "CRITICAL" }'
# What differs from one line of Lambda's to the next: moments, ids, sizes.
_VARYING = re.compile(r"[0-9a-f]{8}[0-9a-f-]{8,}|\d[\d.:TZ-]*")


@dataclass(frozen=True, slots=True)
class Failure:
    """`where` is `gateway` for an answer, else the function's group; `status` is the answer's.

    `kind` is the part of `what` that all failures of one cause share.
    """

    at: datetime
    where: str
    kind: str
    what: str
    route: str
    status: int | None
    request_id: str
    trace_id: str
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of one cause: the same place, route, kind, exception and frame; `newest` is one of them."""

    newest: Failure
    count: int
    first: datetime

    @property
    def exception(self) -> str:
        return self.newest.causes[0].type if self.newest.causes else ""

    @property
    def frame(self) -> str:
        return self.newest.causes[0].frame if self.newest.causes else ""


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
            group, pattern = sources[log]
            # More comes where patterns are not read.
            read = map(lines.read, events.newest(logs, log, group, start, end, pattern).events)
            return [_failure(line) for line in read if line is not None and line.is_error]

        found = [failure for own in pool.map(search, sources) for failure in own]
    return sorted(found, key=lambda failure: failure.at, reverse=True)[:most]


def grouped(found: Iterable[Failure]) -> list[FailureGroup]:
    """In the order of their newest ones, if the failures come newest first."""
    groups: dict[tuple[object, ...], FailureGroup] = {}
    for each in found:
        cause = each.causes[:1]
        key = (each.where, each.route, each.status, each.kind, *((one.type, one.frame) for one in cause))
        known = groups.get(key, FailureGroup(each, 0, each.at))
        groups[key] = FailureGroup(known.newest, known.count + 1, min(known.first, each.at))
    return list(groups.values())


def _failure(line: LogLine) -> Failure:
    trace = line.fields.get("trace_id" if line.log == ACCESS else "xray_trace_id")
    return Failure(
        at=datetime.fromtimestamp(line.time_ms / 1000, UTC),
        where="gateway" if line.log == ACCESS else line.log,
        kind=_kind(line),
        what=line.message,
        route=line.route,
        status=line.status,
        request_id=line.request,
        trace_id="" if trace in (None, ABSENT) else str(trace),
        causes=line.causes,
    )


def _kind(line: LogLine) -> str:
    if line.kind == "text":
        return _VARYING.sub("…", line.message)
    return str(line.fields.get("error" if line.kind == "request" else "message", line.message))
