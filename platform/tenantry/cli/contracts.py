"""`openapi`: the API's contract, for clients and their tools."""

import json
import sys
from typing import Annotated

import typer

from tenantry.cli.tenants import TENANTS, AsJson, Folder
from tenantry.errors import WrongInput

Of = Annotated[str | None, typer.Argument(metavar="[TENANT]", help="One tenant's routes; all, if left out.")]


def openapi(slug: Of = None, as_json: AsJson = False, tenants: Folder = TENANTS) -> None:
    """Print the contract as an OpenAPI document, in YAML."""
    import yaml

    from tenantry.config import load_platform
    from tenantry.gateway import contract, published

    document = contract.load()
    if slug is not None:
        platform = load_platform(tenants)
        found = next((each for each in platform.tenants if each.slug == slug), None)
        if found is None:
            raise WrongInput(f"there is no tenant {slug} in {tenants}; `tenantry validate` lists all")
        document = published.of_tenant(
            document, slug, found.routes, platform.cell(found.cell).addresses(found)
        )
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if not as_json:
        # From plain values: YAML would write a mapping that is used twice as an alias.
        text = yaml.safe_dump(json.loads(text), sort_keys=False, allow_unicode=True, width=100).rstrip()
    sys.stdout.write(text + "\n")
