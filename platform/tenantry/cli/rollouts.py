"""`fleet up`, `plan`, `status`, `halt`, `resume`, `rollback`, `drift`: a change to all stacks."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from tenantry.cli.output import FAILED, INTERRUPTED, Table, complain, print_json, stdout, working
from tenantry.cli.rollout_progress import Display, display
from tenantry.cli.tenants import AsJson
from tenantry.errors import Failed

if TYPE_CHECKING:
    from tenantry.operations.fleet.listing import Fleet
    from tenantry.operations.fleet.rollouts import Outcome, Rollout
    from tenantry.operations.fleet.works import EngineWorks
    from tenantry.rollout.progress import Progress

FOUND, HALTED, BUSY = 3, 4, 5
GO_ON = "`tenantry fleet resume` continues it, `tenantry fleet rollback` takes it back"
CODES = {"done": 0, "failed": FAILED, "halted": HALTED, "interrupted": INTERRUPTED}

Stacks = Annotated[
    list[str] | None, typer.Argument(metavar="[STACK]...", help="Names of stacks; default: all.")
]
Policies = Annotated[
    Path | None,
    typer.Option(
        "--policy-pack", exists=True, file_okay=False, help="Check each update by this policy pack first."
    ),
]
Lines = Annotated[
    bool, typer.Option("--json", help="For programs: one JSON object per line, for each event.")
]


def plan(
    stacks: Stacks = None,
    policies: Policies = None,
    digest: Annotated[
        Path | None,
        typer.Option(
            "--digest",
            help="Write a digest of the engine's steps to this file, by which they can be approved.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what an update would do to each stack that differs; exit 3 if any does."""
    from tenantry.operations.fleet.starts import differing
    from tenantry.planning.calls import calls, seconds
    from tenantry.planning.totals import duration

    works = _works(policies)
    found: list[dict[str, Any]] = []
    steps_taken = []
    for stack in differing(_fleet(), stacks or []).values():
        with working(f"previewing {stack.name}"):
            preview = works.preview(stack)
        steps = preview.steps
        steps_taken.append(f"{stack.name} {preview.digest}\n")
        number = calls(steps)
        found.append(
            {
                "stack": stack.name,
                "ring": stack.ring,
                "standing": stack.standing if stack.differs else "unfinished",
                "resources": len(steps),
                "tenants": sorted({each.resource.owner for each in steps if each.resource.owner}),
                "calls": sum(number.values()),
                "seconds": round(seconds(number), 1) if number else 0,
            }
        )
    if digest is not None:
        digest.write_text("".join(steps_taken), encoding="utf-8")
    if as_json:
        print_json(found)
    else:
        table = Table("stack", "ring", "standing", "resources", "tenants", "at least")
        for each in found:
            texts = [str(each[name]) for name in ("stack", "ring", "standing", "resources")]
            table.add_row(*texts, ", ".join(each["tenants"]), duration(each["seconds"]))
        stdout().print(table if found else "nothing differs")
    if found:
        raise typer.Exit(FOUND)


def up(
    stacks: Stacks = None,
    lift: Annotated[
        bool,
        typer.Option("--lift", help="Also move tenants to a release that was rolled back."),
    ] = False,
    policies: Policies = None,
    as_json: Lines = False,
) -> None:
    """Update the stacks that differ, ring after ring."""
    from tenantry.operations.fleet.gates import judged
    from tenantry.operations.fleet.starts import begun

    shown = display(as_json)
    with _busy_reported():
        rollout = begun(_fleet(), stacks or [], partial(_works, policies), judged, shown, lift)
    if rollout is None:
        if not as_json:
            stdout().print("nothing differs")
        return
    _run(rollout, shown, policies)


def rollback(policies: Policies = None, as_json: Lines = False) -> None:
    """Take the tenants that the last rollout moved back to the releases that they ran before it.

    Files, tiers, settings and data stay as they are: take those back in the repository.
    """
    shown = display(as_json)
    rollout = _taken_back(shown, policies)
    if rollout is None:
        if not as_json:
            stdout().print("nothing to take back")
        return
    _run(rollout, shown, policies)


def resume(policies: Policies = None, as_json: Lines = False) -> None:
    """Continue the last rollout, which halted, failed, was interrupted or killed."""
    from tenantry.operations.fleet.gates import judged
    from tenantry.operations.fleet.starts import resumed

    shown = display(as_json)
    with _busy_reported():
        rollout = resumed(_fleet(), partial(_works, policies), judged, shown)
    _run(rollout, shown, policies)


def halt(
    why: Annotated[
        str, typer.Option("--why", help="The reason that its status shows.")
    ] = "an operator asked",
    as_json: AsJson = False,
) -> None:
    """Keep the last rollout from starting anything else; updates that are under way are completed."""
    from tenantry.operations.fleet.journals import latest
    from tenantry.operations.fleet.starts import journals

    journal = latest(journals(_fleet()))
    running = journal if journal and not journal.read().outcome else None
    if running:
        running.write("halt", why=why)
    if as_json:
        print_json({"rollout": running and running.id})
    elif running:
        stdout().print(f"rollout {running.id} starts nothing else", soft_wrap=True)
    else:
        stdout().print("no rollout is running")


