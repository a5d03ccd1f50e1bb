"""`releases`: which releases are kept, since when, and which tenants run them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tenantry.cli.output import Table, print_json, stdout
from tenantry.cli.places import Port, StackOption
from tenantry.cli.tenants import AsJson
from tenantry.errors import WrongInput


def releases(
    stack: StackOption = None,
    port: Port = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", metavar="FILE", help="With --stack: also write what `tenantry verify --record` reads."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the releases that are kept, newest first, and the tenants that run them."""
    listed = _listed(stack, port, to)
    if as_json:
        print_json(listed)
        return
    table = Table("release", "since", "tenants", box=None)
    for each in listed:
        table.add_row(each["id"], each["since"], ", ".join(each["tenants"]) or "none")
    stdout().print(table)


def _listed(stack: str | None, port: int | None, to: Path | None) -> list[dict[str, Any]]:
    from tenantry import paths
    from tenantry.local import state
    from tenantry.operations import kept_releases, sites, stacks
    from tenantry.wanted import Project

    if stack is None:
        if to is not None:
            raise WrongInput("--to writes what a stack's record says; give --stack too")
        last = state.find(port).last
    elif port is not None:
        raise WrongInput("--port names a local platform, --stack one on AWS; give one of them")
    else:
        found = stacks.find(stack)
        site = sites.site(Project(paths.ROOT), found.names.stack)
        last = kept_releases.of_stack(found.names, paths.ROOT, sites.environment(site, found.region))
        if to is not None:
            kept_releases.write(to, found.names, last)
    return [
        {
            "id": each.id,
            "since": each.since,
            "tenants": sorted(slug for slug, release in last.runs.items() if release == each.id),
        }
        for each in reversed(last.releases)
    ]
