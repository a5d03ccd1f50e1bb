"""`clients`: the programs that get a tenant's tokens from its token endpoint. A secret is shown once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from agreed.clients import GRACE_HOURS, MOST_DAYS, MOST_GRACE_HOURS, Known
from tenantry.cli.output import Table, harmless, print_json, stderr, stdout
from tenantry.cli.places import Port, Region, Slug, StackOption, chosen
from tenantry.cli.tenants import AsJson

if TYPE_CHECKING:
    from tenantry.operations.places import Place
    from tenantry.operations.token_clients import Endpoint
    from tenantry.operations.trail.trail import Act

clients = typer.Typer(help="Keep the programs that may ask for a tenant's tokens.", no_args_is_help=True)

Client = Annotated[str, typer.Argument(metavar="CLIENT", help="Its name, which is its client_id.")]


@clients.command("list")
def list_clients(
    slug: Slug,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Show clients, their scopes, and when each last got a token; never a secret."""
    from tenantry.operations.aws import refusals_reported

    place = chosen(stack, region, port, slug)
    with refusals_reported(place.region):
        found = _endpoint(place, slug).listed()
    if as_json:
        print_json({"tenant": slug, "clients": [each._asdict() for each in found]})
        return
    stdout().print(table(found))


@clients.command("add")
def add(
    slug: Slug,
    client: Client,
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", help="A scope; repeatable; default: all of the tenant's."),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", min=1, max=MOST_DAYS, help="How long it lasts; default: for good."),
    ] = None,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Add a client, and print its secret, alone on stdout and this once."""
    place = chosen(stack, region, port, slug)
    with _changing(place, slug, "add", client=client, days=days) as (own, act):
        wanted = act.outcome["scopes"] = list(scope or own.scopes)
        secret = own.add(client, wanted, days)
    if as_json:
        print_json({"tenant": slug, "client": client, "secret": secret, "scopes": wanted})
        return
    typer.echo(secret)
    _say(f"✓ added {client} to {slug}; its secret is kept here as a digest alone, and never shown again")


@clients.command("roll")
def roll(
    slug: Slug,
    client: Client,
    grace: Annotated[
        int,
        typer.Option(
            "--grace", min=0, max=MOST_GRACE_HOURS, help="Hours for which the current secret still works."
        ),
    ] = GRACE_HOURS,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Give a client a new secret, and print it, alone on stdout and this once."""
    place = chosen(stack, region, port, slug)
    with _changing(place, slug, "roll", client=client, grace_hours=grace) as (own, _):
        secret, until = own.roll(client, grace)
    if as_json:
        print_json({"tenant": slug, "client": client, "secret": secret, "earlier_until": until})
        return
    typer.echo(secret)
    before = f"works until {until}" if until else "works no more"
    _say(f"✓ rolled {client} of {slug}; the secret before {before}")


@clients.command("end")
def end(
    slug: Slug,
    client: Client,
    days: Annotated[
        int | None,
        typer.Option("--days", min=0, max=MOST_DAYS, help="How long it lasts from now; default: for good."),
    ] = None,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Set when a client ends: from then on it gets no tokens, until another end is set."""
    place = chosen(stack, region, port, slug)
    with _changing(place, slug, "end", client=client, days=days) as (own, _):
        ends = own.end(client, days)
    if as_json:
        print_json({"tenant": slug, "client": client, "ends_at": ends})
        return
    said = f"ends at {_to_the_second(ends)}" if ends else "does not end"
    stdout().print(f"✓ {client} of {slug} {said}", soft_wrap=True)


@clients.command("remove")
def remove(
    slug: Slug,
    client: Client,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
) -> None:
    """Remove a client: it gets no more tokens; those that it has are good until they end."""
    place = chosen(stack, region, port, slug)
    with _changing(place, slug, "remove", client=client) as (own, _):
        own.remove(client)
    if as_json:
        print_json({"tenant": slug, "client": client, "removed": True})
        return
    stdout().print(f"✓ removed {client} from {slug}", soft_wrap=True)


def table(found: Iterable[Known]) -> Table:
    table = Table("client", "scopes", "since", "last token", "ends")
    for each in found:
        ends = _in_words(each.ends_at) if each.ends_at else "never"
        ends += f"\nearlier secret: {_in_words(each.earlier_until)}" if each.earlier_until else ""
        used = _in_words(each.used_at) if each.used_at else "none"
        scopes = "\n".join(map(harmless, each.scopes))
        table.add_row(harmless(each.id), scopes, _in_words(each.created_at), used, ends)
    return table


@contextmanager
def _changing(place: "Place", slug: str, act: str, **facts: object) -> "Iterator[tuple[Endpoint, Act]]":
    """Recorded before it begins."""
    from tenantry.operations.aws import refusals_reported

    with place.trail().act(f"clients {act}", slug, **facts) as recorded, refusals_reported(place.region):
        yield _endpoint(place, slug), recorded


def _endpoint(place: "Place", slug: str) -> "Endpoint":
    from tenantry.operations.token_clients import endpoint

    return endpoint(place, slug)


def _say(what: str) -> None:
    """On stderr: the secret has stdout to itself."""
    stderr().print(what, soft_wrap=True)


def _to_the_second(moment: str) -> str:
    return f"{moment[:19]}Z"


def _in_words(moment: str) -> str:
    """In a table, which breaks lines between words: the date, and the time to the second."""
    return _to_the_second(moment).replace("T", " ")
