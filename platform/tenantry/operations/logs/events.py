"""Read a tenant's log groups event by event, in the order of time, whatever their number.

By FilterLogEvents, which costs nothing for what it reads, unlike Logs Insights, and sees an event as soon as
it is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from tenantry.groups import current
from tenantry.operations.patience import patiently
from tenantry.rules import naming
from tenantry.rules.naming import AUTHORIZER, Names

ACCESS = "access"
PAGES = 10  # of one log group: up to 1 MB is searched for each, most of them empty when little is looked for


@dataclass(frozen=True, slots=True)
class Event:
    """`log` is one of `all_logs`; `time_ms` since 1970."""

    log: str
    id: str
    time_ms: int
    message: str


@dataclass(frozen=True, slots=True)
class Log:
    """A log group that is there; `kept_days` is None where nothing expires."""

    log: str
    group: str
    kept_days: int | None

    def events(
        self, logs: Any, start_ms: int, end_ms: int | None = None, pattern: str | None = None
    ) -> Iterator[Event]:
        """All from `start_ms` up to before `end_ms`; `logs` is boto3's client."""
        asked: dict[str, Any] = {"logGroupName": self.group, "startTime": max(start_ms, 0)}
        if end_ms is not None:
            asked["endTime"] = end_ms - 1
        if pattern is not None:
            asked["filterPattern"] = pattern
        more = True
        while more:  # a page may be empty and not be the last
            page = patiently(lambda: logs.filter_log_events(**asked))
            for event in page["events"]:
                yield Event(self.log, event["eventId"], event["timestamp"], event["message"])
            more = "nextToken" in page
            asked["nextToken"] = page.get("nextToken")


@dataclass(frozen=True, slots=True)
class Found:
    """`complete` says whether all there is was read: of a busy log the newest alone are."""

    events: tuple[Event, ...]
    complete: bool


def newest(
    logs: Any, log: str, group: str, start: datetime, end: datetime, pattern: str | None = None
) -> Found:
    """What a page of the console may take the time to read; a group that is not there has none."""
    asked: dict[str, Any] = {"logGroupName": group, "startFromHead": False}
    asked |= {"startTime": int(start.timestamp() * 1000), "endTime": int(end.timestamp() * 1000)}
    asked |= {"filterPattern": pattern} if pattern else {}
    found: list[Event] = []
    try:
        for _ in range(PAGES):
            page = logs.filter_log_events(**asked)
            found += [
                Event(log, each["eventId"], each["timestamp"], each["message"]) for each in page["events"]
            ]
            if not page.get("nextToken"):
                return Found(tuple(found), complete=True)
            asked["nextToken"] = page["nextToken"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return Found((), complete=True)
    return Found(tuple(found), complete=False)


def all_logs() -> tuple[str, ...]:
    """What a tenant can have, in the order of a request's way: the gateway, authorizer, routes, workers."""
    return (ACCESS, AUTHORIZER, *(member.name for member in current().members))


def found(logs: Any, names: Names, tenant: str) -> dict[str, Log]:
    """Which of all logs the tenant has, in that order."""
    named = {
        log: names.access_log(tenant) if log == ACCESS else naming.log_group(names.function(tenant, log))
        for log in all_logs()
    }
    return {log: there for log, group in named.items() if (there := _described(logs, log, group))}


def _described(logs: Any, log: str, group: str) -> Log | None:
    """By its whole name, which may begin another one's."""
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=group)
    for page in pages:
        for each in page["logGroups"]:
            if each["logGroupName"] == group:
                return Log(log, group, each.get("retentionInDays"))
    return None
