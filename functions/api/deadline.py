"""Answer before the function's time is up: begin nothing that could outlast it.

A function that runs out of time answers nothing at all: the gateway makes a 504 of it, and the client learns
neither why nor when to come back.
"""

import math
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Protocol

ANSWER_SECONDS: Final = 1.0  # kept back to read what came, log and answer; small functions get little CPU


class Invocation(Protocol):
    """The part of Lambda's context object that tells the time left."""

    def get_remaining_time_in_millis(self) -> int: ...


_end: ContextVar[float] = ContextVar("end", default=math.inf)  # on the monotonic clock


@contextmanager
def of(invocation: Invocation) -> Iterator[None]:
    """Outside of an invocation there is no end."""
    token = _end.set(time.monotonic() + invocation.get_remaining_time_in_millis() / 1000)
    try:
        yield
    finally:
        _end.reset(token)


def allows(seconds: float) -> bool:
    """Whether something that may take as long can begin now, and the answer still go out."""
    return seconds <= _left()


def pause(longest: float) -> None:
    """Wait before a retry, with jitter; never into the time that the answer needs."""
    time.sleep(random.uniform(0, max(0.0, min(longest, _left()))))  # noqa: S311 - jitter


def _left() -> float:
    return _end.get() - time.monotonic() - ANSWER_SECONDS
