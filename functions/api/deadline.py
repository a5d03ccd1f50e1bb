"""Answer before the function's time is up: begin nothing that could outlast it.

A function that runs out of time answers nothing at all: the gateway makes a 504 of it, and the client learns
neither why nor when to come back.
"""

import math
import random
import time
from contextvars import ContextVar
from typing import Final, Protocol

ANSWER_SECONDS: Final = 1.0  # kept back to read what came, log and answer; small functions get little CPU


class Invocation(Protocol):
    """The part of Lambda's context object that gives the time left."""

    def get_remaining_time_in_millis(self) -> int: ...


_end: ContextVar[float] = ContextVar("end", default=math.inf)  # on the monotonic clock


class of:  # noqa: N801 - reads as `with deadline.of(invocation)`; a class costs a third of a generator
    """Outside of an invocation there is no end."""

    __slots__ = ("_before", "_invocation")

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation

    def __enter__(self) -> None:
        left = self._invocation.get_remaining_time_in_millis() / 1000
        self._before = _end.set(time.monotonic() + left)

    def __exit__(self, *_: object) -> None:
        _end.reset(self._before)


def allows(seconds: float) -> bool:
    """Whether something that may take as long can begin now, and the answer still go out."""
    return seconds <= _left()


def pause(longest: float) -> None:
    """Wait before a retry, with jitter; never into the time that the answer needs."""
    time.sleep(random.uniform(0, max(0.0, min(longest, _left()))))  # noqa: S311 - jitter


def _left() -> float:
    return _end.get() - time.monotonic() - ANSWER_SECONDS
