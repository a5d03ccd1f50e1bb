"""Run the program in this process and make each resource it registers, for real, on the emulator.

The Pulumi SDK's in-process monitor takes the engine's place: it resolves outputs and keeps the order of
dependencies as the engine does. It keeps no state, so each deployment starts from an empty emulator.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, rpc, set_mocks
from pulumi.runtime.stack import run_pulumi_func

from tenantry.config import Cell
from tenantry.deployment import Deployment
from tenantry.errors import Failed
from tenantry.local.resources import MAKERS
from tenantry.local.resources.maker import Clients
from tenantry.program import declare

OnMade = Callable[[str], None]


class DeploymentError(Failed):
    """A resource could not be made; the message names it."""


class _Emulated(Mocks):
    def __init__(self, clients: Clients, on_made: OnMade) -> None:
        self._clients = clients
        self._on_made = on_made

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise DeploymentError(f"the program calls {args.token}, which the local platform does not know")

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if not args.custom:
            return "", {}
        maker = MAKERS.get(args.typ)
        if maker is None:
            raise DeploymentError(
                f"{args.name}: the local platform does not know {args.typ}; "
                "add a maker to tenantry/local/resources"
            )
        inputs = {name: rpc.unwrap_rpc_secret(value) for name, value in args.inputs.items()}
        try:
            made = maker(self._clients, inputs)
        except Exception as error:
            raise DeploymentError(f"{args.typ} {args.name}: {error}") from error
        self._on_made(args.typ)
        return made.id, {**inputs, **made.outputs}


def deploy(cell: Cell, deployment: Deployment, clients: Clients, on_made: OnMade) -> dict[str, Any]:
    """Deploy the cell; answers the stack's outputs, resolved, secrets among them.

    Args:
        clients: boto3 clients of the emulator, by service.
        on_made: called with the type token of each resource when it exists, from several threads.

    Raises:
        DeploymentError: a resource could not be made, or is of an unknown type. What was made before stays.
    """
    return asyncio.run(_deploy(cell, deployment, clients, on_made))


async def _deploy(cell: Cell, deployment: Deployment, clients: Clients, on_made: OnMade) -> dict[str, Any]:
    # The monitor is bound to the running loop, so it is set here.
    set_mocks(
        _Emulated(clients, on_made),
        project="tenantry",
        stack=deployment.names.stack,
        logger=logging.getLogger("tenantry.pulumi"),
    )
    declared: dict[str, Any] = {}
    await run_pulumi_func(lambda: declared.update(declare(cell, deployment)))
    return await pulumi.Output.from_input(declared).future() or {}
