"""Where the last rollout of the fleet stands, as far as it concerns the stacks of one cell."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tenantry.operations.fleet.journals import latest
from tenantry.operations.fleet.listing import Fleet, FleetStack, fleet
from tenantry.operations.fleet.starts import journals
from tenantry.rollout.progress import Progress
from tenantry.wanted import Project


@dataclass(frozen=True, slots=True)
class LastRollout:
    """`outcome` is empty while it runs, or where it was killed; `held` says why no other stack is to begin.

    `states` counts this cell's stacks; `failed` are theirs, with the reasons.
    """

    id: str
    outcome: str
    held: str
    states: Mapping[str, int]
    failed: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FleetState:
    """`stacks` are this cell's by name: the cell's own, and those of tenants that have one."""

    stacks: Mapping[str, FleetStack]
    rollout: LastRollout | None

    def declaring(self, slug: str, cells: str) -> FleetStack:
        """The stack that holds this tenant.

        Args:
            cells: the cell's stack.
        """
        return self.stacks.get(f"{cells}.{slug}", self.stacks[cells])


def read(stack: str, project: Project | None = None) -> FleetState | None:
    """None where the project, if not this one, does not know the stack.

    Raises:
        WrongInput: a file cannot be read.
        Failed: it is not known where the state is.
    """
    known = fleet(project or Project())
    own = {each.name: each for each in known.stacks if each.cells_stack == stack}
    return FleetState(own, _rollout(known, own)) if stack in own else None


def _rollout(known: Fleet, own: Mapping[str, FleetStack]) -> LastRollout | None:
    journal = latest(journals(known))
    return None if journal is None else concerning(journal.id, journal.read(), own)


def concerning(id_: str, there: Progress, own: Mapping[str, FleetStack]) -> LastRollout | None:
    """None where it concerned none of these stacks."""
    states = {name: state for name, state in there.states.items() if name in own}
    failed = [
        (name, there.reasons.get(name, "")) for name, state in sorted(states.items()) if state == "failed"
    ]
    return LastRollout(id_, there.outcome, there.stop, Counter(states.values()), failed) if states else None
