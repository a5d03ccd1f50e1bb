"""Read a tenant's log groups event by event, in the order of time, whatever their number.

By FilterLogEvents, which costs nothing for what it reads, unlike Logs Insights, and sees an event as soon as
it is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tenantry.groups import current
from tenantry.operations.patience import patiently
from tenantry.rules import naming
from tenantry.rules.naming import AUTHORIZER, Names

ACCESS = "access"


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
