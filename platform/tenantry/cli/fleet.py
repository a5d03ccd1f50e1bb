"""`fleet`: many stacks at once."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tenantry.cli import rollouts, splitting
from tenantry.cli.output import Table, print_json, stdout
from tenantry.cli.rollouts import Stacks
from tenantry.cli.tenants import AsJson

if TYPE_CHECKING:
    from tenantry.operations.fleet.listing import FleetStack

STANDING = ("standing", "held at")

fleet = typer.Typer(no_args_is_help=True, help="Many stacks at once: what differs, and its rollout in rings.")


@fleet.command("list")
def list_(
    stacks: Stacks = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Read the files alone, not what the last updates recorded.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the stacks, what each declares, and whether an update has anything to do."""
    from tenantry.operations.fleet.listing import fleet as found
    from tenantry.wanted import Project

    listed = found(Project()).named(stacks or []).stacks
    if as_json:
        print_json([_shown(each, offline) for each in listed])
        return
    table = Table("stack", "cell", "tenants", "ring", "account", "Region", *([] if offline else STANDING))
    for each in listed:
        number = str(len(each.tenants)) if not each.tenant else each.tenant
        where = (each.account or "of the environment", each.region)
        standing = () if offline else (each.standing, _held_at(each))
        table.add_row(each.name, each.cell, number, each.ring, *where, *standing)
    stdout().print(table)


def _shown(stack: "FleetStack", offline: bool) -> dict[str, Any]:
    known = {
        "stack": stack.name,
        "cell": stack.cell,
        "tenants": [slug for slug, _ in stack.tenants],
        "ring": stack.ring,
        "account": stack.account or None,
        "role": stack.site.role,
        "region": stack.region,
        "wanted": stack.wanted,
    }
    if offline:
        return known
    held = {slug: {"at": stack.runs[slug], "instead_of": id_} for slug, id_ in stack.instead.items()}
    return known | {
        "recorded": stack.recorded or None,
        "standing": stack.standing,
        "differs": stack.differs,
        "held": held,
    }


def _held_at(stack: "FleetStack") -> str:
    return ", ".join(sorted({stack.runs[slug] for slug in stack.instead}))


fleet.command("plan")(rollouts.plan)
fleet.command("up")(rollouts.up)
fleet.command("status")(rollouts.status)
fleet.command("halt")(rollouts.halt)
fleet.command("resume")(rollouts.resume)
fleet.command("rollback")(rollouts.rollback)
fleet.command("drift")(rollouts.drift)
fleet.command("split")(splitting.split)
fleet.command("join")(splitting.join)
