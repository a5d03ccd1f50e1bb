"""Sum up a change for a reader in a hurry: whom it touches, who loses what, its cost and its time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tenantry.config.capacity import NEAR
from tenantry.planning.calls import FLUSH, seconds
from tenantry.planning.declared import Declared, DeclaredQuota
from tenantry.planning.differences import Line
from tenantry.planning.effects import Effect, TenantPlan, plans
from tenantry.planning.previews import Preview
from tenantry.planning.steps import Stepped, steps

NAMED = 3  # tenants, and of each what it loses; the rest is a number
SHARED = "what all share"


@dataclass(frozen=True, slots=True)
class Total:
    """`quotas` has a line for each quota whose use changes."""

    tenants: Sequence[TenantPlan]
    quotas: Sequence[Line]
    calls: Counter[str]

    @property
    def needs_person(self) -> bool:
        return any(each.needs_person for each in self.tenants) or any(
            line.needs_person for line in self.quotas
        )

    @property
    def usd(self) -> float:
        return sum(each.usd for each in self.tenants)

    @property
    def seconds(self) -> float:
        """By the rates of AWS's control plane alone; the services' own time is added to it."""
        return seconds(self.calls)

    @property
    def summary(self) -> str:
        slugs = [each for each in self.tenants if each.tenant]
        touched = sum(each.effect is not Effect.UNTOUCHED for each in slugs)
        parts = [
            f"touches {touched} of {len(slugs)} tenants",
            *self._losses(),
            f"{dollars(self.usd)} a month",
        ]
        if self.calls:
            parts.append(f"about {duration(self.seconds)}")
        return "; ".join([*parts, *self._others()])

    def _losses(self) -> Iterator[str]:
        losing = [(each.tenant, [line.loses for line in each.lines if line.loses]) for each in self.tenants]
        losing = [(tenant, losses) for tenant, losses in losing if losses]
        for tenant, losses in losing[:NAMED]:
            yield f"{tenant} loses {_some(losses)}"
        if len(losing) > NAMED:
            yield f"{len(losing) - NAMED} more lose something"

    def _others(self) -> Iterator[str]:
        """Tenants that a person should look at for a reason other than a loss."""
        others = [
            each.tenant or SHARED
            for each in self.tenants
            if each.needs_person and not any(line.loses for line in each.lines)
        ]
        others += ["quotas"] if any(line.needs_person for line in self.quotas) else []
        if others:
            yield f"a person should look at {_some(others)}"


def total(before: Declared, after: Declared) -> Total:
    """By what the program registers, before and after."""
    return _total(before, after, list(steps(before.resources, after.resources)))


def of_stack(before: Declared, after: Declared, cell: str, preview: Preview) -> Total:
    """By what the engine would do to a stack of that cell; the files say what that means for its tenants."""
    was, is_ = (
        replace(each, tenants={slug: of for slug, of in each.tenants.items() if of.cell == cell})
        for each in (before, after)
    )
    return _total(replace(was, resources=preview.before), is_, preview.steps)


def _total(before: Declared, after: Declared, stepped: Sequence[Stepped]) -> Total:
    found = plans(before, after, stepped)
    calls: Counter[str] = Counter()
    for each in found:
        calls.update(each.calls)
    cells = _touched(found, before, after)
    calls[FLUSH] = sum(tenant.cell in cells for tenant in after.tenants.values())
    return Total(found, list(_quotas(before, after)), +calls)


def dollars(amount: float) -> str:
    return f"{'-' if amount < -0.005 else '+'}${abs(amount):,.2f}"


def duration(length: float) -> str:
    return f"{max(1, round(length))} s" if length < 90 else f"{round(length / 60)} min"


def _touched(found: Sequence[TenantPlan], before: Declared, after: Declared) -> set[str]:
    """Cells with a tenant that changes; all of them where what tenants share does."""
    slugs = {each.tenant for each in found if each.steps}
    return {
        tenant.cell
        for of in (before, after)
        for slug, tenant in of.tenants.items()
        if slug in slugs or "" in slugs
    }


def _quotas(before: Declared, after: Declared) -> Iterator[Line]:
    for name, new in after.quotas.items():
        old = before.quotas.get(name, DeclaredQuota(0, new.limit))
        if old != new:
            near = new.used >= NEAR * new.limit and new.used / new.limit > old.used / old.limit
            left = f"{new.limit - new.used:,} of {new.limit:,} left" if new.used <= new.limit else "too many"
            yield Line(f"{name}: {old.used:,} → {new.used:,}; {left}", near)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
