"""Ask for everything that a page shows at once; what cannot be had is named, and spoils nothing else."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from tenantry.errors import Failed, WrongInput
from tenantry.operations.running import RunningTenant

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


Readings = Mapping[str, tuple[str, Callable[[], Any]]]
"""By name: what IAM calls the right to read it, and the reading."""


def together(wanted: Readings) -> dict[str, Any]:
    """All at once, with `Unread` for what cannot be had."""
    with ThreadPoolExecutor(len(wanted)) as pool:
        under_way = {name: pool.submit(attempt, read, action) for name, (action, read) in wanted.items()}
    return {name: each.result() for name, each in under_way.items()}


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


class CachedByTenant(Generic[Reading]):
    """A reading of each tenant, good for so many seconds; `read` answers by slug and may leave some out."""

    def __init__(
        self,
        read: Callable[[Sequence[RunningTenant]], Mapping[str, Reading]],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read, self._seconds, self._clock = read, seconds, clock
        self._lock = Lock()
        self._last: dict[str, tuple[float, Reading | None]] = {}

    def __call__(self, tenants: Iterable[RunningTenant]) -> Mapping[str, Reading]:
        asked = list(tenants)
        with self._lock:
            now = self._clock()
            stale = [each for each in asked if self._until(each.slug) <= now]
            found = self._read(stale) if stale else {}
            for each in stale:
                self._last[each.slug] = (self._clock() + self._seconds, found.get(each.slug))
            known = {each.slug: self._last[each.slug][1] for each in asked}
        return {slug: reading for slug, reading in known.items() if reading is not None}

    def _until(self, slug: str) -> float:
        return self._last[slug][0] if slug in self._last else float("-inf")


class SlowReading(Generic[Reading]):
    """Read in a thread of its own, good for so many seconds: who asks waits a little, or gets the last."""

    def __init__(
        self,
        read: Callable[[], Reading],
        seconds: float,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`patience`: the seconds that a reading is waited for."""
        self._read, self._seconds, self._patience, self._clock = read, seconds, patience, clock
        self._lock = Lock()
        self._last: tuple[float, Reading] | None = None
        self._coming: Future[Reading] | None = None

    def __call__(self) -> Reading:
        """Raises Failed where the first one takes longer, and whatever the reading raises."""
        with self._lock:
            if self._last is not None and self._clock() - self._last[0] < self._seconds:
                return self._last[1]
            if self._coming is None:
                self._coming = Future()
                Thread(target=self._begin, args=(self._coming,), daemon=True).start()
            coming, last = self._coming, self._last
        try:
            return coming.result(self._patience)
        except TimeoutError:
            if last is not None:
                return last[1]
            raise Failed("it is being worked out, which takes a while; refresh to see it") from None
        except BaseException:  # the next one who asks tries again
            with self._lock:
                self._coming = None if self._coming is coming else self._coming
            raise

    def _begin(self, coming: "Future[Reading]") -> None:
        try:
            reading = self._read()
        except BaseException as error:  # whoever asks next is to see it, however late it is
            coming.set_exception(error)
            return
        with self._lock:
            self._last, self._coming = (self._clock(), reading), None
        coming.set_result(reading)
