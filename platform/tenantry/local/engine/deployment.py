"""Run the program in this process, and have all that it registers stand on the emulator."""

from typing import Any

from tenantry.config import Cell
from tenantry.deployment import Deployment
from tenantry.execution.registration import Program, execute
from tenantry.local.engine.changes import Change
from tenantry.local.engine.inventory import Inventory
from tenantry.local.engine.monitor import Engine, OnChange
from tenantry.local.engine.resources.maker import Clients
from tenantry.program import declare


def deploy(
    cell: Cell, deployment: Deployment, clients: Clients, inventory: Inventory, on_change: OnChange
) -> tuple[dict[str, Any], list[Change]]:
    """Deploy the cell; answers the stack's outputs, resolved, secrets among them, and what was done.

    Verdicts that were reached before are forgotten: what they rest on may have changed.

    Raises:
        DeploymentError: as `stand` does.
    """
    program, stack = lambda: declare(cell, deployment), deployment.names.stack
    outputs, changes = stand(program, stack, clients, inventory, on_change)
    if changes:
        for slug in outputs["tenants"]:
            clients("apigateway").flush_stage_authorizers_cache(restApiId=outputs["api"], stageName=slug)
    return outputs, changes


def stand(
    program: Program, stack: str, clients: Clients, inventory: Inventory, on_change: OnChange
) -> tuple[dict[str, Any], list[Change]]:
    """Bring the emulator from what the inventory holds to what the program registers.

    Args:
        clients: boto3 clients of the emulator, by service.
        on_change: called with each resource that is made, changed or removed, from several threads.

    Raises:
        DeploymentError: a resource could not be brought to its inputs, or is of an unknown type. What was
            done before stays, and is in the inventory; nothing was removed that is declared.
    """
    engine = Engine(clients, inventory, on_change)
    engine.recover()
    outputs = execute(program, engine, stack)
    engine.sweep()
    return outputs, engine.changes
