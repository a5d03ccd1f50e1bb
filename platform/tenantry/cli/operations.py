"""`purge`: what an operator does to a platform on AWS."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenantry.cli.clients import Region, Slug
from tenantry.cli.output import stderr, stdout
from tenantry.cli.tenants import TENANTS, Folder
from tenantry.errors import WrongInput
from tenantry.key_policies import DELETION_WINDOW_DAYS

if TYPE_CHECKING:
    from tenantry.operations.stacks import Stack


def purge(
    slug: Slug,
    stack: Annotated[str, typer.Option("--stack", help="The stack that the tenant was removed from.")],
    region: Region = None,
    tenants: Folder = TENANTS,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete the data and secrets of a removed tenant on AWS, for good."""
    from tenantry.operations import deployed, stacks
    from tenantry.operations.purge import purge as purge_tenant

    require_slug(slug)
    where = stacks.find(stack, region)
    _require_removed(slug, where, tenants)
    asked = f"This deletes all data of {slug} in {where}, for good. Type its slug to go on"
    if not yes and typer.prompt(asked) != slug:
        raise WrongInput("that is not the slug; nothing was deleted")
    stderr().print(f"deleting what is left of {slug} in {where}", markup=False, soft_wrap=True)
    with stderr().status("deleting") as progress:
        purged = purge_tenant(
            where.names,
            slug,
            deployed.clients(where.region),
            lambda count: progress.update(f"{count:,} items deleted"),
        )
    what = [f"{purged.items:,} items", *purged.tables, *purged.secrets]
    stdout().print(f"[green]✓[/] deleted of {slug}: {', '.join(what)}", soft_wrap=True)
    for key in purged.keys:
        told = f"KMS key {key} is deleted in {DELETION_WINDOW_DAYS} days, unless that is cancelled"
        stdout().print(told, markup=False, soft_wrap=True)


def require_slug(text: str) -> None:
    """`acme/signing` would name another resource of acme's."""
    from tenantry.config.slugs import SLUG_RULE, is_slug

    if not is_slug(text):
        raise WrongInput(f"{text!r} cannot be a slug; use {SLUG_RULE}")


def _require_removed(slug: str, stack: "Stack", folder: Path) -> None:
    """A tenant that moved to a cell of another stack is removed from this one."""
    from tenantry.config import load_platform

    for tenant in load_platform(folder).tenants:
        if tenant.slug == slug and stack.cell in (None, tenant.cell):
            file = folder / tenant.cell / f"{slug}.yaml"
            raise WrongInput(f"{slug} still has a file, {file}; remove it and deploy first")
