"""`keys`: rotate a tenant's API keys and signing keys in its file, and give API keys their values."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tenantry.cli.output import Table, print_json, stdout
from tenantry.cli.piped import piped
from tenantry.cli.places import Port, Region, Slug
from tenantry.cli.tenants import TENANTS, AsJson, Folder, platform_for, warn_of_others

if TYPE_CHECKING:
    from tenantry.config.rotation import Rotation

keys = typer.Typer(help="List, add or retire a tenant's keys, or give one its value.", no_args_is_help=True)

KeyKind = Literal["api", "signing"]
WhichKind = Annotated[KeyKind, typer.Option("--kind", help="API keys, or managed signing keys.")]

VALUES = "`pulumi stack output tenants --show-secrets`"
VERDICTS = "plus at most 60 seconds for cached verdicts"


@keys.command("list")
def list_keys(
    slug: Slug,
    kind: Annotated[
        KeyKind | None, typer.Option("--kind", help="Only keys of this kind; default: both.")
    ] = None,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Show the names of a tenant's keys, and which one signs."""
    from tenantry.config import rotation

    tenant = platform_for(tenants, slug).tenant(slug)
    rows = []
    for each in rotation.KINDS if kind is None else (kind,):
        names = rotation.keys(tenant, each)
        rows += [
            {"name": name, "kind": each, "signs": each == "signing" and name == names[-1]} for name in names
        ]
    if as_json:
        print_json({"tenant": slug, "keys": rows})
        return
    table = Table("name", "kind", "signs new tokens")
    for row in rows:
        table.add_row(str(row["name"]), str(row["kind"]), "yes" if row["signs"] else "")
    stdout().print(table)
    if tenant.auth.managed is None and kind != "api":
        stdout().print(f"{slug} is in {tenant.auth.mode} mode: its tokens are signed elsewhere")


@keys.command("add")
def add_key(
    slug: Slug,
    name: Annotated[str | None, typer.Argument(help="The key's name; default: the year and month.")] = None,
    kind: WhichKind = "api",
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Add a key to the tenant's file, after the others."""
    from tenantry.config import rotation

    done = rotation.add(tenants, slug, kind, name, datetime.now(UTC).date())
    if _told(done, "added", as_json):
        return
    olds = ", ".join(done.names[:-1])
    retiring = f"`tenantry keys retire {slug} {done.names[0]}{_kind_option(done)}`, and deploy again"
    if kind == "api":
        _next(f"deploy, hand the new value out ({VALUES}), move the clients; {olds} keeps working meanwhile")
        _next(f"then {retiring}")
    else:
        _next(f"deploy; new tokens are then signed by {done.name}, the last name listed")
        _next(f"tokens signed by {olds} are still accepted; when the last of them has expired, {retiring}")


@keys.command("retire")
def retire_key(
    slug: Slug,
    name: Annotated[str, typer.Argument(help="The key's name.")],
    kind: WhichKind = "api",
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack", help="Ask this stack on AWS how the key is used; default: the local platform."
        ),
    ] = None,
    region: Region = None,
    port: Port = None,
    yes: Annotated[bool, typer.Option("--yes", help="Retire the key even if it is in use.")] = False,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """List a key as retired, so that the deployment deletes it.

    Shows when it was last used; a key that was used within a week is retired only with --yes.
    """
    from tenantry.cli.key_use import require_unused
    from tenantry.config import rotation

    if rotation.can_retire(platform_for(tenants, slug).tenant(slug), kind, name):
        require_unused(slug, kind, name, tenants, (stack, region, port), yes)
    done = rotation.retire(tenants, slug, kind, name)
    if _told(done, "retired", as_json):
        return
    if kind == "api":
        _next(f"deploy; from then on {name} opens nothing, and {', '.join(done.names)} keeps working")
    else:
        _next(f"deploy; from then on tokens signed by {name} are refused, {VERDICTS}")
        _next(f"new tokens are signed by {done.names[-1]}, the last name listed")


@keys.command("set")
def set_value(
    slug: Slug,
    name: Annotated[str, typer.Argument(help="The key's name, as the tenant's file lists it.")],
    stack: Annotated[
        str | None,
        typer.Option(
            "--stack", help="Write it into this stack's file, encrypted; default: the local platform."
        ),
    ] = None,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Give an API key its value, which is read from stdin, or without echo from a terminal."""
    from tenantry.config import key_values
    from tenantry.local import key_values as local
    from tenantry.operations.trail import kept

    tenant = platform_for(tenants, slug).tenant(slug)
    key_values.require_listed(tenant, name)
    value = key_values.checked(piped(f"API key {name} of {slug}", key_values.MAX_BYTES))
    if stack is None:
        with kept.of_cell(tenant.cell).act("keys set", slug, name=name):
            local.give((slug, name), value)
        where, then = "on this machine", "`tenantry update`, or the next `tenantry up`, applies it"
    else:
        from tenantry import paths
        from tenantry.operations.engine import Engine
        from tenantry.operations.stacks import of_tenant

        own = of_tenant(stack, slug)
        with kept.of_stack(stack, lambda: None).act("keys set", slug, name=name):  # AWS is not asked
            Engine(own, paths.ROOT).set_secret(key_values.setting((slug, name)), value)
        where, then = f"in Pulumi.{own}.yaml, encrypted", "commit that file, and deploy"
    if as_json:
        print_json({"tenant": slug, "key": name, "stack": stack})
        return
    stdout().print(f"✓ set API key {name} of {slug} {where}", soft_wrap=True)
    _next(f"{then}; from then on the previous value opens nothing")


def _told(done: "Rotation", what: str, as_json: bool) -> bool:
    """Whether that is all: a program needs no word on what comes next."""
    warn_of_others(done.beside)
    if as_json:
        print_json(
            {"tenant": done.tenant, "kind": done.kind, what: done.name, "keys": done.names, "file": done.file}
        )
        return True
    listed = ", ".join(done.names)
    stdout().print(f"✓ {what} {done.kind} key {done.name}: {done.file} lists {listed}", soft_wrap=True)
    return False


def _next(what: str) -> None:
    stdout().print(f"  next: {what}", soft_wrap=True)


def _kind_option(done: "Rotation") -> str:
    return "" if done.kind == "api" else f" --kind {done.kind}"
