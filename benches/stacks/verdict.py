"""Say what was measured, and whether a tenant's own stack costs the same however many tenants there are."""

from collections.abc import Iterator, Sequence
from statistics import median

from benches.stacks.run import Apart, Cost, Together
from benches.stacks.writes import Written

MOST = 1.2  # times what one of the first ten tenants costs
ROUND = 3  # tenants of the demo, one after the other: each has another tier


def within(apart: Apart) -> bool:
    """By CPU and by what is written."""
    first, last = _ends(apart)
    return last.cpu <= MOST * first.cpu and last.written.size <= MOST * first.written.size


def of_one_stack(count: int, each: Together) -> str:
    return f"one stack, {count} tenants: {_shown(each.first)}; one tenant more: {_shown(each.one_more)}"


def of_stacks(apart: Apart) -> Iterator[str]:
    first, last = _ends(apart)
    yield f"the cell alone, of {len(apart.tenants)} tenants: {_shown(apart.cell)}"
    yield f"a tenant's own stack, of the first ten: {_shown(first)}; the last ones: {_shown(last)}"
    yield f"the last at most {MOST} times the first: {'held' if within(apart) else 'NOT held'}"


def _ends(apart: Apart) -> tuple[Cost, Cost]:
    """One round of tiers each: the last of the first ten, and the last of all."""
    return _middle(apart.tenants[10 - ROUND : 10]), _middle(apart.tenants[-ROUND:])


def _middle(costs: Sequence[Cost]) -> Cost:
    count = median(each.written.count for each in costs)
    size = median(each.written.size for each in costs)
    return Cost(median(each.cpu for each in costs), Written(int(count), int(size)))


def _shown(cost: Cost) -> str:
    written = cost.written
    return f"{cost.cpu:.1f} s of CPU, {written.count:,} writes of {written.size / 1e6:,.1f} MB in all"
