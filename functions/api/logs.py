"""One structured log per function: every line carries tenant, route and the gateway's request id.

No line holds a body, a token, a key or an address. A failure is logged as its type and its frames:
exception messages quote values, so they stay out.

Powertools sets the logger up and keeps its level; handler, formatter and record are ours, since each request
pays for a line: no look for the caller, no state to append and clear, one write.
"""

import logging
import os
import sys
import time
import traceback
from collections.abc import Mapping
from functools import cache, lru_cache
from json import JSONEncoder
from typing import Any, Final, TextIO

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.logging.formatter import BasePowertoolsFormatter

from api import metrics

# ASCII only: other readers end lines at characters beyond it, and an unpaired surrogate cannot be written.
_json: Final = JSONEncoder(separators=(",", ":"), default=str).encode


# What a record says beside that: place, thread and process, found out once, not for each line.
_OTHERWISE: Final = vars(logging.LogRecord("", logging.NOTSET, "", 0, "", None, None))


class Line(logging.LogRecord):
    """A record that carries members and metrics."""

    members: Mapping[str, Any]
    counts: Mapping[metrics.Name, float]

    def __init__(
        self,
        function: str,
        level: int,
        message: str,
        members: Mapping[str, Any],
        counts: Mapping[metrics.Name, float],
    ) -> None:
        self.__dict__.update(
            _OTHERWISE,
            name=function,
            levelno=level,
            levelname=logging.getLevelName(level),
            msg=message,
            created=time.time(),
            members=members,
            counts=counts,
        )


class Lines(BasePowertoolsFormatter):
    """Records as lines of JSON. `exc_info` is left out: it quotes the exception's message."""

    def __init__(self) -> None:
        super().__init__()
        self.about = ""  # members of every line of the one invocation, as text

    def format(self, record: logging.LogRecord) -> str:
        members, counts = (record.members, record.counts) if isinstance(record, Line) else ({}, {})
        epoch_ms = int(record.created * 1000)
        seconds, milliseconds = divmod(epoch_ms, 1000)
        return (
            f'{{"level":"{record.levelname}","message":{_json(record.getMessage())},'
            f'"timestamp":"{_moment(seconds)}.{milliseconds:03}Z","function":{_json(record.name)}{self.about}'
            f"{_more(members)}{metrics.embedded(counts, epoch_ms) if counts else ''}}}"
        )

    def append_keys(self, **_keys: Any) -> None:
        """Powertools' own keys, service and sampling rate: the function's name says the first."""

    def clear_state(self) -> None:
        """There is none of Powertools' kind."""


class Output(logging.StreamHandler[TextIO]):
    """One write and one flush for each line."""

    def handle(self, record: logging.LogRecord) -> bool:
        line = f"{self.format(record)}\n"
        self.acquire()
        try:
            self.stream.write(line)
            self.stream.flush()
        finally:
            self.release()
        return True


@cache
def lines() -> Lines:
    return Lines()


@cache
def logger() -> logging.Logger:
    """The standard library's logger that Powertools sets up: it takes records that are made already."""
    return logging.getLogger(Logger(logger_formatter=lines(), logger_handler=Output(sys.stdout)).name)


def begin(*, tenant: str, route: str, request_id: str) -> None:
    """An invocation begins; what an earlier one left, counts too, is gone."""
    metrics.begin()
    about = f'{_told(tenant, route)},"request_id":{_json(request_id)}'
    if trace := os.environ.get("_X_AMZN_TRACE_ID"):  # Lambda sets it anew for each invocation
        about += f',"xray_trace_id":{_json(trace.partition(";")[0].removeprefix("Root="))}'
    lines().about = about


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


@lru_cache(maxsize=64)
def _told(tenant: str, route: str) -> str:
    """Few differ: one tenant's few routes."""
    return _more({"tenant": tenant, "route": route})


def _more(members: Mapping[str, Any]) -> str:
    """As text that goes on in the middle of an object."""
    return f",{_json(members)[1:-1]}" if members else ""
