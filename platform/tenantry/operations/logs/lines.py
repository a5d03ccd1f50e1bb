"""Read a log event: it reports a request, a record of a function, a word of Lambda's, or plain text."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from tenantry.operations.logs.events import ACCESS, Event
from tenantry.operations.logs.requests import ABSENT
from tenantry.rules.naming import AUTHORIZER

ERRORS = frozenset({"ERROR", "CRITICAL"})

# Fields of a function's record that have a place of their own, or say what the line's other parts say.
_PLACED = frozenset(
    {
        *("level", "message", "timestamp", "function", "tenant", "route", "request_id"),
        *("xray_trace_id", "status", "duration_ms", "causes", "_aws"),
    }
)
_REPORT = re.compile(r"REPORT RequestId: \S+")
_LIFECYCLE = re.compile(r"(?:START|END|INIT_START|INIT_REPORT|EXTENSION|XRAY)\b")
_MEASURE = re.compile(r"(?:^|\t)(Duration|Init Duration|Max Memory Used|Status|Error Type): ([^\t\n]+)")
_FAILURE = re.compile(r"Task timed out|Error: |\[ERROR\]|Traceback ")
# How the authorizer says 401; a record beside it gives the reason.
_REFUSAL = re.compile(r"\[ERROR\] Exception: Unauthorized\b")


@dataclass(frozen=True, slots=True)
class Cause:
    """An exception by its class; `stack` are its frames, the innermost last."""

    type: str
    stack: str

    @property
    def frame(self) -> str:
        """Where it was raised: file, line and function."""
        frames = [each for each in self.stack.splitlines() if each.startswith("  File ")]
        return frames[-1].strip() if frames else ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event, read.

    Attributes:
        log: one of `events.all_logs`.
        kind: "request" of the access log, "record" of a function, "report" of Lambda's, or "text".
        status: of the answer; like `milliseconds`, None where the event has none.
        request: the id that the gateway gave the request; empty where the event has none.
        fields: all that the event holds, as it holds it.
    """

    log: str
    id: str
    time_ms: int
    kind: str
    level: str
    message: str
    route: str = ""
    status: int | None = None
    milliseconds: float | None = None
    request: str = ""
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def is_error(self) -> bool:
        return self.level in ERRORS

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Of an error of a function's: what was raised, then what it was raised from."""
        found = self.fields.get("causes")
        known = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
        return tuple(Cause(str(each.get("type", "")), str(each.get("stack", ""))) for each in known)


def read(event: Event) -> LogLine | None:
    """None for what frames or repeats others: Lambda's START and END, mere metrics, the authorizer's 401s."""
    text = event.message.strip()
    fields = _object(text)
    if fields is None:
        return _text(event, text)
    if "_aws" in fields and "message" not in fields:
        return None
    return _request(event, fields) if event.log == ACCESS else _record(event, fields)


def _object(text: str) -> dict[str, Any] | None:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _request(event: Event, fields: dict[str, Any]) -> LogLine:
    present = {name: str(value) for name, value in fields.items() if value not in (ABSENT, "", None)}
    status = present.get("status", "")
    level = {"5": "ERROR", "4": "WARNING"}.get(status[:1], "INFO")
    said = {
        "error": present.get("error"),
        "subject": present.get("subject"),
        "key": present.get("api_key_id"),
    }
    return LogLine(
        log=event.log,
        id=event.id,
        time_ms=event.time_ms,
        kind="request",
        level=level,
        message=_pairs(said),
        route=f"{present.get('method', '')} {present.get('route', '')}".strip(),
        status=_whole(status),
        milliseconds=_number(present.get("latency_ms")),
        request=present.get("request_id", ""),
        fields=fields,
    )


def _record(event: Event, fields: dict[str, Any]) -> LogLine:
    placed = _PLACED | _metrics(fields)
    others = {name: value for name, value in fields.items() if name not in placed}
    causes = fields.get("causes")
    if isinstance(causes, list):
        kinds = [str(each["type"]) for each in causes if isinstance(each, dict) and "type" in each]
        others["causes"] = " < ".join(kinds)  # frames are in the record itself
    present = {name: str(fields[name]) for name in fields if fields[name] is not None}
    route = present.get("route", "")
    return LogLine(
        log=event.log,
        id=event.id,
        time_ms=event.time_ms,
        kind="record",
        level=present.get("level", "INFO"),
        message=" ".join(part for part in (present.get("message"), _pairs(others)) if part),
        route=route if " " in route else "",  # what takes from a queue serves none, and is named here
        status=_whole(present.get("status")),
        milliseconds=_number(present.get("duration_ms")),
        request=present.get("request_id", ""),
        fields=fields,
    )


def _metrics(fields: dict[str, Any]) -> frozenset[str]:
    """Names of what a request's last line counts, in the embedded metric format."""
    try:
        directives = fields["_aws"]["CloudWatchMetrics"]
        return frozenset(str(metric["Name"]) for each in directives for metric in each["Metrics"])
    except (KeyError, TypeError):  # not that format: shown as it is
        return frozenset()


def _text(event: Event, text: str) -> LogLine | None:
    if _LIFECYCLE.match(text) or (event.log == AUTHORIZER and _REFUSAL.match(text)):
        return None
    if _REPORT.match(text):
        return _report(event, dict(_MEASURE.findall(text)))
    level = "ERROR" if _FAILURE.search(text) else "INFO"
    return LogLine(event.log, event.id, event.time_ms, "text", level, text)


def _report(event: Event, measures: dict[str, str]) -> LogLine:
    fields = {name.lower().replace(" ", "_"): value for name, value in measures.items()}
    return LogLine(
        log=event.log,
        id=event.id,
        time_ms=event.time_ms,
        kind="report",
        level="ERROR" if fields.get("status") in ("timeout", "error") else "DEBUG",
        message=_pairs(fields),
        milliseconds=_number(fields.get("duration", "").removesuffix(" ms")),
        fields=dict(fields),
    )


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _whole(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[1-5]\d\d", text) else None


def _pairs(fields: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in fields.items() if value is not None)
