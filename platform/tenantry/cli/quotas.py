"""`quotas`: the quotas that AWS has granted a stack's account, which `validate` counts against."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from tenantry.cli.output import Table, marked, print_json, stdout
from tenantry.cli.places import Region
from tenantry.cli.tenants import AsJson
from tenantry.errors import WrongInput


def quotas(
    stack: Annotated[str, typer.Option("--stack", help="The stack whose account and Region are queried.")],
    region: Region = None,
    as_json: AsJson = False,
) -> None:
    """Write the account's actual quotas into a file, which `validate` counts against."""
    from tenantry import paths
    from tenantry.config.granted import Account, file_of, written
    from tenantry.operations import places, stacks
    from tenantry.operations.granted import GLOBAL, granted

    found = stacks.find(stack, region)
    if found.cell is None:
        raise WrongInput(
            f"Pulumi.{stack}.yaml has no tenantry:cell; set it to the cell whose quotas are counted"
        )
    abroad = stacks.find(stack, GLOBAL["iam"])
    here, there = (places.on_aws(each).client("service-quotas") for each in (found, abroad))
    known = granted(here, there, datetime.now(UTC).date())
    account = Account(cell=found.cell, region=found.region, granted=known)
    file = file_of(paths.ROOT, stack)
    file.write_text(written(account), encoding="utf-8")
    if as_json:
        print_json(account.model_dump(mode="json"))
        return
    table = Table("quota", "granted")
    for name, value in known.model_dump(exclude={"taken"}).items():
        table.add_row(name.replace("_", " "), f"{value:,}")
    stdout().print(table)
    stdout().print(marked(f"wrote {file.name}: `tenantry validate` counts cell {found.cell} against it"))
