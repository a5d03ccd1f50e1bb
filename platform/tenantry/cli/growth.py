"""`place` and `simulate`: where a new tenant goes, and which quotas many more of them would meet."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tenantry.cli.output import Table, print_json, stdout
from tenantry.cli.places import Slug, require_slug
from tenantry.cli.tenants import TENANTS, AsJson, Folder


def place(
    slug: Slug,
    residency: Annotated[
        str | None, typer.Option("--residency", help="Only cells that have this residency in platform.yaml.")
    ] = None,
    tenants: Folder = TENANTS,
    as_json: AsJson = False,
) -> None:
    """Choose a cell for a new tenant by what is left of its quotas; a tenant that has a cell keeps it."""
    from tenantry import paths
    from tenantry.config import granted, load_platform
    from tenantry.planning import placement

    require_slug(slug)
    found = placement.place(slug, load_platform(tenants), granted.load(paths.ROOT), residency)
    if as_json:
        rooms = [{**asdict(each), "left": round(each.left, 4)} for each in found.rooms]
        print_json({"tenant": slug, "cell": found.cell, "placed": found.placed, "rooms": rooms})
        return
    table = Table("cell", "scarcest", "used", "limit", "takes no tenant because")
    for room in found.rooms:
        figures = (f"{room.scarcest.used:,}", f"{room.scarcest.limit:,}")
        table.add_row(room.cell, room.scarcest.name, *figures, room.refused)
    stdout().print(table)
    said = "is in, and stays in," if found.placed else "goes into"
    stdout().print(f"{slug} {said} cell {found.cell}", soft_wrap=True)
    if not found.placed:
        stdout().print(f"  next: `tenantry new {slug} --cell {found.cell} --tier ...`", soft_wrap=True)


def simulate(
    number: Annotated[int, typer.Option("--tenants", min=1, help="How many tenants there are to be.")],
    growth: Annotated[
        float, typer.Option("--growth", min=0, help="How many tenants are added each month.")
    ] = 0.0,
    accounts: Annotated[
        int,
        typer.Option("--accounts", min=1, help="How many pairs of account and Region they are spread over."),
    ] = 1,
    folder: Annotated[Path, typer.Option("--in", help="The folder of tiers.yaml and the cells.")] = TENANTS,
    as_json: AsJson = False,
) -> None:
    """Show which of AWS's quotas so many tenants would meet, and how long a change of a tier takes."""
    from tenantry import paths
    from tenantry.config import granted, load_platform
    from tenantry.planning.growth import outlook
    from tenantry.planning.totals import duration

    known = granted.load(paths.ROOT)
    found = outlook(load_platform(folder), granted.least(known.values()), number, growth, accounts)
    if as_json:
        print_json(asdict(found))
        return
    table = Table("quota", "tenants that fit", "months from now", "AWS raises it")
    for wall in found.walls:
        months = "–" if wall.months is None else str(wall.months)  # noqa: RUF001 - a dash, as in other tables
        table.add_row(wall.name, f"{wall.tenants:,}", months, "no" if wall.hard else "on request")
    stdout().print(table)
    stdout().print(f"{found.tenants:,} tenants need {found.cells:,} cells of AWS's default size")
    for tier, length in found.tier_seconds.items():
        stdout().print(f"a change of {tier}'s limits takes at least {duration(length)}", soft_wrap=True)
