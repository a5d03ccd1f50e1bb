"""Begin a rollout of what differs, or go on with the last one."""

import secrets
from collections.abc import Callable, Mapping, Sequence

from tenantry.errors import WrongInput
from tenantry.operations.fleet.journals import Journal, Lock, latest, now
from tenantry.operations.fleet.listing import Fleet, FleetStack
from tenantry.operations.fleet.rollouts import Judge, Rollout, Works
from tenantry.operations.fleet.stores import Store
from tenantry.rollout.progress import Event, Progress

Heard = Callable[[Event], None]
WorksOf = Callable[[Progress], Works]
"""By what the journal says of the run before."""


def journals(fleet: Fleet) -> Store:
    """Beside the state of the first of all stacks.

    Raises:
        WrongInput: there is no stack.
    """
    if not fleet.stacks:
        raise WrongInput("there is no stack: no Pulumi.STACK.yaml names a cell that is on AWS")
    return fleet.stacks[0].backend.journals


def begun(
    fleet: Fleet, names: Sequence[str], works: WorksOf, judge: Judge, heard: Heard = lambda _: None
) -> Rollout | None:
    """A rollout of the stacks that differ or failed last; None where there is none.

    What an earlier one was killed at is mended.

    Args:
        names: of the stacks that are asked for; all, if none is.

    Raises:
        Busy: another rollout holds one of the cells.
    """
    store = journals(fleet)
    before = latest(store)
    there = before.read() if before else Progress()
    # The engine deletes last, when the outputs are written down already: they do not show that this failed.
    undone = [*there.of("failed"), *there.of("interrupted"), *there.of("updating")]
    asked = fleet.named(names).stacks
    differing = {each.name: each for each in asked if each.differs or each.name in undone}
    if not differing:
        return None
    left = [each for each in fleet.stacks if each.name in there.of("updating")]
    stacks = list(differing.values())
    journal = Journal(store, f"{now():%Y%m%dT%H%M%S%f}", heard)
    rollout = _rollout(
        fleet, journal, differing, {each.name: each for each in [*stacks, *left]}, works(there), judge
    )
    rollout.begin(left)
    return rollout


def resumed(fleet: Fleet, works: WorksOf, judge: Judge, heard: Heard = lambda _: None) -> Rollout:
    """The last one, to go on with.

    Raises:
        WrongInput: there is nothing to go on with, or the files are others than when it began.
        Busy: its process lives, or another rollout holds one of the cells.
    """
    journal = latest(journals(fleet))
    if journal is None:
        raise WrongInput("there was no rollout yet; `tenantry fleet up` begins one")
    there = journal.read()
    if there.outcome == "done":
        raise WrongInput(f"rollout {journal.id} is done; `tenantry fleet up` begins another")
    known = {each.name: each for each in fleet.stacks}
    changed = [name for name, was in there.wanted.items() if name not in known or known[name].wanted != was]
    if changed:
        raise WrongInput(
            f"{', '.join(changed)}: files, settings or code are others than when rollout {journal.id} began; "
            "`tenantry fleet up` begins another with those of now, and mends what this one left"
        )
    journal.heard = heard
    stacks = {name: known[name] for name in there.wanted}
    rollout = _rollout(fleet, journal, stacks, stacks, works(there), judge)
    rollout.take_over()
    return rollout


def _rollout(
    fleet: Fleet,
    journal: Journal,
    stacks: Mapping[str, FleetStack],
    touched: Mapping[str, FleetStack],
    works: Works,
    judge: Judge,
) -> Rollout:
    """
    Args:
        touched: the stacks whose cells are locked.
    """
    runner = secrets.token_hex(8)
    cells = {each.cell: each.backend.journals for each in touched.values()}
    locks = [Lock(store, cell, journal.id, runner) for cell, store in sorted(cells.items())]
    return Rollout(journal, runner, stacks, fleet.rings, works, judge, locks)
