"""`plan`: what a change does, tenant by tenant, before anything is deployed."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from tenantry.cli.output import print_json, stderr, stdout
from tenantry.cli.tenants import TENANTS, AsJson, Folder
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.planning.effects import TenantPlan

NEEDS_PERSON = 3
SHARED = "shared by all"
COLOURS = {"untouched": "dim", "added": "green", "changed in place": "", "interrupted": "yellow"}


def plan(
    against: Annotated[
        str, typer.Option("--against", help="The revision that is deployed, as git names it.")
    ] = "HEAD",
    markdown: Annotated[bool, typer.Option("--markdown", help="For a comment on a pull request.")] = False,
    as_json: AsJson = False,
    tenants: Folder = TENANTS,
) -> None:
    """Say what the files and the code of today change for each tenant; exit 3 if a person should look."""
    from tenantry.planning.declared import declared
    from tenantry.planning.effects import plans
    from tenantry.planning.releases import declared_at

    if markdown and as_json:
        raise WrongInput("--markdown is for people, --json for programs; give one of them")
    with stderr().status("comparing"):
        before = declared_at(against, tenants)
        found = plans(before, declared(tenants))
    if as_json:
        print_json(
            {"against": against, "summary": summary(found), "tenants": [_shown(each) for each in found]}
        )
    elif markdown:
        typer.echo(_markdown(found, against))
    else:
        stdout().print(_table(found))
        stdout().print(summary(found))
    if any(each.needs_person for each in found):
        raise typer.Exit(NEEDS_PERSON)


def summary(found: "list[TenantPlan]") -> str:
    tenants = [each for each in found if each.tenant]
    touched = [each for each in tenants if each.effect != "untouched"]
    cost = _usd(sum(each.usd for each in tenants))
    needing = [each.tenant or SHARED for each in found if each.needs_person]
    asked = f"; a person should look at {', '.join(needing)}" if needing else ""
    return f"touches {len(touched)} of {len(tenants)} tenants; {cost} a month{asked}"


def _shown(each: "TenantPlan") -> dict[str, object]:
    return {
        "tenant": each.tenant or None,
        "effect": each.effect,
        "needs_person": each.needs_person,
        "lines": [asdict(line) for line in each.lines],
        "resources": {str(step): number for step, number in each.steps.items()},
        "usd_a_month": round(each.usd, 2),
    }


def _table(found: "list[TenantPlan]") -> Table:
    table = Table("tenant", "effect", Column("what", overflow="fold"), Column("a month", justify="right"))
    for each in found:
        lines = [f"{'! ' if line.needs_person else '  '}{line.text}" for line in each.lines]
        style = COLOURS.get(each.effect, "red")
        table.add_row(
            each.tenant or SHARED, each.effect, "\n".join([*lines, _steps(each)]), _usd(each.usd), style=style
        )
    return table


def _markdown(found: "list[TenantPlan]", against: str) -> str:
    """A table that is read in seconds; the lines are folded below it."""
    rows = ["| tenant | effect | resources | a month |", "| --- | --- | --- | ---: |"]
    details = []
    for each in found:
        name, mark = each.tenant or SHARED, " ⚠" if each.needs_person else ""
        rows.append(f"| {name} | {each.effect}{mark} | {_steps(each).strip()} | {_usd(each.usd)} |")
        if each.lines:
            lines = [
                f"- {'**' + line.text + '**' if line.needs_person else line.text}" for line in each.lines
            ]
            details += ["<details>", f"<summary>{name}</summary>", "", *lines, "", "</details>", ""]
    return "\n".join([f"**{summary(found)}**, against `{against}`", "", *rows, "", *details])


def _steps(each: "TenantPlan") -> str:
    counted = ", ".join(f"{number} {step}" for step, number in sorted(each.steps.items()))
    return f"  {counted} resources" if counted else ""


def _usd(amount: float) -> str:
    return f"{'-' if amount < -0.005 else '+'}${abs(amount):,.2f}"
