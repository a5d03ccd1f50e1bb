"""`groups`: the route groups that are installed, and a folder for a new one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from tenantry.cli.output import Table, marked, print_json, stdout
from tenantry.cli.tenants import TENANTS, AsJson, Folder
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.gateway.contract import Route
    from tenantry.groups import Installed

groups = typer.Typer(help="List the route groups, or start one of your own.", no_args_is_help=True)


@groups.command("list")
def list_groups(as_json: AsJson = False) -> None:
    """Show each group with its routes, and what its functions may do."""
    from tenantry.gateway import contract
    from tenantry.groups import current

    installed = current().installed
    routes = contract.installed_routes()
    if as_json:
        print_json([_as_json(each, routes) for each in installed])
        return
    table = Table("group", "routes and scopes", "functions", "keeps", show_lines=True)
    for each in installed:
        shown = _as_json(each, routes)
        table.add_row(
            Text(each.name, "bold"),
            Text("\n").join(
                Text.assemble(row["route"], "  ", (row["scope"] or "API key alone", "dim"))
                for row in shown["routes"]
            ),
            "\n".join(shown["functions"]),
            "\n".join(shown["records"]),
        )
    stdout().print(table)


@groups.command("new")
def new_group(
    name: Annotated[str, typer.Argument(help="2 to 10 of a-z and 0-9, a letter first.")],
    into: Annotated[
        Path | None,
        typer.Option("--in", metavar="FOLDER", help="One of the folders that tenantry:groups lists."),
    ] = None,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Write a folder that works at once: contract part, declaration, handler, test."""
    from tenantry import paths
    from tenantry.config import schema
    from tenantry.groups import current, forget
    from tenantry.groups.folders import folders
    from tenantry.groups.scaffold import new

    root = paths.GROUPS if into is None else into.resolve()
    if root not in folders():
        raise WrongInput(f"{root} is not a folder of groups; list it in tenantry:groups of Pulumi.yaml first")
    written = new(name, root, current())
    forget()
    schema.write(tenants)
    if as_json:
        print_json({"group": name, "files": [*map(_relative, written), tenants / schema.TENANT_SCHEMA]})
        return
    for path in written:
        stdout().print(marked(str(_relative(path))), soft_wrap=True)
    stdout().print(marked(f"{tenants / schema.TENANT_SCHEMA}, which editors complete from"), soft_wrap=True)
    stdout().print(f"  next: list {name} in a tenant's routes, then `tenantry up --watch`", soft_wrap=True)


def _as_json(installed: "Installed", routes: "tuple[Route, ...]") -> dict[str, Any]:
    from tenantry.groups.installed import members

    group = installed.group
    return {
        "name": group.name,
        "folder": str(installed.folder),
        "tenants": group.tenants,
        "routes": [
            {"route": str(route), "scope": route.scope} for route in routes if route.group == group.name
        ],
        "functions": [member.name for member in members(group)],
        "records": [record.kind for record in group.records],
        "queues": [queue.name for queue in group.queues],
        "secrets": [secret.name for secret in group.secrets],
    }


def _relative(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
