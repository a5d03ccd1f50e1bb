"""One structured log per function: every line carries tenant, route and the gateway's request id.

No line holds a body, a token, a key or an address. A failure is logged as its type and its frames:
exception messages quote values, so they stay out.

Powertools sets the logger up; the formatter is ours, and so is how a record is made, because each request
pays for both: no look for the caller, no keys appended and cleared, one pass of one JSON encoder.
"""

import logging
import os
import time
import traceback
from collections.abc import Mapping
from functools import cache, lru_cache
from json import JSONEncoder
from typing import Any, Final

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.logging.formatter import BasePowertoolsFormatter

from api import metrics

# ASCII only: other readers end lines at characters beyond it, and an unpaired surrogate cannot be written.
_json: Final = JSONEncoder(separators=(",", ":"), default=str).encode

_about: dict[str, Any] = {}  # what every line of the one invocation says


class Line(logging.LogRecord):
    """A record whose members and metrics are known; it names no place in the code, its message does."""

    def __init__(
        self,
        function: str,
        level: int,
        message: str,
        members: Mapping[str, Any],
        counts: Mapping[metrics.Name, float],
    ) -> None:
        super().__init__(function, level, "", 0, message, None, None)
        self.members = members
        self.counts = counts


class Lines(BasePowertoolsFormatter):
    """Records as lines of JSON. `exc_info` is left out: it quotes the exception's message."""

    def format(self, record: logging.LogRecord) -> str:
        known = isinstance(record, Line)
        epoch_ms = int(record.created * 1000)
        seconds, milliseconds = divmod(epoch_ms, 1000)
        told = {
            "level": record.levelname,
            "message": record.getMessage(),
            "timestamp": f"{_moment(seconds)}.{milliseconds:03}Z",
            "function": record.name,
            **_about,
            **(record.members if known else {}),
        }
        if not (known and record.counts):
            return _json(told)
        return f"{_json(told)[:-1]},{metrics.embedded(record.counts, epoch_ms)}}}"

    def append_keys(self, **_keys: Any) -> None:
        """Powertools' own keys, service and sampling rate: the function's name says the first."""

    def clear_state(self) -> None:
        """There is none."""


@cache
def logger() -> logging.Logger:
    """The standard library's logger of Powertools' own, with its level and handler: it takes made records."""
    return logging.getLogger(Logger(logger_formatter=Lines()).name)


def begin(*, tenant: str, route: str, request_id: str) -> None:
    """An invocation begins; what an earlier one left, counts too, is gone."""
    global _about
    metrics.begin()
    _about = {"tenant": tenant, "route": route, "request_id": request_id}
    if trace := os.environ.get("_X_AMZN_TRACE_ID"):  # Lambda sets it anew for each invocation
        _about["xray_trace_id"] = trace.partition(";")[0].removeprefix("Root=")


def info(message: str, **members: Any) -> None:
    _write(logging.INFO, message, members, {})


def warning(message: str, **members: Any) -> None:
    _write(logging.WARNING, message, members, {})


def failure(message: str, error: BaseException, **members: Any) -> None:
    causes = []
    seen: BaseException | None = error
    while seen is not None:
        frames = "".join(traceback.format_tb(seen.__traceback__))
        causes.append({"type": f"{type(seen).__module__}.{type(seen).__qualname__}", "stack": frames})
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    _write(logging.ERROR, message, {**members, "causes": causes}, {})


def end(message: str, level: int = logging.INFO, **members: Any) -> None:
    """The last line of an invocation; whatever it counted goes out with it, at every log level."""
    _write(level, message, members, metrics.take())


def _write(
    level: int, message: str, members: Mapping[str, Any], counts: Mapping[metrics.Name, float]
) -> None:
    log = logger()
    if counts or log.isEnabledFor(level):
        log.handle(Line(log.name, level, message, members, counts))


@lru_cache(maxsize=1)
def _moment(seconds: int) -> str:
    """A busy function writes many lines within a second."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
