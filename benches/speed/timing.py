"""Time things in turns, so that all meet the same machine; by CPU, as the wall clock tells of neighbours."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[2]
OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Sample:
    """Runs of one thing. `spread` is the middle half's width, as a share of the median."""

    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.runs)

    @property
    def spread(self) -> float:
        if len(self.runs) < 2 or not self.median:
            return 0.0
        lower, _, upper = quantiles(self.runs, n=4, method="inclusive")
        return (upper - lower) / self.median


@dataclass(frozen=True)
class Spent:
    """What a process took with all that it waited for: seconds, and its largest resident set."""

    cpu: float
    wall: float
    peak_mib: float
    output: str


class ChildFailed(Exception):
    """A measured process ended with an error; the message holds what it said."""


def in_turns(variants: Mapping[str, Callable[[], float]], rounds: int, on_step: OnStep) -> dict[str, Sample]:
    """Run each once per round, one after the other; every other round runs them backwards."""
    runs: dict[str, list[float]] = {name: [] for name in variants}
    names = list(variants)
    for n in range(rounds):
        for name in names if n % 2 == 0 else reversed(names):
            on_step(f"{name}: round {n + 1} of {rounds}")
            runs[name].append(variants[name]())
    return {name: Sample(tuple(each)) for name, each in runs.items()}


def cpu_seconds(call: Callable[[], object]) -> float:
    """CPU of this process for the call, all threads."""
    began = time.process_time()
    call()
    return time.process_time() - began


def own_environment() -> dict[str, str]:
    """This process's, in which a child finds the sources, and byte code is kept as at a user's."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPATH": path}


def child(
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Spent:
    """Run a process to its end.

    Args:
        environment: all that it gets; this process's own, if left out.

    Raises:
        ChildFailed: it did not end with 0.
    """
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - the benches' own programs
        [str(part) for part in command],
        env=None if environment is None else dict(environment),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout  # noqa: S101 - a pipe was asked for
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ChildFailed(f"{Path(command[0]).name} ended with {process.returncode}:\n{output[-2000:]}")
    return Spent(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, output)
