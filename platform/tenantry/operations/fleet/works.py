"""Do to one stack what a rollout wants of it, under its cell's role, by the engine."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tenantry.errors import Failed
from tenantry.holds import HOLDS
from tenantry.operations import places, sites, stacks
from tenantry.operations.account import AwsAccount
from tenantry.operations.aws import refusals_reported
from tenantry.operations.checkpoint import Checkpoint
from tenantry.operations.engine import Began, Engine
from tenantry.operations.fleet.journals import alive
from tenantry.operations.fleet.listing import FleetStack
from tenantry.operations.places import Place
from tenantry.operations.repair import Account, damage, mend
from tenantry.rollout.progress import Event
from tenantry.rollout.turns import FILE

if TYPE_CHECKING:
    from tenantry.operations.trail.trail import Trail
    from tenantry.planning.previews import Preview


@dataclass(frozen=True, slots=True)
class EngineWorks:
    """`processes` are those that an earlier run left, by stack; `policies` is the folder of a policy pack."""

    project: Path
    processes: Mapping[str, Event]
    policies: Path | None = None

    def predicted(self, stack: FleetStack) -> Mapping[str, int]:
        from tenantry.planning.calls import calls

        return calls(self.preview(stack).steps)

    def preview(self, stack: FleetStack) -> "Preview":
        """The policy pack has seen it too: it judges an update only after that is made."""
        from tenantry.planning import previews  # seconds of CPU, which a rollout of nothing does without

        engine = self._engine(stack)
        if self.policies:
            engine.require_allowed(self.policies)
        return previews.read(engine.preview())

    def drifted(self, stack: FleetStack) -> bool:
        return self._engine(stack).drifted()

    def update(self, stack: FleetStack, began: Began) -> None:
        """The program records each update; that it is a rollback, it does not know."""
        engine = self._engine(stack, {FILE: str(self._turns(stack))})
        if stack.holds is None or not stack.holds.back:
            engine.up(began, self.policies)
            return
        with self.trail(stack).act("fleet rollback", stack.tenant or None, releases=dict(stack.holds.back)):
            engine.up(began, self.policies)

    def mend(self, stack: FleetStack) -> list[str]:
        """Strays are named and left: they are nobody's without a doubt only while nobody else deploys."""
        process = self.processes.get(stack.name, {})
        if process.get("pid") is not None and alive(process):
            raise Failed(
                f"stack {stack.name} is still being updated by process {process['pid']}, which an "
                "earlier rollout left behind; wait for it to end, or end it"
            )
        engine, account = self._engine(stack), self.account(stack)
        engine.unlock()
        checkpoint = Checkpoint(engine.record())
        steps: list[str] = []
        with refusals_reported(stack.region):
            found = damage(checkpoint, account)
            mend(replace(found, strays=()), checkpoint, engine, account, steps.append)
        strays = [f"no state records {each.kind} {each.name}; see `tenantry repair`" for each in found.strays]
        return steps + strays

    def account(self, stack: FleetStack) -> Account:
        return AwsAccount(place(stack))

    def trail(self, stack: FleetStack) -> "Trail":
        return place(stack).trail()

    def _turns(self, stack: FleetStack) -> Path:
        """Of the account and Region, whatever is rolled out there from this project."""
        folder = self.project / ".tenantry" / "turns"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{stack.account or 'own'}-{stack.region}.json"

    def _engine(self, stack: FleetStack, settings: Mapping[str, str] | None = None) -> Engine:
        holds = {} if stack.holds is None else {HOLDS: stack.holds.written()}
        reached = sites.environment(stack.site, stack.region)
        return Engine(stack.name, self.project, {**reached, **holds, **(settings or {})})


def place(stack: FleetStack) -> Place:
    """Where its cell runs, reached by the cell's role."""
    found = stacks.find(stack.cells_stack, stack.region)
    return places.on_aws(found, sites.credentials(stack.site, stack.region), stack.site.backend)
