"""`up --watch`: serve each edit of functions, contract and tenants' files, from a process that has everything
loaded.

A faulty edit is reported and changes nothing; a function's failure is reported at its lines in the sources.
"""

import sys
import time
import traceback
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from tenantry import paths
from tenantry.cli.local import choose
from tenantry.cli.output import complain, harmless, stdout, working
from tenantry.errors import Failed, WrongInput

if TYPE_CHECKING:
    from tenantry.local.engine.changes import Change
    from tenantry.local.state import LocalPlatform
    from tenantry.local.watching.failures import FailedInvocation

NAMED = 2  # up to this many resources of a kind are named; more are counted

Looks = Iterator[set[Path]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one update, in words. `again`: another one was under way, so it is to be repeated."""

    done: str = ""
    problem: str = ""
    again: bool = False


def begun(tenants: Path) -> Looks:
    """Watch from now on: what changes while the platform starts is served after it."""
    from tenantry.groups.folders import folders
    from tenantry.local.watching.files import watched

    _, *further = folders()
    return watched((paths.FUNCTIONS, *further, tenants))  # the contract's parts are among the functions


def serve(platform: "LocalPlatform", looks: Looks, tenants: Path) -> None:
    """Update the platform whenever a file changed; until Ctrl-C, or until the platform has ended."""
    from tenantry.local.watching.failures import Failures

    failures = Failures(platform.record.directory)
    known: set[FailedInvocation] = set()  # of the code that runs now
    open_edits: set[Path] = set()  # since the last update that succeeded
    again = False
    for changed in looks:
        if not platform.alive:
            return
        _print_failures(failures.new(), known)
        if not changed and not again:
            continue
        open_edits |= changed
        waited, began = again, time.monotonic()
        _forget_stale(changed)
        with working("updating …"):
            outcome = _outcome(platform.record.port, tenants, open_edits)
        again = outcome.again
        if not (again and waited):
            _print_outcome(outcome, open_edits, time.monotonic() - began)
        if not outcome.problem:
            open_edits.clear()
            known.clear()


def _outcome(port: int, tenants: Path, changed: Collection[Path]) -> Outcome:
    """By the platform's modules as they are now: they may have been forgotten since this one was imported."""
    try:
        outcome: Outcome = import_module(__name__).bring(port, tenants, changed)
    except Exception:  # whatever an edit brings about, the next one may mend it
        return Outcome(problem=traceback.format_exc().strip())
    return outcome


def bring(port: int, tenants: Path, changed: Collection[Path]) -> Outcome:
    """Bring the platform on that port to what the files say, and report what is wrong with them."""
    from tenantry.config import load_platform
    from tenantry.groups import current, forget
    from tenantry.local import pins, state
    from tenantry.local import platform as local
    from tenantry.local.engine.inventory import UpdateUnderWay
    from tenantry.local.watching.trial import require_handlers
    from tenantry.packing import artifact, functions

    forget()  # a group may have come, changed or gone
    try:
        running = state.find(port)
        # What is packed for an edit goes with the emulator: hardly any of it is ever asked for again.
        build = running.record.directory / "build"
        cell = choose(load_platform(tenants).cells, running.cell)
        if any(each.suffix not in (".yaml", ".yml") for each in changed):  # a source, or a folder of them
            sources = functions.sources(current())
            with ThreadPoolExecutor(1) as pool:
                packed = pool.submit(artifact.code, sources, build, artifact.this_machine())
                layers = functions.group_layers(current(), artifact.this_machine()).values()
                client = local.clients_of(running.record)["lambda"]
                require_handlers(client, current(), sources, layers, changed)
                packed.result()  # which the update finds
        updated, changes = local.update(running, cell, tenants, lambda _step: None, build)
    except UpdateUnderWay as error:
        return Outcome(problem=str(error), again=True)
    except (WrongInput, Failed, OSError) as error:  # OSError: a file that went while it was read
        return Outcome(problem=str(error))
    remarks = pins.left_out(cell, updated.last.runs)
    return Outcome(done="; ".join([_summed(changes) or "nothing to change", *remarks]))


def _forget_stale(changed: Collection[Path]) -> None:
    """Import the platform anew if it has itself imported a file that changed; libraries stay."""
    edited = {path.name for path in changed}
    files = {name: Path(getattr(module, "__file__", None) or "") for name, module in sys.modules.items()}
    stale = {name for name, file in files.items() if file.name in edited and file.resolve() in changed}
    if stale:
        own = {"tenantry", *(name.partition(".")[0] for name in stale)}
        for name in [name for name in sys.modules if name.partition(".")[0] in own]:
            del sys.modules[name]


def _summed(changes: "Iterable[Change]") -> str:
    kinds: dict[tuple[str, str], set[str]] = {}
    for each in changes:
        kinds.setdefault((each.step, each.type.rpartition(":")[2]), set()).add(each.name)
    return ", ".join(
        f"{step} {kind} {' and '.join(sorted(names))}"
        if len(names) <= NAMED
        else f"{step} {len(names)} {kind}"
        for (step, kind), names in sorted(kinds.items())
    )


def _print_outcome(outcome: Outcome, edits: Collection[Path], seconds: float) -> None:
    from tenantry.local.watching.files import displayed

    files = ", ".join(sorted(map(displayed, edits)))
    if outcome.problem:
        next_try = "tried again after it" if outcome.again else "mend it, and the next edit is served"
        complain(f"✗ {outcome.problem}\n  {files}: not served yet; what ran before keeps running; {next_try}")
        return
    what = harmless(f"{files}: {outcome.done}")
    stdout().print(f"✓ {what}, in {seconds:.1f} s", soft_wrap=True)


def _print_failures(failures: "Iterable[FailedInvocation]", known: "set[FailedInvocation]") -> None:
    """In full for the first of its kind, so that a client that tries again and again does not fill the
    terminal.
    """
    again: Counter[str] = Counter()
    for failure in failures:
        where = " ".join(part for part in (failure.function, failure.route) if part)
        kind = replace(failure, request="")
        if kind in known:
            again[where] += 1
        else:
            known.add(kind)
            _print_failure(where, failure)
    for where, number in again.items():
        complain(harmless(f"✗ {where} failed as before" + (f", {number} times" if number > 1 else "")))


def _print_failure(where: str, failure: "FailedInvocation") -> None:
    request = f", request {failure.request}" if failure.request else ""
    complain(harmless(f"✗ {where} failed{request}"))
    for cause in failure.causes:
        complain(harmless(f"  {cause.kind}"))
        for frame in cause.frames:
            complain(harmless(f"    {frame}"))
