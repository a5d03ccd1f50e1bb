"""Follow one request through a tenant's logs: gateway, authorizer, function, and who empties its queues."""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from tenantry.errors import WrongInput
from tenantry.operations.aws import refusals_reported
from tenantry.operations.logs import events, lines
from tenantry.operations.logs.events import ACCESS, all_logs
from tenantry.operations.logs.lines import LogLine
from tenantry.operations.running import Running, RunningTenant
from tenantry.rules.naming import log_group

SHORT_ID = 8  # characters of a request's id that are shown, and suffice to ask for it


def phrase(request: str) -> str:
    """What CloudWatch's filter finds a request by.

    Raises:
        WrongInput: it is not a request's id.
    """
    if not re.fullmatch(rf"[A-Za-z0-9_=+/-]{{{SHORT_ID},128}}", request):
        raise WrongInput(f"{request!r} is not a request's id; give its first {SHORT_ID} characters, or all")
    return f'"{request}"'


def is_of(line: LogLine, request: str) -> bool:
    """Whether it is that request's; a phrase is found in other places too."""
    ids = (line.request, str(line.fields.get("extended_request_id", "")))
    return any(each.startswith(request) for each in ids)


def in_order(found: Iterable[LogLine]) -> list[LogLine]:
    """In that of the request's way; one request's lines fit into memory."""
    order = all_logs()
    return sorted(found, key=lambda line: (order.index(line.log), line.time_ms))


def way(
    running: Running, tenant: RunningTenant, request: str, start: datetime, end: datetime
) -> list[LogLine]:
    """All that its logs say of a request within this time.

    Raises:
        WrongInput: it is not a request's id.
        Failed: AWS refuses.
    """
    place, pattern = running.place, phrase(request)
    groups = {ACCESS: place.names.access_log(tenant.slug)}
    groups |= {name: log_group(function) for name, function in tenant.functions.items()}
    with refusals_reported(place.region), ThreadPoolExecutor(len(groups)) as pool:
        logs = place.client("logs")

        def search(log: str) -> list[LogLine]:
            read = map(lines.read, events.newest(logs, log, groups[log], start, end, pattern).events)
            return [line for line in read if line is not None and is_of(line, request)]

        return in_order(line for own in pool.map(search, groups) for line in own)
