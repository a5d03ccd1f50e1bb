"""What becomes of each resource between two declarations, by the engine's own rules.

What AWS draws anew when a resource is replaced, such as an id, moves whatever refers to it along.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tenantry.local.engine.changes import Step, effective, plan
from tenantry.local.engine.inventory import Entry
from tenantry.local.engine.resources import MAKERS
from tenantry.planning.declared import DeclaredResource
from tenantry.rules.kinds import KINDS, tokens

Resources = Mapping[str, DeclaredResource]
MOVED = "of another resource than before"  # no value of an input's is ever this
# Of inputs that only the local platform cannot change in place: the emulator lacks AssociateKmsKey.
IN_PLACE = {tokens.LOG_GROUP: {"kmsKeyId"}}


@dataclass(frozen=True, slots=True)
class Stepped:
    """Never one that stays the same."""

    step: Step
    resource: DeclaredResource

    @property
    def kind(self) -> str:
        return self.resource.kind

    @property
    def is_(self) -> str:
        return f"{self.kind} {self.resource.name}"


def steps(before: Resources, after: Resources) -> Iterator[Stepped]:
    """What goes first, then the rest in the order of registration: each after those that it refers to."""
    for urn, old in before.items():
        if urn not in after:
            yield Stepped(Step.RETAINED if old.retained else Step.REMOVED, old)
    moved: set[str] = set()
    for urn, new in after.items():
        old_one = before.get(urn)
        step = _step(old_one, new, moved) if old_one else Step.CREATED
        if step is Step.REPLACED and _drawn(new.type):
            moved.add(urn)
        if step is not Step.SAME:
            yield Stepped(step, new)


def counts(stepped: Iterable[Stepped]) -> dict[Step, int]:
    found: dict[Step, int] = {}
    for each in stepped:
        found[each.step] = found.get(each.step, 0) + 1
    return found


def _step(old: DeclaredResource, new: DeclaredResource, moved: set[str]) -> Step:
    recorded = Entry(old.urn, old.type, old.name, old.owner, old.inputs)
    inputs: dict[str, Any] = dict(new.inputs)
    inputs |= {name: MOVED for name, urns in new.sources.items() if moved.intersection(urns)}
    inputs = effective(inputs, recorded, new.ignored)
    if new.type not in MAKERS:  # the local platform has no use for it
        return Step.SAME if inputs == old.inputs else Step.CHANGED
    found = plan(MAKERS[new.type], recorded, inputs)
    in_place = IN_PLACE.get(new.type, set()).issuperset(found.differing)
    return Step.CHANGED if found.step is Step.REPLACED and in_place else found.step


def _drawn(token: str) -> bool:
    """Whether others know it by something that AWS draws, and no name of ours."""
    kind = KINDS[token]
    return not kind.name or not kind.unique
