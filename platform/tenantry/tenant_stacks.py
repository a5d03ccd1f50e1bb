"""Say what a tenant's own stack takes from its cell's, and refuse to declare a tenant in two stacks.

Whichever it is, names and inputs of AWS resources are the same: `tenantry fleet split` and `join` lead from
one to the other by moving what the engine recorded (docs/decisions/0028-a-stack-per-tenant.md).
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from typing import Any

import pulumi

from tenantry.components.shared import Shared
from tenantry.config import Cell
from tenantry.config.domains import CellDomain, closed
from tenantry.errors import WrongInput
from tenantry.last_update import LastUpdate, of_releases
from tenantry.outputs import stack_outputs
from tenantry.problems import unknown
from tenantry.releases import Release
from tenantry.rules.naming import Names
from tenantry.settings import CellSettings, releases

SHARED, LISTED = "shared", "listed"
CLOSED = "closed"  # whether the API refuses calls to AWS's own address


def last_of_cell(names: Names) -> LastUpdate:
    """With what its tenants run by stacks of their own, which it has to keep."""
    last = LastUpdate.of(stack_outputs(names.stack))
    own = [of_releases(stack_outputs(names.tenant_stack(slug), there=False)) for slug in last.listed or ()]
    return replace(last, run_elsewhere=frozenset(each for one in own for each in one.runs.values()))


def require_where_they_are(last: LastUpdate, alone: bool, names: Names) -> None:
    """The file's setting alone moves nothing: it would delete every tenant, or make each a second time.

    Args:
        alone: the file says that tenants have stacks of their own.

    Raises:
        WrongInput: the last update had it otherwise.
    """
    if alone and last.tenants:
        raise WrongInput(
            f"stack {names.stack} holds its tenants, and Pulumi.{names.stack}.yaml sets "
            f"tenantry:tenantStacks; take it out, or run `tenantry fleet split {names.stack}`"
        )
    if not alone and last.listed:
        raise WrongInput(
            f"the tenants of {names.stack} have stacks of their own, and Pulumi.{names.stack}.yaml does "
            f"not set tenantry:tenantStacks; set it, or run `tenantry fleet join {names.stack}`"
        )


def exported(shared: Shared, own: CellSettings, domain: CellDomain | None) -> dict[str, Any]:
    """Of the cell's stack, for those of its tenants."""
    return {SHARED: {**shared.exported(), CLOSED: closed(domain), "settings": asdict(own)}}


def listed(cell: Cell) -> dict[str, Any]:
    """What the next update of a cell's stack is compared with, where tenants have stacks of their own."""
    return {
        LISTED: {
            tenant.slug: {"status": tenant.status, "api_keys": sorted(tenant.api_keys)}
            for tenant in cell.tenants
        }
    }


def imported(outputs: Mapping[str, Any], names: Names) -> tuple[Shared, CellSettings]:
    """From the outputs of the cell's stack.

    Raises:
        WrongInput: that stack holds its tenants, or was never deployed.
    """
    if LISTED not in outputs:
        raise WrongInput(
            f"stack {names.stack} was not deployed with tenantry:tenantStacks: its tenants are declared by "
            f"itself. To give them stacks of their own, run `tenantry fleet split {names.stack}`"
        )
    shared = outputs[SHARED]
    return Shared.imported(shared), CellSettings(**shared["settings"])


def require_known_to_the_cell(newest: Release, kept: Collection[Release], names: Names) -> None:
    """A tenant's stack runs what the cell's stack has uploaded. A preview only warns.

    Raises:
        WrongInput: the cell's stack was deployed with another release.
    """
    if (newest.id, newest.contract) not in [(each.id, each.contract) for each in kept]:
        _ahead("another release than this", names)


def require_its_domain(outputs: Mapping[str, Any], domain: CellDomain | None, names: Names) -> None:
    """A tenant's addresses are by the files, and what leads there is the cell's. A preview only warns.

    Raises:
        WrongInput: the cell's stack was deployed with another domain, or has not closed or opened AWS's own
            address yet.
    """
    shared = outputs[SHARED]
    if shared.get("domain") != (domain.name if domain else None):
        _ahead("another domain than the files give the cell", names)
    elif shared.get(CLOSED, closed(domain)) != closed(domain):  # an older program did not say
        _ahead("another default_endpoint than the files give the cell", names)


def _ahead(what: str, names: Names) -> None:
    message = f"stack {names.stack} was deployed with {what}; deploy it first"
    if not pulumi.runtime.is_dry_run():
        raise WrongInput(message)
    pulumi.log.warn(message)


def releases_of_a_cell(config: pulumi.Config, alone: bool) -> dict[str, str]:
    """What the cell's stack has its tenants run.

    Raises:
        WrongInput: the tenants have stacks of their own, whose files say it.
    """
    wanted = releases(config)
    if alone and wanted:
        raise WrongInput("tenantry:releases: the tenants have stacks of their own; set it in their files")
    return wanted


def narrowed(cell: Cell, slug: str, last: LastUpdate) -> Cell:
    """The cell with only this tenant, which may be removed, or have no file any more.

    Raises:
        WrongInput: no file speaks of it, and the last update did not either.
    """
    slugs = [tenant.slug for tenant in cell.tenants]
    if slug not in (*slugs, *cell.removed, *last.tenants):
        raise WrongInput(unknown("tenant", slug, slugs))
    tenants = tuple(tenant for tenant in cell.tenants if tenant.slug == slug)
    return cell.model_copy(update={"tenants": tenants, "removed": tuple({slug} & {*cell.removed})})
