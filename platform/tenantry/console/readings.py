"""Ask for everything that a page shows at once; what cannot be had is named, and spoils nothing else."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from tenantry.errors import Failed, WrongInput

Reading = TypeVar("Reading")


@dataclass(frozen=True, slots=True)
class Unread:
    """`permission` is the IAM action that was refused; empty where it failed for another reason."""

    reason: str
    permission: str = ""


def attempt(read: Callable[[], Reading], action: str) -> Reading | Unread:
    """`action` is what IAM calls the right to read this."""
    try:
        return read()
    except (Failed, WrongInput) as error:
        reason = str(error)
        return Unread(reason, action if "AccessDenied" in reason else "")


class CachedReading(Generic[Reading]):
    """The last reading, good for so many seconds; who asks meanwhile waits for the one under way."""

    def __init__(
        self, read: Callable[[], Reading], seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._read, self._seconds, self._clock = read, seconds, clock
        self._lock = Lock()
        self._last: tuple[float, Reading] | None = None

    def __call__(self) -> Reading:
        with self._lock:
            if self._last is None or self._clock() - self._last[0] >= self._seconds:
                self._last = (self._clock(), self._read())
            return self._last[1]
