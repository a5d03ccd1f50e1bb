"""Give a tenant the table back that an earlier declaration left behind, with the records in it.

Who took the records there decides: a tenant that changed its isolation and back takes its own; of a slug that
comes back, a person says whether it is still the same tenant.
"""

import pulumi
import pulumi_aws as aws

from tenantry.config import Cell
from tenantry.errors import WrongInput
from tenantry.last_update import LastUpdate
from tenantry.rules.naming import Names
from tenantry.settings import texts


def left(cell: Cell, last: LastUpdate) -> list[str]:
    """Slugs whose own tables are kept after this update, and declared no more."""
    return sorted((last.left | last.silos) - set(_silos(cell)))


def adopted(cell: Cell, config: pulumi.Config, last: LastUpdate, names: Names) -> tuple[str, ...]:
    """Tenants whose silo tables an earlier deploy left behind; importing what is imported changes nothing.

    A tenant that is still there takes its own table back by itself.

    Raises:
        WrongInput: it is not a list, names what has no table of its own in this cell, or lacks a tenant that
            comes back to a table.
    """
    slugs = texts(config, "adopt")
    if slugs is None:
        raise WrongInput("tenantry:adopt is not a list of slugs; write one, such as [initech]")
    silos = _silos(cell)
    for slug in slugs:
        if slug not in silos:
            what = f"tenantry:adopt names {slug!r}, which has no table of its own in cell {cell.name}"
            raise WrongInput(f"{what}; those that have one: {', '.join(silos) or 'none'}")
    back = _left_and_wanted(silos, last, names)
    for slug in back:
        table = names.tenant(slug)
        if slug in last.tenants:
            pulumi.log.warn(f"{slug} takes its table {table} back, with the records that it held")
        elif slug not in slugs:
            raise WrongInput(
                f"{slug} comes back, and its table {table} is there, with the records of before; "
                f"to take it over, add to the stack's file: tenantry:adopt: [{slug}]. "
                f"To begin without them, run `tenantry erase {slug} --stack {names.stack}` first"
            )
    return tuple(sorted({*slugs, *back}))


def _left_and_wanted(silos: list[str], last: LastUpdate, names: Names) -> list[str]:
    """Of those whose tables this stack left behind, and that no erasure has deleted since."""
    wanted = [slug for slug in silos if slug in last.left]
    if not wanted:
        return []
    there = set(aws.dynamodb.get_tables().names)
    return [slug for slug in wanted if names.tenant(slug) in there]


def _silos(cell: Cell) -> list[str]:
    return [tenant.slug for tenant in cell.tenants if tenant.isolation == "silo"]
