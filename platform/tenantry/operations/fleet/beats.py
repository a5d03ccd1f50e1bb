"""Keep a rollout's locks until its last update has ended, and say in time that one cannot be kept."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tenantry.errors import Failed
from tenantry.operations.fleet.journals import SILENT, Lock, Overtaken

BEAT = 30  # seconds between two
LIMIT = SILENT - BEAT  # seconds without one that succeeds: what runs is interrupted before another begins


@dataclass(frozen=True, slots=True)
class Beats:
    """Each lock has a thread of its own, because one store may answer while another does not.

    `lost` gets the reason once a lock is another's, or has not been renewed for so long that it soon may be.
    """

    locks: Sequence[Lock]
    lost: Callable[[Failed], None]
    _heard: dict[str, float] = field(default_factory=dict)
    _failed: dict[str, Failed] = field(default_factory=dict)
    _ended: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """When all of them have just been taken."""
        self._heard.update(dict.fromkeys((each.what for each in self.locks), time.monotonic()))
        for each in self.locks:
            threading.Thread(target=self._keep, args=(each,), daemon=True).start()
        threading.Thread(target=self._watch, daemon=True).start()

    def end(self) -> None:
        """Does not wait for one that is under way: it renews no lock that was given back."""
        self._ended.set()

    def _keep(self, lock: Lock) -> None:
        while not self._ended.wait(BEAT):
            moment = time.monotonic()
            try:
                lock.beat()
            except Overtaken as overtaken:
                if not self._ended.is_set():
                    self.lost(overtaken)
                return
            except Failed as failed:
                self._failed[lock.what] = failed
            else:
                self._heard[lock.what] = moment

    def _watch(self) -> None:
        """By a thread of its own, because an attempt may get no answer for minutes."""
        left = float(LIMIT)
        while left > 0:
            if self._ended.wait(left):
                return
            what, heard = min(self._heard.items(), key=lambda each: each[1])
            left = heard + LIMIT - time.monotonic()
        why = self._failed.get(what, "its store does not answer")
        self.lost(
            Failed(
                f"the lock of {what} could not be renewed for {LIMIT} s, and others may take it after "
                f"{SILENT} s, so this rollout was interrupted: {why}"
            )
        )
