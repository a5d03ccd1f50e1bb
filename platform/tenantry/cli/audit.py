"""`audit`: what was done to a tenant, by whom, from which commit; and whether the record is whole."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column

from tenantry.cli import moments
from tenantry.cli.output import Table, harmless, print_json, stderr, stdout
from tenantry.cli.places import Port, Region, Slug, StackOption, chosen, require_slug
from tenantry.cli.tenants import AsJson
from tenantry.problems import unknown

if TYPE_CHECKING:
    from tenantry.operations.trail.heads import Head
    from tenantry.operations.trail.lines import Line
    from tenantry.operations.trail.trail import Trail

ALTERED = 3


def audit(
    slug: Slug,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="MOMENT", help="Only what was done since: 2h, 30d, 2026-11-27T18:00:00Z."
        ),
    ] = None,
    verify: Annotated[
        bool,
        typer.Option(
            "--verify", help="Check that the whole record is as it was written; exit 3 if it is not."
        ),
    ] = False,
    head: Annotated[
        list[str] | None,
        typer.Option(
            "--head",
            metavar="LINE:SHA256",
            help="With --verify: the digest of a line that was seen elsewhere, such as in CI's log; "
            "repeatable.",
        ),
    ] = None,
    cell: Annotated[
        str | None,
        typer.Option(
            "--cell", help="The record of this cell on this machine; default: the one that names the tenant."
        ),
    ] = None,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show who changed what for a tenant, when, and from which commit."""
    from tenantry.errors import WrongInput
    from tenantry.operations.trail.heads import Head

    require_slug(slug)
    if head and not verify:
        raise WrongInput("--head is what --verify has to find; give --verify too")
    heads = [Head.written(each) for each in head or ()]
    moment = datetime.fromtimestamp(moments.moment_ms(since) / 1000, UTC) if since else None
    trail = _trail(slug, cell, stack, region, port)
    lines = trail.lines(slug, moment)
    newest, faults = trail.faults(heads) if verify else (None, [])
    if as_json:
        verdict = {"newest": newest and str(newest), "faults": faults} if verify else {}
        print_json({"tenant": slug, "lines": [_shown(each) for each in lines], **verdict})
    else:
        _print(lines)
        if verify:
            _judge(newest, faults)
    if faults:
        raise typer.Exit(ALTERED)


def _trail(slug: str, cell: str | None, stack: str | None, region: str | None, port: int | None) -> "Trail":
    """On this machine no platform has to run: the record outlives it, and the tenant too."""
    from tenantry.errors import WrongInput
    from tenantry.operations.trail import kept

    if (stack, region, port) != (None, None, None):
        if cell is not None:
            raise WrongInput("--cell names a record on this machine; leave --stack and --port out")
        return chosen(stack, region, port).trail()
    known = kept.cells()
    if not known:
        raise WrongInput("nothing is recorded on this machine yet; --stack STACK shows the record of a stack")
    if cell is not None and cell not in known:
        raise WrongInput(unknown("record of a cell", cell, known))
    meant = [cell] if cell else [each for each in known if _names(kept.of_cell(each), slug)]
    if not meant:
        there = ", ".join(known)
        raise WrongInput(
            f"no record on this machine names {slug}; to read one all the same, use --cell: {there}"
        )
    if len(meant) > 1:
        raise WrongInput(f"the records of cells {', '.join(meant)} name {slug}; choose one with --cell")
    return kept.of_cell(meant[0])


def _names(trail: "Trail", slug: str) -> bool:
    return any(line.names(slug) for line in trail.lines(slug))


def _shown(line: "Line") -> dict[str, Any]:
    return json.loads(line.content)  # type: ignore[no-any-return]


def _print(lines: "list[Line]") -> None:
    from tenantry.operations.trail.acts import acts

    table = Table(Column("when", no_wrap=True), "who", "commit", "what", "outcome")
    for act in acts(lines):
        table.add_row(*map(harmless, (act.at, act.who, act.commit, act.what, act.outcome)))
    stdout().print(table)


def _judge(newest: "Head | None", faults: list[str]) -> None:
    for each in faults:
        stderr().print(f"✗ {harmless(each)}", style="red", soft_wrap=True)
    if not faults and newest is None:
        stdout().print("✓ nothing is recorded yet")
    elif not faults:
        stdout().print(f"✓ the record is as it was written, up to {newest}", soft_wrap=True)
