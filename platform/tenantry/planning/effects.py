"""What the step from one declaration to another does to each tenant: rules alone."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from tenantry.config.capacity import require_room
from tenantry.config.domains import require_let_go
from tenantry.errors import WrongInput
from tenantry.local.engine.changes import Step
from tenantry.planning import contracts
from tenantry.planning.calls import calls, seconds
from tenantry.planning.declared import STAGES, Declared
from tenantry.planning.differences import Line, differences
from tenantry.planning.permissions import gains
from tenantry.planning.steps import Stepped, counts
from tenantry.rules.naming import AUTHORIZER

# What answers calls: its replacement has a moment in which there is none.
SERVING = frozenset({"Function", "Permission", "Role", "RolePolicy", "Stage", "UsagePlan"})
# What holds values or data: its replacement has others.
HOLDING = frozenset({"ApiKey", "Key", "PrivateKey", "RandomBytes", "Secret", "SecretVersion", "Table"})
# What goes with what it holds, and isn't said by another line.
DROPPED = {
    "LogGroup": "logs of",
    "Queue": "messages that still wait in",
    "Secret": "values of the secrets of",
    "Table": "records of the table",
}
LEFT = frozenset({"Key", "Table"})  # and billed on


class Effect(StrEnum):
    """In the order of how much attention it needs."""

    UNTOUCHED = "untouched"
    ADDED = "added"
    CHANGED = "changed in place"
    INTERRUPTED = "interrupted"
    REPLACED = "replaced"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """`steps` counts resources by what is done to them, `calls` those of AWS's control plane that it takes;
    `usd` is the difference of a month."""

    tenant: str
    effect: Effect
    lines: tuple[Line, ...]
    steps: Mapping[Step, int]
    calls: Mapping[str, int]
    usd: float

    @property
    def needs_person(self) -> bool:
        return any(line.needs_person for line in self.lines)


def plans(before: Declared, after: Declared, steps: Iterable[Stepped]) -> list[TenantPlan]:
    """One for each tenant of either, by slug; the last, of `""`, is what tenants share, if that changes.

    Args:
        steps: what becomes of resources, in the order of their registration.
    """
    stepped: dict[str, list[Stepped]] = {}
    for each in steps:
        stepped.setdefault(each.resource.owner, []).append(each)
    slugs = sorted(before.tenants.keys() | after.tenants.keys())
    refusals = list(_refusals(before, after))
    shared = [_shared(before, stepped.get("", []), refusals)] if "" in stepped or refusals else []
    return [_planned(slug, before, after, stepped.get(slug, [])) for slug in slugs] + shared


def _refusals(before: Declared, after: Declared) -> Iterator[Line]:
    """Of cells in which what is new has no room, or no free domain, until what is removed has gone."""
    for cell in sorted({each.cell for each in after.tenants.values()}):
        was, is_ = (
            {slug: each.addresses for slug, each in of.tenants.items() if each.cell == cell}
            for of in (before, after)
        )
        room = partial(require_room, cell, was, is_, after.quotas[STAGES.format(cell)].limit)
        for require in (room, partial(require_let_go, was, is_)):
            try:
                require()
            except WrongInput as refusal:
                yield Line(str(refusal), needs_person=True)


def _shared(before: Declared, stepped: list[Stepped], refusals: list[Line]) -> TenantPlan:
    lines = refusals + [
        Line(f"{each.is_} is {each.step}", needs_person=True)
        for each in stepped
        if each.step in (Step.REPLACED, Step.REMOVED) and each.kind in HOLDING | {"RestApi"}
    ]
    lines += _left(stepped)
    lines += gains(before, stepped)
    numbers = counts(stepped)
    effect = Effect.REPLACED if numbers.get(Step.REPLACED) else Effect.CHANGED
    return TenantPlan("", effect, tuple(lines), numbers, calls(stepped), 0.0)


def _planned(slug: str, before: Declared, after: Declared, stepped: list[Stepped]) -> TenantPlan:
    old, new = before.tenants.get(slug), after.tenants.get(slug)
    usd = (new.usd if new else 0.0) - (old.usd if old else 0.0)
    lines: list[Line] = []
    if old is None or new is None:
        effect = Effect.ADDED if old is None else Effect.REMOVED
        if new is None:
            lines.append(
                Line("all its clients lose access; its keys are deleted for good", True, "everything")
            )
    else:
        effect = _effect(stepped)
        lines += differences(old, new)
        lines += _breaks(before, after, slug)
        lines += gains(before, stepped)
        lines += _replacements(slug, stepped)
    lines += _left(stepped)
    lines += _dropped(stepped)
    return TenantPlan(slug, effect, tuple(lines), counts(stepped), calls(stepped), usd)


def _effect(stepped: list[Stepped]) -> Effect:
    """Of one that is there before and after."""
    replaced = {each.kind for each in stepped if each.step is Step.REPLACED}
    if replaced & HOLDING:
        return Effect.REPLACED
    if replaced & SERVING:
        return Effect.INTERRUPTED
    return Effect.CHANGED if stepped else Effect.UNTOUCHED


def _breaks(before: Declared, after: Declared, slug: str) -> Iterator[Line]:
    """What the contract breaks in the tenant's routes; what breaks alike in several is one line."""
    if before.contract == after.contract:
        return
    old, new = before.tenants[slug].routes, after.tenants[slug].routes
    routes: dict[str, list[str]] = {}
    for each in contracts.breaks(before.contract, after.contract, old, new):
        routes.setdefault(each.what, []).append(each.route)
    for what, where in routes.items():
        others = f" and {len(where) - 1} more" if len(where) > 1 else ""
        yield Line(f"contract, {where[0]}{others}: {what}", needs_person=True)


def _replacements(slug: str, stepped: Iterable[Stepped]) -> Iterator[Line]:
    for each in stepped:
        if each.step is Step.REPLACED and each.kind in HOLDING:
            yield Line(f"{each.is_} is made anew, with other content", needs_person=True)
        elif each.step is Step.REPLACED and each.kind in SERVING:
            part = each.resource.name.removeprefix(slug).removeprefix(".")
            whose = f"to {part}" if part and part != AUTHORIZER else "of all its clients"
            least = max(1, round(seconds(calls([each]))))
            yield Line(f"calls {whose} fail for {least} s or more, while {each.is_} is replaced", True)


def _left(stepped: Iterable[Stepped]) -> Iterator[Line]:
    for each in stepped:
        if each.step is Step.RETAINED and each.kind in LEFT:
            yield Line(f"{each.is_} stays, is no longer used, and is still billed", needs_person=True)


def _dropped(stepped: Iterable[Stepped]) -> Iterator[Line]:
    gone: dict[str, set[str]] = {}
    for each in stepped:
        if each.step is Step.REMOVED and each.kind in DROPPED:
            gone.setdefault(each.kind, set()).add(each.resource.name)
    for kind, names in sorted(gone.items()):
        yield Line(f"{DROPPED[kind]} {', '.join(sorted(names))} are deleted", needs_person=True)
