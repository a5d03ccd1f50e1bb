"""Which of AWS's quotas more tenants meet, and at how many tenants, by today's tenants on average."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from tenantry.config import Platform
from tenantry.config.capacity import account_capacity
from tenantry.config.granted import Granted
from tenantry.config.quotas import LAMBDA, STAGES_PER_API
from tenantry.errors import WrongInput
from tenantry.planning.calls import seconds
from tenantry.rules.kinds import KINDS
from tenantry.rules.kinds.tokens import STAGE, USAGE_PLAN

EXECUTIONS = 2  # of a call: the authorizer's and the group's function; a remembered verdict spares the first


@dataclass(frozen=True, slots=True)
class Wall:
    """`tenants` is the last number that fits; `months` from today, None where growth does not reach it."""

    name: str
    tenants: int
    months: int | None
    hard: bool
    source: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """Walls in the order in which they come, up to the number asked for.

    `tier_seconds` is the least that a change of one tier's limits takes, by tier, at that number.
    """

    tenants: int
    cells: int
    walls: tuple[Wall, ...]
    tier_seconds: dict[str, float]


def outlook(
    platform: Platform, granted: Granted, tenants: int, growth: float = 0.0, accounts: int = 1
) -> Outlook:
    """
    Args:
        growth: tenants that come each month.
        accounts: pairs of account and Region that tenants are spread over evenly.

    Raises:
        WrongInput: there is no tenant to go by.
    """
    today = len(platform.tenants)
    if not today:
        raise WrongInput(
            "there is no tenant yet, and so nothing to estimate from; write one that is "
            "like most of those to come"
        )
    found = [
        Wall(name, fits, _months(fits - today, growth), hard, source)
        for name, fits, hard, source in _walls(platform, granted, accounts)
        if fits < tenants
    ]
    counts = Counter(tenant.tier.name for tenant in platform.tenants)
    changes = {
        tier: _change(math.ceil(count / today * tenants / accounts)) for tier, count in sorted(counts.items())
    }
    ordered = tuple(sorted(found, key=lambda wall: (wall.tenants, wall.name)))
    return Outlook(tenants, math.ceil(tenants / STAGES_PER_API), ordered, changes)


def _walls(platform: Platform, granted: Granted, accounts: int) -> Iterator[tuple[str, int, bool, str]]:
    today = len(platform.tenants)
    for quota in account_capacity(platform, granted):
        each = 1 / STAGES_PER_API if quota.name == "APIs" else quota.used / today
        if each:
            yield quota.name, _fits(quota.limit * accounts, each), quota.hard, quota.source
    yield (
        "executions, if all call at once",
        _fits(granted.concurrency * accounts, EXECUTIONS),
        False,
        LAMBDA,
    )
    room = sum(cell.stages_quota for cell in platform.cells)
    stages = next(iter(account_capacity(platform, granted))).source
    yield "stages of today's cells", room, False, stages


def _fits(limit: int, each: float) -> int:
    return math.floor(limit / each + 1e-9)


def _months(more: int, growth: float) -> int | None:
    if more <= 0:
        return 0
    return math.ceil(more / growth) if growth > 0 else None


def _change(tenants: int) -> float:
    """Each tenant's plan and stage, in one account and Region."""
    calls: Counter[str] = Counter()
    for token in (USAGE_PLAN, STAGE):
        for operation, number in Counter(KINDS[token].calls.change).items():
            calls[operation] += number * tenants
    return seconds(calls)
