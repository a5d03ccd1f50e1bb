"""Find out what a deployment would do to the emulator, by the engine's own steps, and do none of it."""

from dataclasses import dataclass, replace
from typing import Any

from pulumi.runtime import MockResourceArgs

from tenantry.execution.registration import Program, Provider, execute
from tenantry.local.engine.changes import Plan, Step
from tenantry.local.engine.inventory import Entry, Inventory
from tenantry.local.engine.monitor import Engine, refuse_remaking
from tenantry.local.engine.resources.maker import Clients, Inputs, MadeKind
from tenantry.rules.arns import Arns


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of a resource: as it is, if it is there, and as it is wanted or was."""

    step: Step
    before: Entry | None
    resource: Entry


def foreseen(
    program: Program, stack: str, clients: Clients, inventory: Inventory, arns: Arns
) -> list[Foreseen]:
    """In the order in which it would be done.

    Raises:
        DeploymentError: the update would be refused.
    """
    engine = _Preview(clients, inventory, arns)
    execute(program, engine, stack)
    engine.sweep()
    return engine.foreseen


class _Preview(Engine):
    """Answers the program with what is there; for what is not, with what AWS might say."""

    def __init__(self, clients: Clients, inventory: Inventory, arns: Arns) -> None:
        super().__init__(clients, inventory, lambda _change: None)
        self.foreseen: list[Foreseen] = []
        self._made_up = Provider(arns, preview=False, last={})

    def _done(self, _kind: MadeKind, there: Entry | None, wanted: Entry, inputs: Inputs, todo: Plan) -> Entry:
        if there is None or todo.step is Step.REPLACED:
            if there is not None and todo.first:
                refuse_remaking(there, todo)
            args = MockResourceArgs(wanted.type, wanted.name, inputs, custom=True)
            id_, state = self._made_up.new_resource(args)
            entry = replace(wanted, id=id_ or "", outputs=_beyond(state, inputs))
        else:
            entry = replace(wanted, id=there.id, outputs=there.outputs)
        if todo.step is not Step.SAME:
            self.foreseen.append(Foreseen(todo.step, there, entry))
        return entry

    def sweep(self) -> None:
        for entry in reversed(list(self._inventory.entries.values())):
            if entry.urn not in self._owners:
                step = Step.RETAINED if entry.retained else Step.REMOVED
                self.foreseen.append(Foreseen(step, entry, entry))


def _beyond(state: dict[str, Any], inputs: Inputs) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name not in inputs}
