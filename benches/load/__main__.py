"""`python -m benches.load`: exit 0 if the quiet tenants were served as if alone, 1 if not."""

import json
import os
import sys
import tempfile
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benches.load.driver import Observed
from benches.load.run import BOUND, NOISY_RATE, QUIET_RATE, Result, percentile, run


def main(
    rounds: Annotated[int, typer.Option(min=1, help="How many rounds of two spells.")] = 5,
    seconds: Annotated[float, typer.Option(min=1.0, help="How long a spell is.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="The result for programs.")] = False,
) -> None:
    """Drive quiet tenants with and without a noisy one, and compare what they met."""
    told = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="tenantry-load-") as home:
        os.environ["TENANTRY_STATE"] = home  # a platform that the developer has running is not touched
        with told.status("starting") as status:
            result = run(rounds, seconds, status.update)
    if as_json:
        print(json.dumps(result.as_json(), indent=2))
    else:
        _show(result, Console(highlight=False))
    sys.exit(0 if result.holds else 1)


def _show(result: Result, out: Console) -> None:
    table = Table("tenant", "", "requests", "errors", "p50 ms", "p95 ms", "p99 ms", "p99 ratio")
    for each in result.comparisons:
        table.add_row(each.tenant, "alone", *_row(each.alone), "")
        mark = "[green]✓[/]" if each.holds else "[red]✗[/]"
        table.add_row("", "beside the noisy one", *_row(each.beside), f"{each.ratio:.2f} {mark}")
    out.print(table)
    out.print(
        f"Each quiet tenant sent {QUIET_RATE:g} requests a second; the noisy one {NOISY_RATE:g}, "
        f"of which {result.refused:.0%} were refused. Bound: no error, ratio at most {BOUND:g}."
    )


def _row(observed: Observed) -> list[str]:
    times = (f"{percentile(observed, n) * 1000:.0f}" for n in (50, 95, 99))
    return [f"{observed.statuses.total():,}", str(observed.errors), *times]


if __name__ == "__main__":
    typer.run(main)
