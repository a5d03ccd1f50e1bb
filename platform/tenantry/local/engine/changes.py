"""Compare what is recorded with what is registered, and say what is to be done: rules alone, no call.

They are the engine's own: the same inputs mean the same resource, and what AWS cannot change is replaced, the
new one first unless both would bear one name.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tenantry.local.engine.inventory import Entry
from tenantry.local.engine.resources.maker import Inputs, MadeKind


class Step(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    REPLACED = "replaced"
    REMOVED = "removed"
    RETAINED = "retained"  # no longer declared, and still there
    ADOPTED = "adopted"  # it was there, and is declared now
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Change:
    """What was done to one resource. `inputs` names what differs, never the values: some are secret."""

    step: Step
    owner: str
    type: str
    name: str
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`first` says that the recorded resource goes before its replacement is made."""

    step: Step
    differing: tuple[str, ...] = ()
    first: bool = False


def plan(kind: MadeKind, recorded: Entry | None, inputs: Inputs) -> Plan:
    """What to do so that the resource is as `inputs` say.

    Args:
        inputs: comparable ones, as `effective` gives them.
    """
    if recorded is None:
        return Plan(Step.CREATED)
    before = recorded.inputs
    differing = tuple(
        sorted(name for name in before.keys() | inputs.keys() if before.get(name) != inputs.get(name))
    )
    if differing and (kind.update is None or kind.fixed.intersection(differing)):
        return Plan(Step.REPLACED, differing, kind.name is not None and kind.name not in differing)
    if differing or (recorded.unsure and kind.update is not None):
        return Plan(Step.CHANGED, differing)
    return Plan(Step.SAME)


def effective(inputs: Inputs, recorded: Entry | None, ignored: Collection[str]) -> dict[str, Any]:
    """The inputs, where those that are to be ignored are as they were."""
    if recorded is None:
        return inputs
    kept = {name: recorded.inputs[name] for name in ignored if name in recorded.inputs}
    return {name: value for name, value in inputs.items() if name not in ignored} | kept
