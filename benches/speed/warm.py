"""Goal 2: what a warm request costs over a bare handler, and over Powertools' resolver."""

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
NOTE: Final = (
    "By profile the rest is, in turn: the line that tells of the request and carries its metrics (a third: "
    "its text, a write and a flush), reading the event, the table's call with its deadline and its capacity, "
    "and putting the answer together. Through Powertools' own `Logger.info` and `flush_metrics` it would be "
    "what `resolver-signals` shows."
)


def measure(on_step: OnStep) -> list[Measured]:
    taken = in_turns({name: _served(name) for name in HANDLERS}, ROUNDS, on_step)
    # The least of each, as within a child: a disturbed run of the bare handler would flatter all others.
    cost = {name: min(sample.runs) for name, sample in taken.items()}
    over = {name: cost[name] - cost["bare"] for name in HANDLERS if name != "bare"}
    figures = {f"{name} (µs)": value for name, value in cost.items()}
    figures |= {f"{name} over bare (µs)": value for name, value in over.items()}
    own, resolver = over["tenantry"], over["resolver"]
    bound = WARM_MICROSECONDS
    return [
        Measured(
            2,
            "routing, validation, errors, logging and metrics of a warm request",
            own,
            bound,
            "a bare handler",
            "µs",
            figures,
            NOTE if own > bound else "",
        ),
        Measured(2, "a warm request, over bare", own / resolver, 1.0, "Powertools' plain resolver", "x"),
    ]


def _served(name: str) -> Callable[[], float]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "functions")])
    environment = {"PYTHONPATH": path, "PATH": os.environ["PATH"]}
    return lambda: float(
        child([sys.executable, "-W", "ignore", "-m", "benches.speed.served", name], environment, ROOT).output
    )