def status(as_json: AsJson = False) -> None:
    """Show how far the last rollout has come."""
    from tenantry.operations.fleet.journals import latest
    from tenantry.operations.fleet.starts import journals

    journal = latest(journals(_fleet()))
    if journal is None:
        print_json({"rollout": None}) if as_json else stdout().print("there was no rollout yet")
        return
    found = journal.read()
    if as_json:
        print_json(_shown(journal.id, found))
        return
    table = Table("stack", "ring", "state", "why")
    for stack, state in sorted(found.states.items(), key=lambda each: (found.rings[each[0]], each[0])):
        table.add_row(stack, found.rings[stack], state, found.reasons.get(stack, "")[:400])
    stdout().print(table)
    what = f"{journal.id}, which takes back {found.taken_back}" if found.taken_back else journal.id
    stdout().print(f"rollout {what}: {found.outcome or 'running, or killed'}", soft_wrap=True)
    if found.inherited:
        stdout().print(f"left unfinished before it: {', '.join(sorted(found.inherited))}", soft_wrap=True)
    if found.stop:
        stdout().print(f"halted: {found.stop}", soft_wrap=True)


def drift(stacks: Stacks = None, as_json: AsJson = False) -> None:
    """Ask AWS, stack by stack, whether anything has changed since the last update; exit 3 if so."""
    from tenantry.operations.fleet.starts import require_none_running

    works, fleet = _works(), _fleet()
    found: list[dict[str, Any]] = []
    with _busy_reported():
        require_none_running(fleet)
    for stack in fleet.named(stacks or []).stacks:
        changed, why = None, None
        try:
            with working(f"reading {stack.name}"):
                changed = works.drifted(stack)
        except Failed as failed:
            why = str(failed)
            complain(f"{stack.name}: {why}")
        tenants = [slug for slug, _ in stack.tenants]
        found.append(
            {"stack": stack.name, "cell": stack.cell, "tenants": tenants, "drifted": changed, "why": why}
        )
    drifted = [each["stack"] for each in found if each["drifted"]]
    unknown = [each["stack"] for each in found if each["drifted"] is None]
    if as_json:
        print_json(found)
    else:
        for name in drifted:
            stdout().print(f"{name}: see `pulumi refresh --preview-only --stack {name}`", soft_wrap=True)
        stdout().print(f"{len(drifted)} of {len(found)} stacks have drifted")
    if unknown:
        complain(f"not compared: {', '.join(unknown)}")
        raise typer.Exit(FAILED)
    if drifted:
        raise typer.Exit(FOUND)


def _run(rollout: "Rollout", shown: Display, policies: Path | None) -> NoReturn:
    """Exits with the rollout's outcome, or with that of the rollback that a gate called for, if it failed."""
    outcome = _ran(rollout, shown)
    if outcome == "halted" and rollout.to_be_taken_back:
        back = _taken_back(shown, policies)
        after = _ran(back, shown) if back is not None else "done"
        outcome = outcome if after == "done" else after
    raise typer.Exit(CODES[outcome])


def _ran(rollout: "Rollout", shown: Display) -> "Outcome":
    def stop(*_: Any) -> None:
        threading.Thread(target=rollout.stop).start()

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)
    with shown.during(rollout):
        outcome = rollout.run()
    there = rollout.journal.read()
    if outcome == "halted":
        complain(f"halted: {there.stop}; {'it is taken back' if rollout.to_be_taken_back else GO_ON}")
    if outcome == "failed":
        failed = ", ".join(there.of("failed"))
        complain(f"failed: {failed}; see `tenantry fleet status`, then `tenantry fleet resume`")
    if outcome == "interrupted":
        complain(f"interrupted; {GO_ON}")
    return outcome


def _taken_back(shown: Display, policies: Path | None) -> "Rollout | None":
    from tenantry.operations.fleet.starts import taken_back

    with _busy_reported():
        return taken_back(_fleet(), partial(_works, policies), shown)


@contextmanager
def _busy_reported() -> Iterator[None]:
    from tenantry.operations.fleet.journals import Busy

    try:
        yield
    except Busy as busy:
        complain(str(busy))
        raise typer.Exit(BUSY) from None


def _fleet() -> "Fleet":
    from tenantry.operations.fleet.listing import fleet
    from tenantry.wanted import Project

    return fleet(Project())


def _works(policies: Path | None = None, there: "Progress | None" = None) -> "EngineWorks":
    from tenantry import paths
    from tenantry.operations.fleet.works import EngineWorks

    return EngineWorks(paths.ROOT, there.processes if there else {}, policies and policies.absolute())


def _shown(name: str, found: "Progress") -> dict[str, Any]:
    stacks = {
        stack: {"ring": found.rings[stack], "state": state, "why": found.reasons.get(stack) or None}
        for stack, state in sorted(found.states.items())
    }
    return {
        "rollout": name,
        "takes_back": found.taken_back or None,
        "outcome": found.outcome or None,
        "halted": found.stop or None,
        "stacks": stacks,
        "unfinished_before": sorted(found.inherited),
    }
