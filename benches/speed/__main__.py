"""`python -m benches.speed`: exit 0 if every goal holds or its page says why not, 1 otherwise."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benches.speed import machine, report
from benches.speed.goals import Measured
from benches.speed.timing import OnStep

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


class Section(StrEnum):
    """A module of this folder each, in the goals' order; it offers `measure(on_step) -> list[Measured]`."""

    COLD = "cold"
    WARM = "warm"
    AUTHORIZER = "authorizer"
    PROGRAM = "program"
    UP = "up"
    SIZES = "sizes"
    DATA = "data"


def main(
    only: Annotated[list[Section] | None, typer.Option(help="Measure this alone; repeat it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result for programs.")] = False,
) -> None:
    """Measure every goal against its peers; with all sections, write docs/performance.md."""
    told = Console(stderr=True)
    with told.status("starting") as status:
        results = measured(only or list(Section), lambda step: status.update(step))
    if as_json:
        print(json.dumps(report.as_json(results), indent=2))
    else:
        Console(highlight=False).print(report.table(results))
    if not only:
        PAGE.write_text(report.page(results, machine.described(), datetime.now(UTC).date().isoformat()))
    sys.exit(0 if all(each.accepted for each in results) else 1)


def measured(sections: Sequence[Section], on_step: OnStep) -> list[Measured]:
    found: list[Measured] = []
    for section in sections:
        module = import_module(f"benches.speed.{section}")  # each brings its own peers
        found += module.measure(lambda step, section=section: on_step(f"{section}: {step}"))
    return found


if __name__ == "__main__":
    typer.run(main)
