"""`guardrails`: check what the program registers by the policy pack's rules, without an engine."""

from typing import TYPE_CHECKING

import typer

from tenantry.cli.output import FAILED, complain, marked, print_json, stdout, summed, working
from tenantry.cli.tenants import TENANTS, AsJson, Everything, Folder
from tenantry.errors import WrongInput

if TYPE_CHECKING:
    from tenantry.config import Cell


def guardrails(everything: Everything = False, as_json: AsJson = False, tenants: Folder = TENANTS) -> None:
    """Check every cell of the files by the policy pack's rules, without an account or an engine.

    The engine checks them again at each preview and update, with what only it knows.
    """
    from tenantry.config import load_platform
    from tenantry.guardrails.rules import RULES

    cells = [cell for cell in load_platform(tenants).cells if cell.tenants]
    if not cells:
        raise WrongInput(f"{tenants} has no tenant to check; `tenantry new` makes one")
    with working("checking the rules"):
        found = {cell.name: _violations(cell) for cell in cells}
    if as_json:
        print_json({"rules": len(RULES), "cells": found})
    else:
        for name, violations in found.items():
            said = f"{len(violations) or 'none'} broken of {len(RULES)} rules in cell {name}"
            stdout().print(marked(said, good=not violations))
    broken = [
        (each["rule"], f"{name}: {each['rule']}: {each['fault']}")
        for name, violations in found.items()
        for each in violations
    ]
    for line in summed(broken, everything):
        complain(line)
    if any(found.values()):
        raise typer.Exit(FAILED)


def _violations(cell: "Cell") -> list[dict[str, str]]:
    from tenantry.guardrails.resources import Resource, Stack
    from tenantry.guardrails.rules import RULES
    from tenantry.isolation.cells import registered

    stack = Stack(
        tuple(
            Resource(each.type, each.name, each.urn, each.inputs, each.parent, each.sources)
            for each in registered(cell).resources
        )
    )
    return [{"rule": rule.name, "fault": str(violation)} for rule in RULES for violation in rule.check(stack)]
