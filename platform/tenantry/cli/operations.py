"""`purge`: what an operator does to a platform on AWS."""

from typing import Annotated

import typer

from tenantry.cli.clients import Slug
from tenantry.cli.output import stderr, stdout
from tenantry.cli.tenants import TENANTS, Folder
from tenantry.errors import WrongInput


def purge(
    slug: Slug,
    stack: Annotated[str, typer.Option("--stack", help="The stack that the tenant was removed from.")],
    tenants: Folder = TENANTS,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the data and secrets of a removed tenant on AWS, for good."""
    from tenantry.config import load_platform
    from tenantry.naming import Names
    from tenantry.operations import deployed
    from tenantry.operations.purge import purge as purge_tenant

    if slug in {tenant.slug for tenant in load_platform(tenants).tenants}:
        raise WrongInput(f"{slug} still has a file in {tenants}; remove it and deploy first")
    if not yes and typer.prompt(f"This deletes all data of {slug} for good. Type its slug to go on") != slug:
        raise WrongInput("that is not the slug; nothing was deleted")
    with stderr().status("deleting") as progress:
        purged = purge_tenant(
            Names(stack), slug, deployed.clients(), lambda count: progress.update(f"{count:,} items deleted")
        )
    what = [f"{purged.items:,} items", *purged.tables, *purged.secrets]
    stdout().print(f"[green]✓[/] deleted of {slug}: {', '.join(what)}", soft_wrap=True)
