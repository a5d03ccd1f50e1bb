"""Write the route table that functions read: a module of plain tuples, made from the contract."""

import sys
from collections.abc import Iterable
from types import ModuleType

from tenantry.gateway import contract
from tenantry.gateway.contract import Route

MODULE = "agreed.route_table"
FILE = "agreed/route_table.py"


def source(routes: Iterable[Route]) -> bytes:
    rows = [
        (each.method, each.resource, each.group, each.operation, each.scope, each.parameters)
        for each in routes
    ]
    lines = "".join(f"    {row!r},\n" for row in rows)
    return f'"""The routes of the contract that this was packed with."""\n\nROUTES = (\n{lines})\n'.encode()


def install() -> None:
    """Let functions that run in this process, from their sources, find the table."""
    module = ModuleType(MODULE)
    exec(source(contract.routes(contract.load())), module.__dict__)  # noqa: S102 - our own text
    sys.modules[MODULE] = module
