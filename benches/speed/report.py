"""Show what was measured: a table for the terminal, JSON for programs, a page for docs/performance.md."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from benches.speed.goals import GOALS, Measured

BAR = 30  # characters up to the bound
LONGEST = 45

METHOD = """\
Each goal is a ratio to a named peer, both run by turns in one run of `make bench`: a busy or a slow machine
slows both. Figures are medians. CPU is user and system time of the process and of those it waited for; wall
time is used for `tenantry up` only, where waiting counts. Peers are installed at pinned versions by
`make peers`, and do the same work on the same data.
"""


def table(results: Sequence[Measured]) -> Table:
    shown = Table("goal", "", "found", "bound", "against")
    for each in results:
        mark = "[green]✓[/]" if each.holds else "[yellow]✗ see note[/]" if each.note else "[red]✗[/]"
        shown.add_row(
            str(each.goal), each.name, f"{_found(each)} {mark}", _amount(each.bound, each.unit), each.against
        )
    return shown


def as_json(results: Sequence[Measured]) -> list[dict[str, Any]]:
    return [asdict(each) | {"holds": each.holds} for each in results]


def page(results: Sequence[Measured], machine: Mapping[str, str], day: str) -> str:
    """The whole page, in Markdown."""
    parts = [
        "# Performance",
        "Written by `make bench`; run it to compare on your machine, and do not edit this page.",
        "## Machine and method",
        "\n".join([*(f"- {name}: {value}" for name, value in machine.items()), f"- Day: {day}"]),
        METHOD.strip(),
        "## Goals",
        "\n".join(f"{number}. {text}" for number, text in GOALS.items()),
        "\n".join(_summary(results)),
        "Found as a share of the bound; `|` is the bound.",
        "\n".join(["```text", *_bars(results), "```"]),
        *(_section(number, [each for each in results if each.goal == number]) for number in GOALS),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(results: Sequence[Measured]) -> list[str]:
    rows = ["| goal | what | found | bound | |", "| --- | --- | --- | --- | --- |"]
    for each in results:
        mark = "✓" if each.holds else "✗"
        rows.append(
            f"| {each.goal} | {each.name} | {_found(each)} | {_amount(each.bound, each.unit)} | {mark} |"
        )
    return rows


def _bars(results: Sequence[Measured]) -> list[str]:
    width = max((len(each.name) for each in results), default=0)
    lines = []
    for each in results:
        share = each.ratio / each.bound if each.bound else float(bool(each.ratio)) * 2
        bar = list(("#" * min(LONGEST, round(share * BAR))).ljust(BAR + 1))
        bar[BAR] = "|"
        lines.append(f"{each.name:<{width}} {''.join(bar)}".rstrip())
    return lines


def _section(number: int, results: Sequence[Measured]) -> str:
    if not results:
        return ""
    parts = [f"## Goal {number}"]
    for each in results:
        verdict = "holds" if each.holds else "does not hold"
        bound = _amount(each.bound, each.unit)
        parts.append(f"**{each.name}**: {_found(each)} of {each.against}, bound {bound}: {verdict}.")
        if each.figures:
            rows = [f"| {name} | {_rounded(value)} |" for name, value in each.figures.items()]
            parts.append("\n".join(["| figure | value |", "| --- | ---: |", *rows]))
        parts += [text for text in (each.note, each.remark) if text]
    return "\n\n".join(parts)


def _found(each: Measured) -> str:
    return _amount(each.ratio, each.unit)


def _amount(value: float, unit: str) -> str:
    return _rounded(value) if unit == "x" else f"{_rounded(value)} {unit}"


def _rounded(value: float) -> str:
    """Three digits that mean something."""
    if value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.01 else f"{value:.4f}".rstrip("0")
