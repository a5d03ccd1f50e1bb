"""`fleet split` and `fleet join`: a cell's tenants in stacks of their own, and back."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from tenantry.cli.output import print_json, stderr, stdout
from tenantry.cli.tenants import AsJson

if TYPE_CHECKING:
    from tenantry.operations.splitting import Cell, OnStep

CellStack = Annotated[str, typer.Argument(metavar="STACK", help="The cell's stack.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]


def split(stack: CellStack, yes: Yes = False, as_json: AsJson = False) -> None:
    """Give each tenant of a deployed cell a stack of its own; nothing on AWS changes."""
    from tenantry.operations.splitting import split as split_cell

    asked = f"Each tenant of {stack} gets a stack of its own. Nobody may deploy {stack} meanwhile. Continue?"
    slugs = _done(stack, "fleet split", split_cell, asked, yes)
    if as_json:
        print_json({"stack": stack, "split": slugs})
        return
    stdout().print(f"✓ {stack}: {len(slugs)} tenants moved to stacks of their own", soft_wrap=True)
    stdout().print(f"  next: commit Pulumi.{stack}.yaml and Pulumi.{stack}.*.yaml", soft_wrap=True)


def join(stack: CellStack, yes: Yes = False, as_json: AsJson = False) -> None:
    """Take the tenants of a cell back into its stack; nothing on AWS changes."""
    from tenantry.operations.splitting import join as join_cell
    from tenantry.operations.trail.engine_history import JOIN

    asked = f"{stack} takes its tenants back. Nobody may deploy {stack} or a tenant meanwhile. Continue?"
    slugs = _done(stack, JOIN, join_cell, asked, yes)
    if as_json:
        print_json({"stack": stack, "joined": slugs})
        return
    stdout().print(f"✓ {stack} holds {len(slugs)} tenants again", soft_wrap=True)
    stdout().print(f"  next: commit what changed, and deploy {stack}", soft_wrap=True)


def _done(
    stack: str, action: str, act: "Callable[[Cell, OnStep], list[str]]", asked: str, yes: bool
) -> list[str]:
    from tenantry import paths
    from tenantry.operations import sites, stacks
    from tenantry.operations.splitting import Cell
    from tenantry.operations.trail import kept
    from tenantry.wanted import Project

    where = stacks.find(stack)
    site = sites.site(Project(paths.ROOT), stack)
    cell = Cell(where.names, paths.ROOT, lambda: sites.environment(site, where.region))
    if not yes:
        typer.confirm(asked, abort=True, err=True)
    trail = kept.of_stack(stack, lambda: None, site.backend)  # AWS is not asked
    with trail.act(action, None) as recorded:
        slugs = act(cell, lambda step: stderr().print(step, soft_wrap=True))
        recorded.outcome["tenants"] = slugs
    return slugs
