"""`openapi` and `handover`: what a tenant's developers and their tools get."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tenantry.cli.output import print_json, stdout
from tenantry.cli.places import Port, Region, Slug, chosen
from tenantry.cli.tenants import TENANTS, AsJson, Folder, platform_for
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.config import Tenant
    from tenantry.gateway.contract import Document
    from tenantry.gateway.published import Address

Of = Annotated[
    str | None, typer.Argument(metavar="[TENANT]", help="Only this tenant's routes; default: all routes.")
]
Stack = Annotated[
    str | None,
    typer.Option(
        "--stack", help="With the address of this stack on AWS, which is read with your credentials."
    ),
]
Local = Annotated[bool, typer.Option("--local", help="With the tenant's address on the local platform.")]
To = Annotated[Path, typer.Option("--to", help="The folder; one from an earlier handover is written anew.")]


def openapi(
    slug: Of = None,
    local: Local = False,
    stack: Stack = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Print the contract as an OpenAPI document, in YAML."""
    import yaml

    from tenantry.gateway import contract

    placed = local or stack is not None or region is not None or port is not None
    if slug is None:
        if placed:
            raise WrongInput("an address belongs to one tenant; name the tenant too")
        document = contract.load()
    else:
        if local and stack is not None:
            raise WrongInput("--local names the local platform, --stack one on AWS; give one of them")
        _, document = _published(slug, tenants, (stack, region, port) if placed else None)
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if not as_json:
        # From plain values: YAML would write a mapping that is used twice as an alias.
        text = yaml.safe_dump(json.loads(text), sort_keys=False, allow_unicode=True, width=100).rstrip()
    sys.stdout.write(text + "\n")


def handover(
    slug: Slug,
    to: To,
    stack: Stack = None,
    region: Region = None,
    port: Port = None,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Write what a tenant's developers need into one folder: pages, contract, collection, clients."""
    from tenantry.handover import write

    tenant, document = _published(slug, tenants, (stack, region, port))
    done = write(to, tenant, document, datetime.now(UTC).date())
    if as_json:
        print_json(
            {"tenant": slug, "folder": to, "changes": list(done.changes), "missing": list(done.missing)}
        )
        return
    say = stdout()
    say.print(f"✓ {to / 'index.html'}: open it in a browser; it holds no key", soft_wrap=True)
    for change in done.changes:
        say.print(f"  changed since the last handover: {change}", soft_wrap=True)
    for missing in done.missing:
        say.print(f"  not in it: {missing}", soft_wrap=True)


def _published(
    slug: str, tenants: Path, where: tuple[str | None, str | None, int | None] | None
) -> "tuple[Tenant, Document]":
    """The tenant as its file has it, and its contract with the address that it has there."""
    from tenantry.config.domains import closed
    from tenantry.gateway import contract, published

    platform = platform_for(tenants, slug)
    found = next((each for each in platform.tenants if each.slug == slug), None)
    if found is None:
        raise WrongInput(f"there is no tenant {slug} in {tenants}; `tenantry validate` lists all")
    if where is not None:
        return found, published.of_tenant(contract.load(), found, _address(found, *where))
    cell = platform.cell(found.cell)
    lasting = cell.addresses(found)
    return found, published.of_tenant(contract.load(), found, None, lasting, closed(cell.domain))


def _address(tenant: "Tenant", stack: str | None, region: str | None, port: int | None) -> "Address":
    from tenantry.config.verification import verification
    from tenantry.gateway.published import Address
    from tenantry.operations.running import survey

    place = chosen(stack, region, port, tenant.slug)
    issuer = verification(tenant, place.names.issuer(tenant.slug), [])["issuer"]
    return Address(survey(place).tenant(tenant.slug).url, issuer)
