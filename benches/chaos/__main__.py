"""`python -m benches.chaos`: exit 0 if every claim held, 1 if one is broken."""

import json
import os
import sys
import tempfile
from typing import Annotated

import typer
from rich.console import Console

from benches.chaos.report import show
from benches.chaos.run import run


def main(
    writes: Annotated[int, typer.Option(min=12, help="How many writes, at least.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Decides faults and writes.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="The report for programs.")] = False,
) -> None:
    """Break the local platform while clients write, and hold what is stored against what they were told."""
    told = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="tenantry-chaos-") as home:
        os.environ["TENANTRY_STATE"] = home  # a platform that the developer has running is not touched
        with told.status("starting") as status:
            report = run(writes, seed, status.update)
    if as_json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        show(report, Console(highlight=False))
    sys.exit(0 if report.holds else 1)


if __name__ == "__main__":
    typer.run(main)
