"""A plan as a table, as JSON, and as the comment on a pull request."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rich.table import Column

from tenantry.cli.output import Table
from tenantry.planning.differences import Line
from tenantry.planning.effects import TenantPlan
from tenantry.planning.totals import SHARED, Total, dollars

COLOURS = {"untouched": "dim", "added": "green", "changed in place": "", "interrupted": "yellow"}


def shown(found: Total) -> dict[str, object]:
    return {
        "summary": found.summary,
        "needs_person": found.needs_person,
        "usd_a_month": round(found.usd, 2),
        "seconds": round(found.seconds),
        "calls": dict(sorted(found.calls.items())),
        "quotas": [asdict(line) for line in found.quotas],
        "tenants": [
            {
                "tenant": each.tenant or None,
                "effect": each.effect,
                "needs_person": each.needs_person,
                "lines": [asdict(line) for line in each.lines],
                "resources": {str(step): number for step, number in each.steps.items()},
                "calls": sum(each.calls.values()),
                "usd_a_month": round(each.usd, 2),
            }
            for each in found.tenants
        ],
    }


def printed(found: Total) -> Iterator[Table | str]:
    table = Table("tenant", "effect", "what", Column("a month", justify="right"))
    for each in found.tenants:
        lines = [_marked(line) for line in each.lines]
        steps = [f"  {_resources(each)}"] if each.steps else []
        style = COLOURS.get(each.effect, "red")
        table.add_row(
            each.tenant or SHARED, each.effect, "\n".join(lines + steps), dollars(each.usd), style=style
        )
    yield table
    yield from (_marked(line) for line in found.quotas)
    yield found.summary


def _marked(line: Line) -> str:
    return f"{'! ' if line.needs_person else '  '}{line.text}"


def markdown(found: Total, against: str) -> str:
    """A table that is read in seconds; the lines are folded below it, and so are the tenants that do not
    change.
    """
    rows = ["| tenant | effect | resources | a month |", "| --- | --- | --- | ---: |"]
    details: list[str] = []
    untouched = [each.tenant for each in found.tenants if not (each.steps or each.lines)]
    for each in found.tenants:
        if not (each.steps or each.lines):
            continue
        name, mark = each.tenant or SHARED, " ⚠" if each.needs_person else ""
        rows.append(f"| {name} | {each.effect}{mark} | {_resources(each)} | {dollars(each.usd)} |")
        details += _folded(name, each.lines)
    details += _folded("quotas", found.quotas)
    if untouched:
        details += ["<details>", f"<summary>untouched: {len(untouched)}</summary>", ""]
        details += [", ".join(untouched), "", "</details>", ""]
    table = rows if len(rows) > 2 else []
    return "\n".join([f"**{found.summary}**, against `{against}`", "", *table, "", *details])


def _folded(name: str, lines: Sequence[Line]) -> list[str]:
    if not lines:
        return []
    texts = [f"- {'**' + line.text + '**' if line.needs_person else line.text}" for line in lines]
    return ["<details>", f"<summary>{name}</summary>", "", *texts, "", "</details>", ""]


def _resources(each: TenantPlan) -> str:
    counted = ", ".join(f"{number} {step}" for step, number in sorted(each.steps.items()))
    return f"{counted} resources" if counted else ""
