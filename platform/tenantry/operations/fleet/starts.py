"""Begin a rollout of what differs, go on with the last one, or take it back."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from tenantry.config.rings import REST, Gate, RingsFile
from tenantry.errors import WrongInput
from tenantry.holds import Holds
from tenantry.operations.fleet.journals import FLEET, Journal, Lock, latest, latest_first, now
from tenantry.operations.fleet.listing import Fleet, FleetStack
from tenantry.operations.fleet.rollouts import Judge, Rollout, Works, changed
from tenantry.operations.stores import Store
from tenantry.rollout.progress import UNDONE, Event, Progress

Heard = Callable[[Event], None]
_TIME = "%Y%m%dT%H%M%S%f"
WorksOf = Callable[[Progress], Works]
"""By what the journal says of the run before."""


def _unheard(_: Event) -> None:
    """Where nobody listens."""


def _unasked(gate: Gate, stacks: Sequence[FleetStack], began: datetime) -> list[str]:  # noqa: ARG001
    """A rollback has no gate."""
    return []


def journals(fleet: Fleet) -> Store:
    """Where the last rollout has its own, whatever stacks have come since; else beside the state of the first
    of all stacks.

    Raises:
        WrongInput: there is no stack.
    """
    if not fleet.stacks:
        raise WrongInput("there is no stack, because no Pulumi.STACK.yaml names a cell on AWS; add one")
    stores = [each.journals for each in dict.fromkeys(stack.backend for stack in fleet.stacks)]
    return max(stores, key=_last_name)


def _last_name(store: Store) -> str:
    """Empty where there is none."""
    last = latest(store)
    return last.id if last else ""


def begun(
    fleet: Fleet,
    names: Sequence[str],
    works: WorksOf,
    judge: Judge,
    heard: Heard = _unheard,
    lift: bool = False,
) -> Rollout | None:
    """A rollout of the stacks that differ or failed last; None where there is none.

    What an earlier one was killed at is mended. Nobody moves to a release that was rolled back in any stack.

    Args:
        names: of the stacks that are asked for; all, if none is.
        lift: in these they do, and stacks that a rollback holds count as differing.

    Raises:
        Busy: another rollout runs.
    """
    store = journals(fleet)
    there = _last(store)
    chosen = _differing(fleet, names, there, lift)
    if not chosen:
        return None
    rollout = _rollout(fleet, Journal(store, _name(store), heard), chosen, there, works, judge)
    rollout.begin(there, _left(fleet, there))
    return rollout


def require_none_running(fleet: Fleet) -> None:
    """For whoever would take what a rollout is changing for what somebody changed.

    Raises:
        Busy: one runs.
    """
    if fleet.stacks:
        Lock(journals(fleet), FLEET, "", "").require_free()


def differing(fleet: Fleet, names: Sequence[str]) -> dict[str, FleetStack]:
    """What `begun` updates with these arguments, by name."""
    return _differing(fleet, names, _last(journals(fleet)), lift=False) if fleet.stacks else {}


def _differing(fleet: Fleet, names: Sequence[str], there: Progress, lift: bool) -> dict[str, FleetStack]:
    # The engine deletes last, when the outputs are written down already: they do not show that this failed.
    undone = there.undone
    holds = Holds() if lift else Holds(fleet.rolled_back)
    return {
        each.name: replace(each, holds=holds)
        for each in fleet.named(names).stacks
        if each.differs or each.name in undone or (lift and each.instead)
    }


def _last(store: Store) -> Progress:
    journal = latest(store)
    return journal.read() if journal else Progress()


def taken_back(fleet: Fleet, works: WorksOf, heard: Heard = _unheard) -> Rollout | None:
    """A rollout that takes the tenants of each stack that the last one touched to the releases that they ran
    before; None where all of them run these.

    It has no rings and no gates: no stack waits for another. Of what it cannot take back, `heard` gets events
    of the kind `left`.

    Raises:
        WrongInput: there was no rollout, or files are others than those that it took.
        Busy: it goes on, or another one runs.
    """
    store = journals(fleet)
    journal, there = _last_but_rollbacks(store)
    _require_the_same_files(fleet, journal.id, there, there.touched)
    newest = latest(store)
    before = newest.read() if newest else there
    done = before.of("updated") if before.taken_back == journal.id else []
    stacks = {}
    for stack in fleet.named(there.touched).stacks if there.touched else ():
        back = {slug: was for slug, was in there.ran[stack.name].items() if slug in stack.slugs}
        for what in _not_taken_back(stack, there):
            heard({"at": now().isoformat(), "event": "left", "stack": stack.name, "what": what})
        moved = any(stack.runs.get(slug) != was for slug, was in back.items())
        unsure = there.states[stack.name] in UNDONE and stack.name not in done
        if moved or (unsure and back):
            stacks[stack.name] = replace(stack, holds=Holds(fleet.rolled_back, back), ring=REST)
    if not stacks:
        return None
    rollout = _rollout(
        fleet, Journal(store, _name(store), heard), stacks, before, works, _unasked, journal.id
    )
    rollout.begin(before, _left(fleet, before))
    return rollout


def _last_but_rollbacks(store: Store) -> tuple[Journal, Progress]:
    """Raises WrongInput."""
    for journal in latest_first(store):
        there = journal.read()
        if not there.taken_back:
            return journal, there
    raise WrongInput("there was no rollout yet, so there is nothing to take back")


def _not_taken_back(stack: FleetStack, there: Progress) -> Iterator[str]:
    ran = there.ran[stack.name]
    for slug in sorted(ran.keys() - stack.slugs):
        yield f"{slug} was removed, and stays removed"
    for slug in sorted(stack.slugs - ran.keys()):
        yield f"{slug} did not run before, and stays as it is"
    if there.states[stack.name] == "updated" and ran and ran == stack.runs:
        yield "it runs the release that it ran before; take other changes back in its files"


def resumed(fleet: Fleet, works: WorksOf, judge: Judge, heard: Heard = _unheard) -> Rollout:
    """The last one, to go on with.

    Raises:
        WrongInput: there is nothing to go on with, or the files are others than when it began.
        Busy: its process lives, or another rollout runs.
    """
    journal = latest(journals(fleet))
    if journal is None:
        raise WrongInput("there was no rollout yet; `tenantry fleet up` starts one")
    there = journal.read()
    if there.outcome == "done":
        raise WrongInput(f"rollout {journal.id} is done; `tenantry fleet up` starts another")
    _require_the_same_files(fleet, journal.id, there, there.wanted)
    _require_its_rings(fleet, journal.id, there)
    journal.heard = heard
    stacks = {
        each.name: replace(each, holds=Holds(there.off, there.back[each.name]))
        for each in fleet.named(there.wanted).stacks
    }
    rollout = _rollout(fleet, journal, stacks, there, works, judge, there.taken_back)
    rollout.take_over(_left(fleet, there))
    return rollout


def _require_the_same_files(fleet: Fleet, name: str, there: Progress, stacks: Iterable[str]) -> None:
    """Raises WrongInput."""
    now_wanted = {each.name: each.wanted for each in fleet.stacks}
    others = [each for each in stacks if now_wanted.get(each) != there.wanted[each]]
    if others:
        raise WrongInput(changed(others, name))


def _require_its_rings(fleet: Fleet, name: str, there: Progress) -> None:
    """Raises WrongInput."""
    known = {REST, *(ring.name for ring in fleet.rings.rings)}
    gone = sorted({there.rings[stack] for stack in there.of("waiting", *UNDONE)} - known)
    if gone and not there.taken_back:
        raise WrongInput(
            f"rollout {name} still has stacks in ring {', '.join(gone)}, which rings.yaml no longer has; "
            "bring the ring back, or start another rollout by `tenantry fleet up`"
        )


def _left(fleet: Fleet, before: Progress) -> list[FleetStack]:
    """Those whose engine may have been killed."""
    return [each for each in fleet.stacks if each.name in before.cut_off]


def _rollout(
    fleet: Fleet,
    journal: Journal,
    stacks: Mapping[str, FleetStack],
    before: Progress,
    works: WorksOf,
    judge: Judge,
    takes_back: str = "",
) -> Rollout:
    """One of the fleet runs at a time: whoever halts, shows or takes back the last one means that. Cells are
    locked as well, against other projects, those of stacks that are left to be mended too. A rollback has no
    rings, and no share that may fail.
    """
    runner = secrets.token_hex(8)
    cells = {each.cell: each.backend.journals for each in (*stacks.values(), *_left(fleet, before))}
    locks = [
        Lock(store, cell, journal.id, runner)
        for cell, store in ((FLEET, journal.store), *sorted(cells.items()))
    ]
    rings = RingsFile(at_once=fleet.rings.at_once, failing_percent=100) if takes_back else fleet.rings
    return Rollout(journal, runner, stacks, rings, works(before), judge, locks, takes_back)


def _name(store: Store) -> str:
    """Names sort by time, and after the last one's, whichever machine's clock that was by."""
    name = f"{now():{_TIME}}"
    if name > (last := _last_name(store)):
        return name
    return f"{datetime.strptime(last, _TIME) + timedelta(microseconds=1):{_TIME}}"
