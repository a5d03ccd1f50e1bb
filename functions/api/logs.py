"""One structured log per function: every line carries tenant, route and the gateway's request id.

No line holds a body, a token, a key or an address. A failure is logged as its type and its frames:
exception messages quote values, so they stay out.

The line that ends a request is the one that each request pays for, so it takes a short way (`end`): no
record, no look for the caller, no walk from handler to handler. Powertools' logger takes all others the plain
way, and both ways write the same (`Lines`).
"""

import logging
import os
import sys
import time
import traceback
from collections.abc import Mapping
from functools import cache, lru_cache
from json import JSONEncoder
from typing import Any, Final, NamedTuple, TextIO

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.logging.formatter import BasePowertoolsFormatter

from api import metrics

# ASCII only: other readers end lines at characters beyond it, and an unpaired surrogate cannot be written.
_json: Final = JSONEncoder(separators=(",", ":"), check_circular=False, default=str).encode
_NUMBERS: Final = frozenset({int, float})


class Lines(BasePowertoolsFormatter):
    """Records as lines of JSON. `exc_info` is left out: it quotes the exception's message."""

    def __init__(self) -> None:
        super().__init__()
        self.about = ""  # what every line of the one invocation says, as text

    def format(self, record: logging.LogRecord) -> str:
        members: Mapping[str, Any] = getattr(record, "members", {})
        return self.line(record.levelname, record.getMessage(), record.created, members, {})

    def line(
        self,
        level: str,
        message: str,
        created: float,
        members: Mapping[str, Any],
        counts: Mapping[metrics.Name, float],
    ) -> str:
        epoch_ms = int(created * 1000)
        seconds, milliseconds = divmod(epoch_ms, 1000)
        return (
            f'{{"level":"{level}","message":{_json(message)},"timestamp":"{_moment(seconds)}.{milliseconds:03}Z"'
            f"{self.about}{_more(members)}{metrics.embedded(counts, epoch_ms) if counts else ''}}}"
        )

    def append_keys(self, **_keys: Any) -> None:
        """Powertools' own keys, service and sampling rate: the function's name says the first."""

    def clear_state(self) -> None:
        """There is none of Powertools' kind."""


class _Log(NamedTuple):
    logger: Logger
    level: int
    handler: logging.StreamHandler[TextIO]
    lines: Lines


@cache
def log() -> _Log:
    handler, lines = logging.StreamHandler(sys.stdout), Lines()
    logger = Logger(logger_formatter=lines, logger_handler=handler)
    return _Log(logger, logger.log_level, handler, lines)


def begin(*, tenant: str, route: str, request_id: str) -> None:
    """An invocation begins; what an earlier one left, counts too, is gone."""
    metrics.begin()
    current = log()
    about = _told(current.logger.service, tenant, route)
    if request_id:  # the notifier's lines have one each, and a member twice is no JSON to rely on
        about += f',"request_id":{_json(request_id)}'
    if trace := os.environ.get("_X_AMZN_TRACE_ID"):  # Lambda sets it anew for each invocation
        about += f',"xray_trace_id":{_json(trace.partition(";")[0].removeprefix("Root="))}'
    current.lines.about = about


def info(message: str, **members: Any) -> None:
    log().logger.info(message, extra={"members": members})


def warning(message: str, **members: Any) -> None:
    log().logger.warning(message, extra={"members": members})


def failure(message: str, error: BaseException, **members: Any) -> None:
    causes = []
    seen: BaseException | None = error
    while seen is not None:
        frames = "".join(traceback.format_tb(seen.__traceback__))
        causes.append({"type": f"{type(seen).__module__}.{type(seen).__qualname__}", "stack": frames})
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    log().logger.error(message, extra={"members": {**members, "causes": causes}})


def end(
    message: str, counts: Mapping[metrics.Name, float], level: int = logging.INFO, **members: Any
) -> None:
    """The last line of an invocation; what it counted goes out with it, at every log level."""
    _, least, handler, lines = log()
    if not counts and level < least:
        return
    line = lines.line(logging.getLevelName(level), message, time.time(), members, counts)
    handler.stream.write(f"{line}\n")  # without the handler's lock: nothing runs beside an invocation's end
    handler.stream.flush()


@lru_cache(maxsize=1)
def _moment(seconds: int) -> str:
    """A busy function writes many lines within a second."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


@lru_cache(maxsize=64)
def _told(function: str, tenant: str, route: str) -> str:
    """Few differ: one tenant's few routes."""
    return _more({"function": function, "tenant": tenant, "route": route})


def _more(members: Mapping[str, Any]) -> str:
    """As text that goes on in the middle of an object. Numbers are their own JSON: an encoder for the whole
    would be set up anew for each line."""
    text = ""
    for name, value in members.items():
        text += f',"{name}":{value!r}' if value.__class__ in _NUMBERS else f',"{name}":{_json(value)}'
    return text
