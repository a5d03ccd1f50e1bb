"""`plan`: what a change does, tenant by tenant, before anything is deployed."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenantry.cli.output import print_json, stdout, working
from tenantry.cli.tenants import TENANTS, AsJson, Folder
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.planning.previews import Preview
    from tenantry.planning.totals import Total

NEEDS_PERSON = 3


def plan(
    against: Annotated[
        str, typer.Option("--against", help="The revision that is deployed, as git names it.")
    ] = "HEAD",
    stack: Annotated[
        str | None,
        typer.Option("--stack", help="Ask the engine what it would do to this stack; needs pulumi on PATH."),
    ] = None,
    digest: Annotated[
        bool,
        typer.Option(
            "--digest", help="With --stack: print only a digest of the steps, by which they can be approved."
        ),
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, for a comment on a pull request.")
    ] = False,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Show what the current files and code would change for each tenant; exit 3 if a person should look."""
    from tenantry.cli import plan_tables
    from tenantry.planning.releases import compared
    from tenantry.planning.totals import total

    if markdown and as_json:
        raise WrongInput("--markdown is for people, --json for programs; give one of them")
    if digest:
        if stack is None:
            raise WrongInput("--digest is computed from the engine's preview; give --stack too")
        typer.echo(_digest(stack))
        return
    with working("comparing"):
        found = _of_stack(stack, against, tenants) if stack else total(*compared(against, tenants))
    if as_json:
        print_json({"against": against, **plan_tables.shown(found)})
    elif markdown:
        typer.echo(plan_tables.markdown(found, against))
    else:
        for each in plan_tables.printed(found):
            stdout().print(each, highlight=False)
    if found.needs_person:
        raise typer.Exit(NEEDS_PERSON)


def _digest(stack: str) -> str:
    from tenantry.operations import stacks

    stacks.find(stack)  # refuses what cannot be a stack's name
    return _previewed(stack).digest


def _of_stack(stack: str, against: str, tenants: Path) -> "Total":
    from tenantry.operations import stacks
    from tenantry.planning.releases import compared
    from tenantry.planning.totals import of_stack

    cell = stacks.find(stack).cell
    if cell is None:
        raise WrongInput(f"Pulumi.{stack}.yaml has no tenantry:cell; write the cell that it deploys")
    return of_stack(*compared(against, tenants, registered=False), cell, _previewed(stack))


def _previewed(stack: str) -> "Preview":
    """Of the cell's stack, with those of its tenants."""
    from tenantry.operations import stacks
    from tenantry.planning.previews import previewed, together

    return together(previewed(each) for each in stacks.with_tenants(stack))
