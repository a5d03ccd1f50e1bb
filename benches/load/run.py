"""Drive the quiet tenants alone and beside the noisy one, in turns, so that both meet the same machine."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from benches.load.driver import Driver, Observed, Target
from tenantry.config import load_platform
from tenantry.local import platform as local
from tenantry.local import tokens
from tenantry.local.state import LocalPlatform

TENANTS = Path(__file__).parent / "tenants"
CELL, NOISY = "load", "noisy"
QUIET_RATE = 10.0
NOISY_RATE = 50.0  # ten times what its tier allows
WARM_UP_SECONDS = 5.0
BOUND = 1.5  # of the p99 beside the noisy tenant to the p99 without it

OnStep = Callable[[str], None]


@dataclass(frozen=True)
class Comparison:
    """One tenant, alone and beside the noisy one."""

    tenant: str
    alone: Observed
    beside: Observed

    @property
    def errors(self) -> int:
        return self.alone.errors + self.beside.errors

    @property
    def ratio(self) -> float:
        return percentile(self.beside, 99) / percentile(self.alone, 99)

    @property
    def holds(self) -> bool:
        return self.errors == 0 and self.ratio <= BOUND


@dataclass(frozen=True)
class Result:
    comparisons: list[Comparison]
    noise: Observed

    @property
    def holds(self) -> bool:
        """The noise must have been one: most of it was refused."""
        return all(each.holds for each in self.comparisons) and self.refused > 0.5

    @property
    def refused(self) -> float:
        return self.noise.statuses["429"] / max(1, self.noise.statuses.total())

    def as_json(self) -> dict[str, Any]:
        return {
            "holds": self.holds,
            "bound": BOUND,
            "noisy": {"answers": dict(self.noise.statuses), "refused": round(self.refused, 3)},
            "tenants": [
                {
                    "tenant": each.tenant,
                    "errors": each.errors,
                    "p99_ratio": round(each.ratio, 3),
                    "alone_ms": _milliseconds(each.alone),
                    "beside_ms": _milliseconds(each.beside),
                }
                for each in self.comparisons
            ],
        }


def percentile(observed: Observed, n: int) -> float:
    return quantiles(observed.latencies, n=100, method="inclusive")[n - 1]


def _milliseconds(observed: Observed) -> dict[str, float]:
    return {f"p{n}": round(percentile(observed, n) * 1000, 1) for n in (50, 95, 99)}


def run(rounds: int, seconds: float, on_step: OnStep) -> Result:
    """Each round has two spells of so many seconds."""
    emulator, platform = local.start(load_platform(TENANTS).cell(CELL), TENANTS, None, on_step)
    with emulator, ExitStack() as stack:
        drivers = {
            tenant.slug: stack.enter_context(Driver(_target(platform, tenant.slug)))
            for tenant in platform.tenants
        }
        quiet = [slug for slug in drivers if slug != NOISY]
        on_step("warming up")
        _spell(drivers, list(drivers), WARM_UP_SECONDS)
        seen = {slug: (Observed(), Observed()) for slug in quiet}
        noise = Observed()
        for n in range(rounds):
            on_step(f"round {n + 1} of {rounds}: without the noisy tenant")
            for slug, observed in _spell(drivers, quiet, seconds).items():
                seen[slug][0].add(observed)
            on_step(f"round {n + 1} of {rounds}: beside it")
            for slug, observed in _spell(drivers, list(drivers), seconds).items():
                (noise if slug == NOISY else seen[slug][1]).add(observed)
        return Result([Comparison(slug, *seen[slug]) for slug in quiet], noise)


def _spell(drivers: dict[str, Driver], slugs: list[str], seconds: float) -> dict[str, Observed]:
    for slug in slugs:
        drivers[slug].begin(seconds)
    return {slug: drivers[slug].result() for slug in slugs}


def _target(platform: LocalPlatform, slug: str) -> Target:
    tenant = platform.tenant(slug)
    return Target(
        tenant=slug,
        url=tenant.shown["url"],
        key=next(iter(tenant.shown["api_keys"].values())),
        token=tokens.token(platform, slug, "bench", None, 3600),
        rate=NOISY_RATE if slug == NOISY else QUIET_RATE,
    )
