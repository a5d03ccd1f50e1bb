"""`secrets`: list, set and show the named values that a tenant's functions read; a value is never an
argument.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenantry.cli.output import Table, print_json, stderr, stdout
from tenantry.cli.piped import piped
from tenantry.cli.places import Port, Region, Slug, StackOption, chosen
from tenantry.cli.tenants import TENANTS, AsJson, Folder, platform_for
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.operations.named_values import TenantSecrets
    from tenantry.operations.trail.trail import Trail

secrets = typer.Typer(help="List, set or show the named values of a tenant.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The value's name, as `secrets list` shows it.")]
Receiver = Annotated[
    str,
    typer.Option(
        "--receiver", metavar="NAME", help="The secret of this receiver of webhooks, which the file lists."
    ),
]


@secrets.command("list")
def list_values(
    slug: Slug,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Show which values can be set, who reads them and when they last changed; never a value itself."""
    listed = _of(slug, stack, region, port, tenants)[0].listed()
    rows = [
        {
            "name": each.value.name,
            "receiver": each.value.receiver or None,
            "secret": each.secret,
            "readers": list(each.value.readers),
            "changed": each.changed and each.changed.astimezone(UTC).isoformat(timespec="seconds"),
            "scheduled_for_deletion": each.leaving,
            "picked_up_seconds": each.value.picked_up_seconds,
        }
        for each in listed
    ]
    if as_json:
        print_json({"tenant": slug, "values": rows})
        return
    table = Table("name", "read by", "last changed", "picked up within")
    for each, row in zip(listed, rows, strict=True):
        changed = str(row["changed"] or f"none: {each.value.origin}")
        changed += ", scheduled for deletion" if each.leaving else ""
        whose = f"{each.value.name} of {each.value.receiver}" if each.value.receiver else each.value.name
        table.add_row(whose, ", ".join(each.value.readers), changed, f"{each.value.picked_up_seconds} s")
    stdout().print(table)


@secrets.command("set")
def set_value(
    slug: Slug,
    name: Name,
    receiver: Receiver = "",
    generate: Annotated[
        bool, typer.Option("--generate", help="Make a random value, instead of reading it from stdin.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="With --generate: print the value, alone on stdout.")
    ] = False,
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Set a value, which is read from stdin, or without echo from a terminal."""
    from tenantry.rules.named_values import MAX_BYTES, named

    value = named(name, receiver)
    if show and not generate:
        raise WrongInput(
            "--show prints the value that --generate made; give --generate too, or leave --show out"
        )
    new = value.generate() if generate else value.checked(piped(name, MAX_BYTES))
    own, trail = _of(slug, stack, region, port, tenants)
    with trail().act("secrets set", slug, name=name, receiver=receiver or None, generated=generate) as act:
        changed = act.outcome["changed"] = own.set(value, new, lambda: datetime.now(UTC))
    out = stderr() if show else stdout()  # where the value is printed, nothing else is
    if as_json:
        said = {"tenant": slug, "name": name, "receiver": receiver or None, "changed": changed}
        print_json({**said, "value": new} if show else said)
        return
    if show:
        typer.echo(new)
    readers = ", ".join(value.readers)
    if not changed:
        out.print(f"✓ {name} of {slug} has that value already", soft_wrap=True)
        return
    out.print(f"✓ set {name} of {slug}", soft_wrap=True)
    out.print(f"  picked up by {readers} within {value.picked_up_seconds} s; {value.after}", soft_wrap=True)


@secrets.command("show")
def show_value(
    slug: Slug,
    name: Name,
    receiver: Receiver = "",
    stack: StackOption = None,
    region: Region = None,
    port: Port = None,
    tenants: Folder = TENANTS,
) -> None:
    """Print a value, alone on stdout, for whoever else has to know it."""
    from tenantry.rules.named_values import named

    value = named(name, receiver)
    typer.echo(_of(slug, stack, region, port, tenants)[0].value(value))


def _of(
    slug: str, stack: str | None, region: str | None, port: int | None, folder: Path
) -> "tuple[TenantSecrets, Callable[[], Trail]]":
    """The secrets, and where changes of them are recorded."""
    from tenantry.operations.named_values import TenantSecrets

    place = chosen(stack, region, port, slug)
    if stack is not None:
        platform_for(folder, slug).tenant(slug)  # a secret set for a mistyped slug would be nobody's
    return TenantSecrets(place.client("secretsmanager"), place.names, slug), place.trail
