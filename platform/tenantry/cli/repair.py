"""`repair`: what a killed or failed `pulumi up` left behind in a stack, and how it is mended."""

from typing import TYPE_CHECKING, Annotated

import typer

from tenantry.cli.output import print_json, stderr, stdout, working
from tenantry.cli.places import Region
from tenantry.cli.tenants import AsJson
from tenantry.errors import Failed, WrongInput

if TYPE_CHECKING:
    from tenantry.operations.repair import Damage

FOUND = 3


def repair(
    stack: Annotated[str, typer.Option("--stack", help="The stack to repair.")],
    region: Region = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do the repair, instead of showing what it would do.")
    ] = False,
    unlock: Annotated[
        bool, typer.Option("--unlock", help="With --yes: remove a lock that a killed process left.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Resolve creations whose outcome `pulumi up` never learned, and find resources that no state records."""
    from tenantry import paths
    from tenantry.operations import places, sites, stacks
    from tenantry.operations.account import AwsAccount
    from tenantry.operations.aws import refusals_reported
    from tenantry.operations.checkpoint import Checkpoint
    from tenantry.operations.engine import Engine, Locked
    from tenantry.operations.repair import damage, mend
    from tenantry.operations.strays import Own
    from tenantry.rules.naming import stack_and_tenant
    from tenantry.wanted import Project

    if unlock and not yes:
        raise WrongInput("--unlock changes something; give --yes too")
    names, tenant = stack_and_tenant(stack)
    where = stacks.find(names.stack, region)
    site = sites.site(Project(paths.ROOT), names.stack)
    reached = sites.environment(site, where.region)
    engine, own = Engine(stack, paths.ROOT, reached), None
    if tenant is not None:
        own = Own(tenant, Checkpoint(Engine(names.stack, paths.ROOT, reached).record()))
    place = places.on_aws(where, sites.credentials(site, where.region), site.backend)
    aws = AwsAccount(place, own)
    if unlock:
        stderr().print(f"removing the lock of stack {stack}, Region {where.region}", soft_wrap=True)
        with place.trail().act("repair --unlock", tenant):
            engine.unlock()
    checkpoint = Checkpoint(engine.record())
    with refusals_reported(where.region), working("asking AWS"):
        found = damage(checkpoint, aws)
    if as_json:
        print_json(_shown(found))
    else:
        _print(found)
    if found and not yes:
        raise typer.Exit(FOUND)
    if not found:
        return
    facts = {name: len(rows) for name, rows in _shown(found).items()}
    try:
        with place.trail().act("repair", None, **facts), refusals_reported(where.region):
            mend(found, checkpoint, engine, aws, lambda step: stderr().print(step))
    except Locked as locked:
        raise Failed(f"{locked}\nIf nobody is deploying {stack} now, give --unlock too") from None


def _shown(found: "Damage") -> dict[str, list[dict[str, str]] | list[str]]:
    return {
        "made": [{"urn": pending.urn, "id": identifier} for pending, identifier in found.made],
        "unmade": [{"urn": pending.urn} for pending in found.unmade],
        "unread": list(found.unread),
        "strays": [{"type": each.type, "name": each.name, "id": each.id} for each in found.strays],
    }


def _print(found: "Damage") -> None:
    lines = [
        *(f"import {each.type} {each.name}, which was made, as {as_}" for each, as_ in found.made),
        *(
            (f"clear {each.type} {each.name}: it does not exist, or will be made again")
            for each in found.unmade
        ),
        *(f"read {urn.rpartition('::')[2]}, which an earlier repair imported" for urn in found.unread),
        *(f"remove {each.kind} {each.name} ({each.id}), which no state records" for each in found.strays),
    ]
    for line in lines or ["nothing to repair"]:
        stdout().print(line, soft_wrap=True)
