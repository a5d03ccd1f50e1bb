"""`update`: bring the running local platform to what the files say now, and show what that changed."""

import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from tenantry.cli.local import choose
from tenantry.cli.output import INTERRUPTED, Table, complain, marked, print_json, stdout, warn, working
from tenantry.cli.places import Port
from tenantry.cli.tenants import AsJson

if TYPE_CHECKING:
    from tenantry.config import Cell
    from tenantry.local.engine.changes import Change
    from tenantry.local.state import LocalPlatform

SIGNS = {
    "created": ("green", "+"),
    "changed": ("yellow", "~"),
    "replaced": ("yellow", "+-"),
    "removed": ("red", "-"),
    "retained": ("red", "-"),
    "adopted": ("green", "="),
}
REMARKS = {"retained": "not declared any more, and kept", "adopted": "was kept, and is declared again"}
SHARED = "shared by all"


def update(
    port: Port = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what it would change, and change nothing.")
    ] = False,
    as_json: AsJson = False,
    tenants: Annotated[
        Path | None,
        typer.Option(
            "--tenants", help="The folder of tiers.yaml and the cells; default: the same as before."
        ),
    ] = None,
) -> None:
    """Bring the running local platform to what the files say now; data and keys stay."""
    from tenantry.config import load_platform
    from tenantry.local import pins, state
    from tenantry.local import platform as local

    running = state.find(port)
    folder = tenants or running.folder
    cell = choose(load_platform(folder).cells, running.cell)
    if preview:
        _preview(running, cell, as_json)
        return
    began = time.monotonic()
    try:
        with working("updating") as show:
            updated, changes = local.update(running, cell, folder, lambda step: show(f"{step} …"))
    except KeyboardInterrupt:
        complain("interrupted; what was done stays, and `tenantry update` again completes the rest")
        raise typer.Exit(INTERRUPTED) from None
    for each in pins.left_out(cell, updated.last.runs):
        warn(each)
    if as_json:
        print_json({"changes": [_shown(each) for each in changes]})
        return
    if changes:
        stdout().print(_table(changes))
    counted = Counter(str(each.step) for each in changes)
    summary = ", ".join(f"{number} {step}" for step, number in counted.items()) or "nothing to change"
    stdout().print(marked(f"{summary}, in {time.monotonic() - began:.1f} s, at {running.endpoint}"))


def _preview(running: "LocalPlatform", cell: "Cell", as_json: bool) -> None:
    from tenantry.cli import plan_tables
    from tenantry.local import platform as local
    from tenantry.local import preview

    with working("comparing"):
        found = preview.preview(running, cell, *local.declared(running, cell))
    if as_json:
        print_json(plan_tables.shown(found))
        return
    for each in plan_tables.printed(found):
        stdout().print(each, highlight=False)


def _shown(change: "Change") -> dict[str, Any]:
    return {
        "change": change.step,
        "tenant": change.owner or None,
        "type": change.type,
        "name": change.name,
        "inputs": change.inputs,
    }


def _table(changes: Iterable["Change"]) -> Table:
    """By tenant; changes that are alike share a row."""
    rows: dict[tuple[str, tuple[str, str], str, str], list[str]] = {}
    for each in changes:
        differs = REMARKS.get(each.step) or ", ".join(each.inputs)
        rows.setdefault((each.owner, SIGNS[each.step], each.type.rpartition(":")[2], differs), []).append(
            each.name
        )
    table = Table("tenant", "", "resource", "name", "what differs")
    owner = None
    for (of, (colour, sign), kind, differs), names in sorted(rows.items()):
        if of != owner:
            table.add_section()
        whose = (of or SHARED) if of != owner else ""
        table.add_row(whose, Text(sign, colour), kind, "\n".join(names), differs)
        owner = of
    return table
