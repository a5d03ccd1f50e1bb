"""Goal 5: how long `tenantry up` takes when all is set up, and what it holds in memory."""

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from benches.speed import tenants
from benches.speed.goals import UP_25_SECONDS, UP_SECONDS, Measured
from benches.speed.timing import OnStep, child, own_environment
from tenantry.local import state, tokens
from tenantry.local.state import LocalPlatform, LocalTenant

ROUNDS = {3: 5, 25: 1}
BOUNDS = {3: UP_SECONDS, 25: UP_25_SECONDS}
MIB = 1024 * 1024


@dataclass(frozen=True)
class Started:
    """Seconds until it was up and, in MiB, what it held: `served` after a call of every tenant."""

    wall: float
    cpu: float
    command: float
    emulator: float
    served: float
    workers: int


def measure(on_step: OnStep) -> list[Measured]:
    with tempfile.TemporaryDirectory(prefix="tenantry-up-") as scratch:
        return [_measured(Path(scratch, str(count)), count, on_step) for count in ROUNDS]


def _measured(scratch: Path, count: int, on_step: OnStep) -> Measured:
    folder = tenants.write(scratch / "tenants", count)
    runs = []
    for n in range(ROUNDS[count]):
        on_step(f"{count} tenants: round {n + 1} of {ROUNDS[count]}")
        runs.append(started(folder, scratch / "state"))
    runs.sort(key=lambda run: run.wall)
    middle = runs[len(runs) // 2]
    figures = {
        "wall, s": middle.wall,
        "CPU of the command, s": middle.cpu,
        "peak memory of the command, MiB": max(run.command for run in runs),
        "memory of the emulator when up, MiB": max(run.emulator for run in runs),
        "memory of emulator and workers after a call of each tenant, MiB": max(run.served for run in runs),
        "workers then": middle.workers,
    }
    name, bound, note = f"`tenantry up` with {count} tenants", BOUNDS[count], ""
    if middle.wall > bound:
        note = (
            f"{middle.cpu:.1f} s of it are CPU of the command: by profile two fifths are the import "
            "of Pulumi's SDK and AWS provider, as much again the registering, and a tenth boto3's clients."
        )
    return Measured(5, name, middle.wall, bound, "no peer; wall time", unit="s", figures=figures, note=note)


def started(folder: Path, home: Path) -> Started:
    """Bring it up on a free port, call each tenant once, and take it down."""
    os.environ["TENANTRY_STATE"] = str(home)  # a platform that the developer has running is not touched
    environment = own_environment()
    tenantry = [sys.executable, "-m", "tenantry.cli"]
    up = child([*tenantry, "up", "--detach", "--port", "0", "--tenants", str(folder)], environment)
    try:
        platform = state.find(None)
        emulator = psutil.Process(platform.record.pid)
        idle = _mib([emulator])
        for tenant in platform.tenants:
            _call(platform, tenant)
        family = [emulator, *emulator.children(recursive=True)]
        served = _mib(family)
    finally:
        child([*tenantry, "down", "--all"], environment)
    return Started(up.wall, up.cpu, up.peak_mib, idle, served, len(family) - 1)


def _call(platform: LocalPlatform, tenant: LocalTenant) -> None:
    """The authorizer and one function start."""
    headers = {
        "x-api-key": next(iter(tenant.shown["api_keys"].values())),
        "Authorization": f"Bearer {tokens.token(platform, tenant.slug, 'bench', None, 3600)}",
    }
    with httpx.Client(trust_env=False, timeout=60) as http:
        http.get(f"{tenant.shown['url']}/items/bench", headers=headers).raise_for_status()


def _mib(processes: list[psutil.Process]) -> float:
    return sum(each.memory_info().rss for each in processes) / MIB
