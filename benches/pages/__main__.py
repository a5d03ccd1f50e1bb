"""`python -m benches.pages`: exit 0 if every page of every collection cost the same, 1 if not."""

import os
import sys
import tempfile
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benches.pages.run import LIMIT, run

SIZES = [1_000, 10_000, 100_000]


def main(
    size: Annotated[list[int] | None, typer.Option(help="Items of a collection; repeat it.")] = None,
) -> None:
    """Read collections of growing size page by page, and count what a page costs."""
    told = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="tenantry-pages-") as home:
        os.environ["TENANTRY_STATE"] = home  # a platform that the developer has running is not touched
        with told.status("starting") as status:
            result = run(size or SIZES, status.update)
    table = Table("items", "pages", "each once, in order", "Queries", "Scans", "capacity of a full page")
    for walk in result.walks:
        costs = ", ".join(f"{cost:g}" for cost in walk.capacities)
        complete = "yes" if walk.complete else "no"
        table.add_row(
            f"{walk.size:,}", f"{walk.pages:,}", complete, f"{len(walk.queries):,}", f"{walk.scans}", costs
        )
    out = Console(highlight=False)
    out.print(table)
    mark = "[green]✓[/]" if result.holds else "[red]✗[/]"
    out.print(f"{mark} a page of {LIMIT} is one Query of the same cost, whatever the collection holds")
    sys.exit(0 if result.holds else 1)


if __name__ == "__main__":
    typer.run(main)
