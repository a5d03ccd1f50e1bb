"""One structured log per function, by Powertools: every line carries tenant, route, function and request id.

No line holds a body, a token, a key or an address. A failure is logged as its type and its frames:
exception messages quote values, so they stay out.
"""

import logging
import traceback
from collections.abc import Mapping
from functools import cache
from json import JSONEncoder
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from agreed.metrics import Metric
from api import metrics


class Lines(LambdaPowertoolsFormatter):
    """Powertools' lines of JSON, but with `causes` where Powertools would quote an exception's message."""

    def __init__(self) -> None:
        super().__init__(
            # ASCII only: other readers end lines at characters beyond it, and an unpaired surrogate cannot be
            # written.
            json_serializer=JSONEncoder(separators=(",", ":"), default=_text).encode,
            json_deserializer=str,  # a message that looks like JSON stays text
            utc=True,
            use_rfc3339=True,
            location=None,  # the message says where in the code it comes from
        )

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info:
            vars(record).update(causes=_causes(record.exc_info[1]), exc_info=None)
        return super().format(record)


@cache
def log() -> Logger:
    return Logger(logger_formatter=Lines())


def begin(*, tenant: str, route: str, request_id: str) -> None:
    """An invocation begins; what an earlier one left, counts too, is gone.

    The notifier's has no `request_id`: it is empty and left out, and its lines each carry one of their own.
    """
    metrics.begin()
    logger = log()
    logger.clear_state()
    about = {"function": logger.service, "tenant": tenant, "route": route, "request_id": request_id or None}
    logger.append_keys(service=None, **about)  # `function`, a dimension too, says what `service` would


def info(message: str, **members: Any) -> None:
    log().info(message, extra=members)


def warning(message: str, **members: Any) -> None:
    log().warning(message, extra=members)


def record(message: str, **members: Any) -> None:
    """A line for whoever has to account for what was done; written at every log level."""
    _write(logging.INFO, message, members)


def failure(message: str, error: BaseException, **members: Any) -> None:
    log().error(message, exc_info=error, extra=members)


def end(message: str, counts: Mapping[Metric, float], level: int = logging.INFO, **members: Any) -> None:
    """The last line of an invocation; what it counted goes out with it, at every log level.

    Where nothing is to become a metric, the line counts nothing, and is held to the logger's level.
    """
    logger = log()
    published = counts if metrics.published() else {}
    if not published and level < logger.log_level:
        return
    members |= metrics.embedded(published, {**logger.get_current_keys(), **members})
    _write(level, message, members)


def _write(level: int, message: str, members: Mapping[str, Any]) -> None:
    """Straight to the handler, because the logger would drop a line below its level."""
    about = {"levelno": level, "levelname": logging.getLevelName(level), "msg": message}
    log().registered_handler.handle(logging.makeLogRecord({**members, **about}))


def _causes(error: BaseException | None) -> list[dict[str, str]]:
    causes = []
    while error is not None:
        frames = "".join(traceback.format_tb(error.__traceback__))
        causes.append({"type": _type(error), "stack": frames})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return causes


def _text(value: object) -> str:
    """For what JSON has no form for."""
    return _type(value) if isinstance(value, BaseException) else str(value)


def _type(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
