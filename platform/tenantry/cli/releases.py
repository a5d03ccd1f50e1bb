"""`releases`: which releases are kept, since when, and which tenants run them."""

from typing import Any

from rich.table import Table

from tenantry.cli.output import print_json, stdout
from tenantry.cli.places import Port, StackOption
from tenantry.cli.tenants import AsJson
from tenantry.errors import WrongInput


def releases(stack: StackOption = None, port: Port = None, as_json: AsJson = False) -> None:
    """List the releases that are kept, newest first, and the tenants that run them."""
    listed = _listed(stack, port)
    if as_json:
        print_json(listed)
        return
    table = Table("release", "since", "tenants", box=None)
    for each in listed:
        table.add_row(each["id"], each["since"], ", ".join(each["tenants"]) or "none")
    stdout().print(table)


def _listed(stack: str | None, port: int | None) -> list[dict[str, Any]]:
    from tenantry import paths
    from tenantry.local import state
    from tenantry.operations import kept_releases, stacks

    if stack is None:
        last = state.find(port).last
    elif port is not None:
        raise WrongInput("--port names a local platform, --stack one on AWS; give one of them")
    else:
        last = kept_releases.of_stack(stacks.find(stack).names, paths.ROOT)
    return [
        {
            "id": each.id,
            "since": each.since,
            "tenants": sorted(slug for slug, release in last.runs.items() if release == each.id),
        }
        for each in reversed(last.releases)
    ]
