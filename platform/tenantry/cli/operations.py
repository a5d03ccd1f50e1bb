"""`redrive` and `purge`: what an operator does to a platform that runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenantry.cli.clients import Region, Slug
from tenantry.cli.local import Port
from tenantry.cli.output import print_json, stderr, stdout
from tenantry.cli.tenants import TENANTS, AsJson, Folder
from tenantry.errors import WrongInput
from tenantry.key_policies import DELETION_WINDOW_DAYS

if TYPE_CHECKING:
    from tenantry.naming import Names
    from tenantry.operations.stacks import Stack


def redrive(
    slug: Slug,
    stack: Annotated[
        str | None, typer.Option("--stack", help="A stack on AWS; the local platform, if left out.")
    ] = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Put contact messages that could not be delivered back into their queue."""
    from tenantry.operations.aws import refusals_told
    from tenantry.operations.redrive import redrive as redrive_tenant

    if stack is None and region is not None:
        raise WrongInput("--region says where a stack is; give --stack too")
    require_slug(slug)
    names, where, sqs = _local_queues(slug, port) if stack is None else _deployed_queues(stack, region, port)
    with refusals_told(where), stderr().status("looking for dead letters") as progress:
        done = redrive_tenant(
            names, slug, sqs, lambda moved, of: progress.update(f"{moved:,} of about {of:,} put back")
        )
    if as_json:
        print_json({"tenant": slug, "moved": done.moved, "left": done.left})
        return
    put = f"{done.moved:,} put back" if done.moved else "no dead letters"
    left = f", about {done.left:,} left; run it again" if done.left else ""
    stdout().print(f"[green]✓[/] {slug}: {put}{left}", soft_wrap=True)


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


def _local_queues(slug: str, port: int | None) -> "tuple[Names, str, Any]":
    from tenantry.local import state
    from tenantry.local.clients import REGION, root_session
    from tenantry.naming import Names

    platform = state.find(port)
    platform.tenant(slug)  # says which there are, if not this one
    return Names(platform.cell), REGION, root_session(platform.endpoint).client("sqs")


def _deployed_queues(stack: str, region: str | None, port: int | None) -> "tuple[Names, str, Any]":
    from tenantry.operations import deployed, stacks

    if port is not None:
        raise WrongInput("--port names a local platform, --stack one on AWS; give one of them")
    where = stacks.find(stack, region)
    return where.names, where.region, deployed.queues(where.region)


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
