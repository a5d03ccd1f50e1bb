"""Lambda lets an invocation end under the old code and configuration; the emulator kills it at an update."""

import threading
from collections.abc import Iterable
from typing import Any


def repair() -> None:
    from ministack.core import lambda_runtime

    kill = lambda_runtime.kill_workers

    def kill_when_done(workers: Iterable[Any]) -> None:
        doomed = [worker for worker in workers if worker is not None]
        kill([worker for worker in doomed if not worker.in_use])
        for worker in doomed:
            if worker.in_use:
                threading.Thread(target=_kill_later, args=(kill, worker), daemon=True).start()

    lambda_runtime.kill_workers = kill_when_done


def _kill_later(kill: Any, worker: Any) -> None:
    with worker._lock:  # held for the whole of an invocation
        kill([worker])
