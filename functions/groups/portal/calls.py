"""Calls of the last hours, from the access log of the tenant's stage: by nothing else can they be limited.

CloudWatch's own figures know no right that ends at one tenant (docs/decisions/0033).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from api import clients, clock, deadline, settings
from api.downstream import ATTEMPT_SECONDS, CLIENT_CONFIG, call
from groups.portal.declaration import GROUP

HOURS: Final = (1, 6, 24)
MOST: Final = 100  # on a page
PAGES: Final = 6  # of the log, of up to 1 MB each
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_=+/-]{8,128}")
ERRORS: Final = '{ $.status = "4*" || $.status = "5*" }'
ABSENT: Final = "-"  # what the gateway writes for what there is not
_OWN_PAGES: Final = f"/{GROUP.name}/"


@dataclass(frozen=True, slots=True)
class Call:
    """`error` is why the gateway refused it, `key` the id of its API key; empty where there is none."""

    at: str
    method: str
    route: str
    status: str
    milliseconds: str
    key: str
    subject: str
    error: str
    request_id: str
    extended_request_id: str

    @property
    def failed(self) -> bool:
        return self.status[:1] in ("4", "5")


@dataclass(frozen=True, slots=True)
class Calls:
    """The newest first; `complete` unless there are more in the time that was asked for."""

    calls: tuple[Call, ...]
    complete: bool


def of_last(hours: int, *, errors: bool) -> Calls:
    found, complete = _found(hours, ERRORS if errors else "")
    wanted = [each for each in found if each.failed or not errors]
    return Calls(tuple(wanted[:MOST]), complete and len(wanted) <= MOST)


def of_request(request_id: str) -> Calls:
    """Of the last day. A client may choose its id, so that there may be several."""
    if not REQUEST_ID.fullmatch(request_id):
        return Calls((), True)
    found, complete = _found(HOURS[-1], f'"{request_id}"')
    wanted = [each for each in found if request_id in (each.request_id, each.extended_request_id)]
    return Calls(tuple(wanted[:MOST]), complete and len(wanted) <= MOST)


def _found(hours: int, pattern: str) -> tuple[list[Call], bool]:
    """Those that the pattern finds, and more where patterns are not read; and whether all was searched."""
    end = clock.now_ms()
    asked: dict[str, Any] = {
        "logGroupName": settings.current().overseen.access_log,
        "startTime": end - hours * 3_600_000,
        "endTime": end,
        "startFromHead": False,
        **({"filterPattern": pattern} if pattern else {}),
    }
    found: list[Call] = []
    for _ in range(PAGES):
        if not deadline.allows(ATTEMPT_SECONDS):
            break
        page = call(client().filter_log_events, **asked)
        found += filter(None, (_call(each) for each in page["events"]))
        if not page.get("nextToken"):
            return _newest_first(found), True
        if len(found) > MOST:
            break
        asked["nextToken"] = page["nextToken"]
    return _newest_first(found), False


def _newest_first(calls: list[Call]) -> list[Call]:
    return sorted(calls, key=lambda each: each.at, reverse=True)


def _call(event: Mapping[str, Any]) -> Call | None:
    """None for what is not a call of this tenant's, and for the portal's own pages."""
    try:
        line = json.loads(event["message"])
    except ValueError:
        return None
    if not isinstance(line, dict) or line.get("tenant") != settings.current().tenant:
        return None
    texts = {name: "" if value in (ABSENT, None) else str(value) for name, value in line.items()}
    if texts.get("route", "").startswith(_OWN_PAGES):
        return None
    return Call(
        at=clock.rfc3339(int(event["timestamp"])),
        method=texts.get("method", ""),
        route=texts.get("route", ""),
        status=texts.get("status", ""),
        milliseconds=texts.get("latency_ms", ""),
        key=texts.get("api_key_id", ""),
        subject=texts.get("subject", ""),
        error=texts.get("error", ""),
        request_id=texts.get("request_id", ""),
        extended_request_id=texts.get("extended_request_id", ""),
    )


@cache
def client() -> Any:
    return clients.client("logs", config=CLIENT_CONFIG)
