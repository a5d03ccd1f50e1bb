"""What the step from one declaration to another does to each tenant: rules alone.

A line needs a person where it takes something from somebody: access, room, data. The rest is for the record.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tenantry.config.capacity import require_room
from tenantry.errors import WrongInput
from tenantry.local.engine.changes import Step, effective, plan
from tenantry.local.engine.inventory import Entry
from tenantry.local.engine.resources import MAKERS
from tenantry.local.engine.resources.maker import Inputs
from tenantry.planning.declared import Declared, DeclaredResource, DeclaredTenant

# What answers calls: its replacement has a moment in which there is none.
SERVING = frozenset({"Function", "Permission", "Role", "RolePolicy", "Stage", "UsagePlan"})
# What holds values or data: its replacement has others.
HOLDING = frozenset({"ApiKey", "Key", "PrivateKey", "RandomBytes", "Secret", "SecretVersion", "Table"})


class Effect(StrEnum):
    """In the order of what it asks of a person."""

    UNTOUCHED = "untouched"
    ADDED = "added"
    CHANGED = "changed in place"
    INTERRUPTED = "interrupted"
    REPLACED = "replaced"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    needs_person: bool = False


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """`steps` counts resources by what is done to them; `usd` is the difference of a month."""

    tenant: str
    effect: Effect
    lines: tuple[Line, ...]
    steps: Mapping[Step, int]
    usd: float

    @property
    def needs_person(self) -> bool:
        return any(line.needs_person for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Stepped:
    step: Step
    resource: DeclaredResource


def plans(before: Declared, after: Declared) -> list[TenantPlan]:
    """One for each tenant of either, by slug; the last, of `""`, is what tenants share, if that changes."""
    stepped: dict[str, list[_Stepped]] = {}
    for each in _steps(before, after):
        stepped.setdefault(each.resource.owner, []).append(each)
    slugs = sorted(before.tenants.keys() | after.tenants.keys())
    crowded = list(_crowded(before, after))
    shared = [_shared(stepped.get("", []), crowded)] if "" in stepped or crowded else []
    return [_planned(slug, before, after, stepped.get(slug, [])) for slug in slugs] + shared


def _steps(before: Declared, after: Declared) -> Iterator[_Stepped]:
    for urn, old in before.resources.items():
        if urn not in after.resources:
            yield _Stepped(Step.REMOVED, old)
    for urn, new in after.resources.items():
        was = before.resources.get(urn)
        step = _step(was, new) if was else Step.CREATED
        if step is not Step.SAME:
            yield _Stepped(step, new)


def _step(old: DeclaredResource, new: DeclaredResource) -> Step:
    recorded = Entry(old.urn, old.type, old.name, old.owner, old.inputs)
    inputs: Inputs = effective(new.inputs, recorded, new.ignored)
    if new.type not in MAKERS:  # a component, or what the local platform has no use for
        return Step.SAME if inputs == old.inputs else Step.CHANGED
    return plan(MAKERS[new.type], recorded, inputs).step


def _crowded(before: Declared, after: Declared) -> Iterator[Line]:
    """Cells in which what is new has no room until what goes has gone."""
    for cell, quota in after.stages.items():
        was, is_ = (
            [slug for slug, each in of.tenants.items() if each.cell == cell] for of in (before, after)
        )
        try:
            require_room(cell, was, is_, quota)
        except WrongInput as refusal:
            yield Line(str(refusal), needs_person=True)


def _shared(stepped: Iterable[_Stepped], crowded: list[Line]) -> TenantPlan:
    counts = _counts(stepped)
    effect = Effect.REPLACED if counts.get(Step.REPLACED) else Effect.CHANGED
    lines = [
        Line(f"{_kind(each.resource)} {each.resource.name} is {each.step}", needs_person=True)
        for each in stepped
        if each.step in (Step.REPLACED, Step.REMOVED) and _kind(each.resource) in HOLDING | {"RestApi"}
    ]
    return TenantPlan("", effect, (*crowded, *lines), counts, 0.0)


def _planned(slug: str, before: Declared, after: Declared, stepped: list[_Stepped]) -> TenantPlan:
    old, new = before.tenants.get(slug), after.tenants.get(slug)
    usd = (new.usd if new else 0.0) - (old.usd if old else 0.0)
    lines: list[Line] = []
    if old is None or new is None:
        effect = Effect.ADDED if old is None else Effect.REMOVED
        if new is None:
            lines.append(Line("all its clients lose access; keys and secrets go for good", needs_person=True))
    else:
        effect = _effect(stepped)
        lines += _differences(old, new)
        lines += _gains(before, after, slug)
        lines += _replacements(stepped)
    return TenantPlan(slug, effect, tuple(lines), _counts(stepped), usd)


def _effect(stepped: list[_Stepped]) -> Effect:
    """Of one that is there before and after."""
    replaced = {_kind(each.resource) for each in stepped if each.step is Step.REPLACED}
    if replaced & HOLDING:
        return Effect.REPLACED
    if replaced & SERVING:
        return Effect.INTERRUPTED
    return Effect.CHANGED if stepped else Effect.UNTOUCHED


def _replacements(stepped: Iterable[_Stepped]) -> Iterator[Line]:
    for each in stepped:
        kind = _kind(each.resource)
        if each.step is Step.REPLACED and kind in HOLDING:
            yield Line(f"{kind} {each.resource.name} is made anew, with another content", needs_person=True)
        elif each.step is Step.REPLACED and kind in SERVING:
            yield Line(f"calls fail for some seconds while {kind} {each.resource.name} is replaced", True)


def _differences(old: DeclaredTenant, new: DeclaredTenant) -> Iterator[Line]:
    yield from _listed("API key", old.api_keys, new.api_keys)
    yield from _listed("signing key", old.signing_keys, new.signing_keys)
    yield from _listed("route group", old.routes, new.routes)
    yield from _listed("scope", old.scopes, new.scopes)
    if old.status != new.status:
        yield Line(f"status: {old.status} → {new.status}", new.status != "active")
    for what, was, is_ in (
        ("rate a second", old.rate_per_second, new.rate_per_second),
        ("burst", old.burst, new.burst),
    ):
        if was != is_:
            yield Line(f"{what}: {was:,} → {is_:,}", is_ < was)
    if old.quota != new.quota:
        yield Line(f"quota: {old.quota} → {new.quota}", new.calls_a_day < old.calls_a_day)
    for what in ("auth", "issuer", "audience"):
        if getattr(old, what) != getattr(new, what):
            change = f"{what}: {getattr(old, what) or 'own'} → {getattr(new, what) or 'own'}"
            yield Line(f"{change}; tokens of before are refused", needs_person=True)
    if old.isolation != new.isolation:
        change = f"isolation: {old.isolation} → {new.isolation}"
        yield Line(f"{change}; it starts without its records, which stay where they were", needs_person=True)
    if old.encryption != new.encryption:
        yield Line(f"encryption: {old.encryption} → {new.encryption}", needs_person=True)
    if old.alarms != new.alarms:
        yield Line(f"alarms: {old.alarms} → {new.alarms}", new.alarms == "none")
    if old.cursors != new.cursors:
        yield Line(f"cursors: {old.cursors} → {new.cursors}; those that clients hold are refused once")
    if old.tier != new.tier:
        yield Line(f"tier: {old.tier} → {new.tier}")
    if old.cell != new.cell:
        yield Line(f"cell: {old.cell} → {new.cell}; URL, keys and data are others there", needs_person=True)


def _listed(what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Line]:
    was, is_ = set(old), set(new)
    for name in sorted(was - is_):
        yield Line(f"{what} {name} goes: whoever uses it is refused", needs_person=True)
    for name in sorted(is_ - was):
        yield Line(f"{what} {name} is new")


def _gains(before: Declared, after: Declared, slug: str) -> Iterator[Line]:
    """What a role of the tenant may do now and could not."""
    for urn, new in sorted(after.resources.items()):
        old = before.resources.get(urn)
        if new.owner != slug or _kind(new) != "RolePolicy" or old is None or old.inputs == new.inputs:
            continue
        gained = _granted(new) - _granted(old)
        for action, resources in sorted(gained):
            yield Line(f"role {new.name} may now {action} on {resources}", needs_person=True)


def _granted(policy: DeclaredResource) -> set[tuple[str, str]]:
    """Each action with the resources and conditions that it is granted under."""
    found = set()
    for statement in json.loads(policy.inputs["policy"])["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        on = json.dumps([statement["Resource"], statement.get("Condition", {})], sort_keys=True)
        if statement["Effect"] == "Allow":
            found |= {(action, on) for action in actions}
    return found


def _counts(stepped: Iterable[_Stepped]) -> dict[Step, int]:
    counts: dict[Step, int] = {}
    for each in stepped:
        counts[each.step] = counts.get(each.step, 0) + 1
    return counts


def _kind(resource: DeclaredResource) -> str:
    return resource.type.rpartition(":")[2]
