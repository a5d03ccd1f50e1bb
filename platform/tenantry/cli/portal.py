"""`portal`: a link for a tenant's developers to the pages of what is theirs."""

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from tenantry.cli import moments
from tenantry.cli.output import print_json, stderr
from tenantry.cli.places import Port, Region, Slug, StackOption, chosen
from tenantry.cli.tenants import AsJson
from tenantry.errors import WrongInput


def portal(
    slug: Slug,
    expires: Annotated[
        str, typer.Option("--expires", metavar="SPAN", help="For how long the link is good: 1m to 24h.")
    ] = "15m",
    clients: Annotated[
        bool,
        typer.Option("--clients", help="Let its holder make, roll, end and remove clients, too."),
    ] = False,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
    open_: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Print a link that opens the portal of a tenant once: its calls, deliveries, usage, keys and clients.

    Whoever opens it first is signed in for four hours, so hand it over as you would a password. It is good
    for looking alone, and for sending deliveries again, unless --clients says more.
    """
    from agreed import seals
    from agreed.portal import CLIENTS, LONGEST_SECONDS, SHORTEST_SECONDS
    from tenantry.operations.aws import refusals_reported
    from tenantry.operations.named_values import TenantSecrets
    from tenantry.operations.portal import link, require_endpoint, require_portal
    from tenantry.operations.running import survey

    seconds = moments.span(expires, "--expires")
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise WrongInput(f"--expires is {expires}; a link is good for 1m to 24h")
    place = chosen(stack, region, port, slug)
    tenant = survey(place).tenant(slug)
    require_portal(tenant)
    if clients:
        require_endpoint(tenant)
    seal = seals.draw(int(time.time()) + seconds, CLIENTS if clients else "")
    until = datetime.fromtimestamp(seal.until, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    with (
        place.trail().act("portal", slug, link=seal.id, until=until, right=seal.right or None),
        refusals_reported(place.region),
    ):
        own = TenantSecrets(place.client("secretsmanager"), place.names, slug)
        made = link(tenant.url, own, seal)
    if as_json:
        print_json({"tenant": slug, "link": made, "id": seal.id, "until": until, "clients": clients})
    else:
        typer.echo(made)
        may = ", and lets its holder change clients" if clients else ""
        said = f"opens the portal of {slug} once, until {until}{may}"
        stderr().print(said, soft_wrap=True)
    if open_:
        typer.launch(made)
