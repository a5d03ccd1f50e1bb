"""Kill the functions' processes in the middle of their work, as a host that dies does."""

import random
import threading
from typing import Self

import psutil

INTERVAL_SECONDS = 5.0  # a new worker costs a second of a core: oftener, and only starts would be measured


class Killer:
    """Kills one worker of the emulator at each interval, from `begin` until the block ends."""

    def __init__(self, emulator_pid: int, seed: int) -> None:
        self.killed = 0
        self._emulator = psutil.Process(emulator_pid)
        self._random = random.Random(seed)  # noqa: S311 - a reproducible choice, no secret
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL_SECONDS):
            workers = self._emulator.children(recursive=True)
            if not workers:
                continue
            try:
                self._random.choice(workers).kill()
            except psutil.NoSuchProcess:
                continue  # it ended by itself
            self.killed += 1
