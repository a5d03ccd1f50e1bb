"""`isolation`: show that no tenant reaches another, or every way in which one does."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table

from tenantry.cli.output import FAILED, complain, print_json, stderr, stdout
from tenantry.cli.places import Port
from tenantry.cli.tenants import TENANTS, AsJson, Folder
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.isolation.matrix import Square
    from tenantry.isolation.proof import Proof
    from tenantry.local.isolation import Trial

DENIED = "[green]✓[/]"
LEGEND = (
    "Of anybody else's: ✓ denied, by the condition of the statements that are named; "
    "where none is named, no statement allows it. ✗ LEAK: that statement allows it."
)


def isolation(
    cell: Annotated[str | None, typer.Option("--cell", help="Which cell; all, if left out.")] = None,
    live: Annotated[
        bool,
        typer.Option(
            "--live", help="Try it on the running local platform, as each function and as a stranger."
        ),
    ] = False,
    port: Port = None,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Prove that no role, stage or plan of a tenant reaches what is another's."""
    if live and cell is not None:
        raise WrongInput("--live tries the platform that runs, whose cell it has; leave --cell out")
    if port is not None and not live:
        raise WrongInput("--port names a running platform; add --live")
    leaks = _try(port, as_json) if live else _prove(tenants, cell, as_json)
    for leak in leaks:
        complain(leak)
    if leaks:
        raise typer.Exit(FAILED)


def _prove(folder: Path, name: str | None, as_json: bool) -> list[str]:
    from tenantry.config import load_platform
    from tenantry.isolation.cells import registered
    from tenantry.isolation.proof import prove

    platform = load_platform(folder)
    chosen = platform.cells if name is None else (platform.cell(name),)
    held = [cell for cell in chosen if cell.tenants]
    if not held:
        raise WrongInput(f"{folder} has no tenant to prove anything of; `tenantry new` makes one")
    with stderr().status("working out what each role may do"):
        proofs = [prove(registered(cell)) for cell in held]
    if as_json:
        print_json({"cells": [proof.shown() for proof in proofs]})
    else:
        for proof in proofs:
            _print(proof)
    return [str(leak) for proof in proofs for leak in proof.leaks]


def _print(proof: "Proof") -> None:
    out = stdout()
    out.print(_matrix(proof))
    out.print(LEGEND, style="dim")
    for rule, broken in proof.rules.items():
        out.print(f"[red]✗[/] LEAK: {rule}" if broken else f"[green]✓[/] {rule}")
    found = f"[red]✗[/] {len(proof.leaks)} leaks" if proof.leaks else "[green]✓[/] no leak"
    out.print(f"{found} in cell {proof.cell}: {len(proof.rows)} roles, {proof.tried:,} requests decided")


def _matrix(proof: "Proof") -> Table:
    """A row per role. Kinds that no role is granted anything of share the last column."""
    from tenantry.isolation.targets import TargetKind

    telling = [
        kind
        for kind in TargetKind
        if any(_says_something(row.others[kind]) or kind in row.own for row in proof.rows)
    ]
    silent = [kind for kind in TargetKind if kind not in telling]
    table = Table(
        Column("role", no_wrap=True),
        "allowed its own",
        *telling,
        box=SIMPLE_HEAD,
        title=f"Cell {proof.cell}: each role's own, and what is anybody else's",
        title_justify="left",
        title_style="bold",
    )
    if silent:
        table.add_column("\n".join(silent))
    for row in proof.rows:
        cells = [_square(row.others[kind]) for kind in telling]
        cells += [DENIED] if silent else []
        table.add_row(row.role.function.replace(".", " "), " ".join(row.own), *cells)
    return table


def _says_something(square: "Square") -> bool:
    return bool(square.leaks) or bool(_statements(square.denied_by))


def _square(square: "Square") -> str:
    if square.leaks:
        return f"[red]✗ LEAK[/] {_statements(leak.by for leak in square.leaks.values())}"
    return f"{DENIED} {_statements(square.denied_by)}".rstrip()


def _statements(deciders: Iterable[str]) -> str:
    """Their names; most are of the role's one policy, which goes without saying."""
    from tenantry.isolation.evaluation import NOTHING, OF_A_CONDITION

    names = {by.removeprefix(OF_A_CONDITION).removeprefix("own/") for by in deciders if by != NOTHING}
    return escape(" ".join(sorted(names)))


def _try(port: int | None, as_json: bool) -> list[str]:
    from tenantry.local import doors, state
    from tenantry.local import isolation as local

    platform = state.find(port)
    functions = local.functions(platform)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
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
        found = f"[red]✗[/] {len(leaks)} LEAKED" if leaks else "[green]✓[/] all denied"
        stdout().print(f"{found}: {len(trials):,} calls at {platform.endpoint}")
    return [str(trial) for trial in leaks]


def _as_json(trial: "Trial") -> dict[str, Any]:
    return {"operation": trial.operation, "on": trial.on, "answer": trial.answer}


def _trials(functions: Sequence[str], trials: Sequence["Trial"]) -> Table:
    table = Table("as", Column("calls", justify="right"), "answered", "LEAKED")
    for name in functions:
        own = [trial for trial in trials if trial.function.name == name]
        leaked = sorted({trial.operation for trial in own if trial.leaked})
        verdict = f"[red]✗[/] {len(leaked)} ways" if leaked else "[green]✓[/] denied"
        table.add_row(name, f"{len(own):,}", verdict, ", ".join(leaked))
    return table
