"""Read several logs as one, in the order of time, and go on reading as they grow.

CloudWatch stores an event some time after it happened, so that a look begins before where the last one ended,
and passes over what it has returned.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tenantry.operations.logs.events import Event, Log

OVERLAP_MS = 60_000  # an event stored later than this, with another of its log before it, is missed


def merged(logs: Any, read: Iterable[Log], start_ms: int, pattern: str | None = None) -> Iterator[Event]:
    """What is there now, from `start_ms` on; the memory it takes does not grow with it."""
    return heapq.merge(
        *(log.events(logs, start_ms, pattern=pattern) for log in read), key=lambda event: event.time_ms
    )


@dataclass(slots=True)
class _Tail:
    """`seen` are ids of the overlap, with their times."""

    log: Log
    start_ms: int
    newest_ms: int = 0
    seen: dict[str, int] = field(default_factory=dict)

    def new(self, logs: Any) -> Iterator[Event]:
        for event in self.log.events(logs, self.start_ms):
            if event.id not in self.seen:
                self.seen[event.id] = event.time_ms
                self.newest_ms = max(self.newest_ms, event.time_ms)
                self._forget()
                yield event
        self.start_ms = max(self.start_ms, self.newest_ms - OVERLAP_MS)

    def _forget(self) -> None:
        """What no later look reads again."""
        while (first := next(iter(self.seen))) and self.seen[first] < self.newest_ms - OVERLAP_MS:
            del self.seen[first]


class Follower:
    """Returns each event once, from `start_ms` on."""

    def __init__(self, logs: Any, read: Iterable[Log], start_ms: int) -> None:
        self._logs = logs
        self._tails = [_Tail(log, start_ms) for log in read]

    def look(self) -> Iterator[Event]:
        """What is there and was not returned yet, in the order of time; read it to its end."""
        return heapq.merge(*(tail.new(self._logs) for tail in self._tails), key=lambda event: event.time_ms)
