"""`isolation`: show that no tenant reaches another, or every way in which one does."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column

from tenantry.cli.output import (
    FAILED,
    Notice,
    Table,
    complain,
    marked,
    print_json,
    stderr,
    stdout,
    summed,
    working,
)
from tenantry.cli.places import Port
from tenantry.cli.tenants import TENANTS, AsJson, Everything, Folder
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.isolation.proof import Proof
    from tenantry.local.isolation import Trial


def isolation(
    cell: Annotated[str | None, typer.Option("--cell", help="Only this cell; default: all.")] = None,
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="Try to reach others' data on the running local platform, as each function "
            "and as a stranger.",
        ),
    ] = False,
    port: Port = None,
    wide: Annotated[
        bool,
        typer.Option("--wide", help="Show a matrix of roles and kinds of resources, for wide terminals."),
    ] = False,
    everything: Everything = False,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Prove that no role, stage or plan of a tenant reaches what belongs to another."""
    if live and cell is not None:
        raise WrongInput("--live tries the running platform, which has one cell; leave --cell out")
    if port is not None and not live:
        raise WrongInput("--port names a running platform; add --live")
    if wide and live:
        raise WrongInput("--wide shows the proof as a matrix; leave --live out")
    leaks = _try(port, as_json) if live else _prove(tenants, cell, as_json, wide)
    for line in summed(leaks, everything):
        complain(line)
    if leaks:
        raise typer.Exit(FAILED)


def _prove(folder: Path, name: str | None, as_json: bool, wide: bool) -> list[Notice]:
    from tenantry.config import load_platform
    from tenantry.isolation.cells import registered
    from tenantry.isolation.proof import prove

    platform = load_platform(folder)
    chosen = platform.cells if name is None else (platform.cell(name),)
    held = [cell for cell in chosen if cell.tenants]
    if not held:
        raise WrongInput(f"{folder} has no tenant to prove anything about; `tenantry new` makes one")
    with working("working out what each role may do"):
        proofs = [prove(registered(cell)) for cell in held]
    if as_json:
        print_json({"cells": [proof.shown() for proof in proofs]})
    else:
        for proof in proofs:
            _print(proof, wide)
    return [(f"{leak.action} {leak.by} {leak.why}", str(leak)) for proof in proofs for leak in proof.leaks]


def _print(proof: "Proof", wide: bool) -> None:
    from tenantry.cli import isolation_tables

    out = stdout()
    if wide:
        out.print(isolation_tables.matrix(proof), crop=False)
        out.print(isolation_tables.LEGEND, style="dim")
    else:
        out.print(isolation_tables.words(proof))
    for rule, broken in proof.rules.items():
        out.print(marked(f"LEAK: {rule}" if broken else rule, good=not broken))
    found = f"{len(proof.leaks)} leaks" if proof.leaks else "no leak"
    counts = f"{len(proof.rows)} roles, {proof.tried:,} requests decided"
    out.print(marked(f"{found} in cell {proof.cell}: {counts}", good=not proof.leaks))


def _try(port: int | None, as_json: bool) -> list[Notice]:
    from tenantry.local import doors, state
    from tenantry.local import isolation as local

    platform = state.find(port)
    functions = local.functions(platform)
    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=stderr(), transient=True) as progress:
        task = progress.add_task("trying as each function", total=len(functions))
        trials = list(doors.trials(platform.endpoint))
        trials += local.trials(platform, functions, lambda _: progress.advance(task))
    leaks = [trial for trial in trials if trial.leaked]
    if as_json:
        leaking = [{"function": trial.function.name, **_as_json(trial)} for trial in leaks]
        print_json({"endpoint": platform.endpoint, "tried": len(trials), "leaks": leaking})
    else:
        stdout().print(_trials([each.name for each in (doors.STRANGER, *functions)], trials))
        found = f"{len(leaks)} LEAKED" if leaks else "all denied"
        said = f"{found}: {len(trials):,} calls at {platform.endpoint}"
        stdout().print(marked(said, good=not leaks))
    return [(f"{trial.operation} {trial.answer}", str(trial)) for trial in leaks]


def _as_json(trial: "Trial") -> dict[str, Any]:
    return {"operation": trial.operation, "on": trial.on, "answer": trial.answer}


def _trials(functions: Sequence[str], trials: Sequence["Trial"]) -> Table:
    table = Table("as", Column("calls", justify="right"), "answered", "LEAKED")
    for name in functions:
        own = [trial for trial in trials if trial.function.name == name]
        leaked = sorted({trial.operation for trial in own if trial.leaked})
        verdict = marked(f"{len(leaked)} ways" if leaked else "denied", good=not leaked)
        table.add_row(name, f"{len(own):,}", verdict, ", ".join(leaked))
    return table
