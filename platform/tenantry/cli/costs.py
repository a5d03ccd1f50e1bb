"""`cost` and `fit`: what a tenant costs, and whether functions behind a gateway suit it."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tenantry.cli import bills
from tenantry.cli.output import print_json, warn, working
from tenantry.cli.places import Port, Region, StackOption, chosen, require_slug
from tenantry.cli.tenants import LISTED, TENANTS, AsJson, Everything, Folder, platform_for
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.config import Platform, Tenant
    from tenantry.costs.estimate import Terms
    from tenantry.costs.lines import Estimate

OneOrAll = Annotated[str | None, typer.Argument(metavar="[TENANT]", help="Only this tenant; default: all.")]
Volumes = Annotated[
    list[int] | None,
    typer.Option(
        "--requests-per-month",
        min=0,
        help="Calls a month, instead of the file's; repeat it for a column for each.",
    ),
]
FreeTier = Annotated[
    bool,
    typer.Option(
        "--free-tier",
        help="Subtract what AWS gives every account permanently, in equal parts for the tenants of a cell.",
    ),
]
Architecture = Annotated[
    Literal["arm64", "x86_64"],
    typer.Option("--architecture", help="The functions' architecture; default: the stack's."),
]
Compare = Annotated[
    Literal["tier", "architecture", "isolation", "monitoring"] | None,
    typer.Option("--compare", help="Show what another choice would cost this tenant."),
]
Actual = Annotated[bool, typer.Option("--actual", help="Use what the running platform measured this month.")]


def cost(
    slug: OneOrAll = None,
    requests_per_month: Volumes = None,
    compare: Compare = None,
    actual: Actual = False,
    free_tier: FreeTier = False,
    architecture: Architecture = "arm64",
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Show what tenants cost a month: estimated before they are deployed, or from what was measured."""
    from tenantry.config.workload import REQUESTS
    from tenantry.costs import prices
    from tenantry.costs.estimate import Terms

    if any(volume > REQUESTS for volume in requests_per_month or ()):
        raise WrongInput(f"--requests-per-month goes up to {REQUESTS:,}, as in the tenants' files")
    platform = platform_for(tenants, slug)
    terms = Terms(prices.load(), free_tier, architecture)
    volumes = tuple(requests_per_month or ())
    if actual:
        if volumes or compare:
            raise WrongInput("--actual shows what was measured; leave --requests-per-month and --compare out")
        found = _measured(platform, terms, slug, stack, region, port)
        bills.show_actual(found, terms, as_json)
        return
    if (stack, region, port) != (None, None, None):
        raise WrongInput("--stack, --region and --port say where to measure; give --actual too")
    if compare:
        bills.show_comparison(compare, _one(platform, slug), platform, terms, volumes, as_json)
        return
    listed = platform.tenants if slug is None else (platform.tenant(slug),)
    bills.show_estimates(listed, platform, terms, volumes, as_json)


def fit(
    slug: OneOrAll = None,
    everything: Everything = False,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Judge from tenants' workloads whether functions behind a gateway suit them, and what else would."""
    from tenantry import paths
    from tenantry.cli.fits import shown, summary
    from tenantry.config import granted
    from tenantry.costs import prices
    from tenantry.costs.fit import Basis

    platform = platform_for(tenants, slug)
    listed = platform.tenants if slug is None else (platform.tenant(slug),)
    known, charged = granted.load(paths.ROOT), prices.load()
    many = len(listed) > LISTED and not everything
    verdicts = [
        shown(tenant, Basis(charged, known.get(tenant.cell, granted.DEFAULTS).concurrency), as_json or many)
        for tenant in listed
    ]
    if as_json:
        print_json({"tenants": verdicts})
    elif many:
        summary(verdicts)


def _one(platform: "Platform", slug: str | None) -> "Tenant":
    if slug is None:
        raise WrongInput("--compare needs one tenant; name it, as in `tenantry cost acme --compare tier`")
    return platform.tenant(slug)


def _measured(
    platform: "Platform",
    terms: "Terms",
    slug: str | None,
    stack: str | None,
    region: str | None,
    port: int | None,
) -> "list[Estimate]":
    from tenantry.costs.estimate import actual
    from tenantry.operations.metering.consumption import this_month
    from tenantry.operations.running import survey

    if slug is not None:
        require_slug(slug)
    place = chosen(stack, region, port, slug)
    if place.cell is None:
        raise WrongInput(f"Pulumi.{stack}.yaml does not name its cell; set tenantry:cell there")
    cell = platform.cell(place.cell)
    with working("measuring"):
        running = survey(place)
        if slug is not None:
            running.tenant(slug)  # one that does not run has no cost to show
        measured = this_month(running, cell)
    if slug is None and running.left_out:
        warn(running.left_out)
    found = actual(cell, measured, terms)
    return [each for each in found if slug in (None, each.tenant)]
