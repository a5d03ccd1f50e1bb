"""`verify`: whether what is deployed is what the files say."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenantry.cli.output import FAILED, Table, harmless, marked, print_json, stdout, working
from tenantry.cli.places import Port, Region, StackOption, chosen
from tenantry.cli.tenants import AsJson
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.verification.doubts import Settled
    from tenantry.verification.findings import Finding
    from tenantry.verification.places import Report

SHARED = "shared by all"
SHOWN = 160  # characters of a value that a cell of the table holds
HERE = (
    "`tenantry update` follows the files; `tenantry up --fresh` makes anew, and empty, what was changed "
    "by hand"
)
ANSWERS = {True: "yes", False: "no", None: "it cannot be observed"}


def verify(
    tenants: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TENANT]...", help="Slugs; default: all tenants and the cell."),
    ] = None,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    call: Annotated[
        bool, typer.Option("--call", help="Call each tenant too, in ways that change nothing.")
    ] = False,
    held: Annotated[
        bool,
        typer.Option(
            "--held", help="With --stack: read from its record which tenants a rollback holds at a release."
        ),
    ] = False,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            metavar="FILE",
            help="With --stack: a file of `tenantry releases --to`, read in place of the stack's record.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare what is deployed with what the files say, by reading only; exit 1 where they differ."""
    if held and stack is None:
        raise WrongInput("--held reads a stack's record, and the local platform has none; give --stack too")
    if record is not None and stack is None:
        raise WrongInput("--record is of a stack; give --stack too")
    place = chosen(stack, region, port)
    slugs = tenants or []
    with working("reading what is deployed"):
        if stack is None:
            report = _local(port, slugs, call)
        else:
            from tenantry.operations import kept_releases
            from tenantry.verification.places import of_stack

            known = None if record is None else kept_releases.read(record, place.names)
            report = of_stack(place, slugs, call, held, record=known)
    if as_json:
        print_json({**asdict(report), "findings": [_shown(each) for each in report.findings]})
    else:
        _print(report, on_aws=stack is not None)
    if any(not each.passing for each in report.findings):
        raise typer.Exit(FAILED)


def _local(port: int | None, slugs: list[str], call: bool) -> "Report":
    from tenantry.config import load_platform
    from tenantry.local import platform, state
    from tenantry.local.places import place
    from tenantry.verification.places import of_deployment

    running = state.find(port)
    cell = load_platform(running.folder).cell(running.cell)
    return of_deployment(place(running), *platform.declared(running, cell), slugs, call)


def _shown(finding: "Finding") -> dict[str, Any]:
    return {**asdict(finding), "tenant": finding.tenant or None, "property": finding.property or None}


def _print(report: "Report", on_aws: bool) -> None:
    out = stdout()
    if report.findings:
        out.print(table(report.findings, on_aws))
    number = sum(not each.passing for each in report.findings)
    passing = len(report.findings) - number
    differing = f"{number} difference{'' if number == 1 else 's'}"
    kept = f", and {passing} that the next update removes" if passing else ""
    verdict = f"{differing if number else 'all as declared'}{kept}"
    said = f"{verdict}: {report.compared:,} resources of {report.place}"
    out.print(marked(said, good=not number), soft_wrap=True)
    if on_aws:
        out.print(_doubts(report.doubts))
    elif number:
        out.print(HERE, soft_wrap=True)


def table(found: "Iterable[Finding]", on_aws: bool) -> Table:
    """On AWS, each difference has its own remedy; on the local platform, all have the same."""
    table = Table("tenant", "resource", "property", "expected", "found", *(("do",) if on_aws else ()))
    for each in sorted(found, key=lambda each: (each.tenant, each.resource, each.property)):
        cells = [each.tenant or SHARED, each.resource, each.property]
        cells += [_value(each.expected), _value(each.found)]
        if on_aws:
            cells.append(each.remedy)
        table.add_row(*map(harmless, cells))
    return table


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _doubts(found: "tuple[Settled, ...]") -> Table:
    table = Table("doubt of docs/not-yet-verified.md", "settled")
    for each in found:
        table.add_row(each.doubt, ANSWERS[each.yes])
    return table
