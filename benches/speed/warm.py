"""Goal 2: what a warm request costs over a bare handler, and beside Powertools' resolver."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from benches.speed.goals import WARM_MICROSECONDS, Measured
from benches.speed.served import HANDLERS
from benches.speed.timing import OnStep, child, in_turns

ROOT: Final = Path(__file__).resolve().parents[2]
ROUNDS: Final = 7


def measure(on_step: OnStep) -> list[Measured]:
    taken = in_turns({name: _served(name) for name in HANDLERS}, ROUNDS, on_step)
    # The least of each, as within a child: a disturbed run of the bare handler would flatter all others.
    cost = {name: min(sample.runs) for name, sample in taken.items()}
    over = {name: cost[name] - cost["bare"] for name in HANDLERS if name != "bare"}
    figures = {f"{name} (µs)": value for name, value in cost.items()}
    figures |= {f"{name} over bare (µs)": value for name, value in over.items()}
    own, peer = over["tenantry"], over["resolver-signals"]
    return [
        Measured(
            2,
            "routing, validation, errors, logging and metrics of a warm request",
            own,
            WARM_MICROSECONDS,
            "a bare handler",
            "µs",
            figures,
        ),
        Measured(
            2,
            "a warm request, over bare",
            own / peer,
            1.0,
            "Powertools' resolver with its logger and metrics",
        ),
    ]


def _served(name: str) -> Callable[[], float]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "functions")])
    environment = {"PYTHONPATH": path, "PATH": os.environ["PATH"]}
    return lambda: float(
        child([sys.executable, "-W", "ignore", "-m", "benches.speed.served", name], environment, ROOT).output
    )
