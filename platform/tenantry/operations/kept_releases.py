"""Read which releases a stack keeps and which its tenants run, wherever these are declared."""

from pathlib import Path

from tenantry.last_update import LastUpdate, of_releases
from tenantry.operations.engine import Engine
from tenantry.rules.naming import Names


def of_stack(names: Names, project: Path) -> LastUpdate:
    """
    Args:
        project: the folder of Pulumi.yaml.

    Raises:
        Failed: the stack's record cannot be read.
    """
    engine = Engine(names.stack, project)
    outputs = engine.outputs(readable=True)
    tenants = dict(outputs.get("tenants", {}))
    if "listed" in outputs:
        there = engine.stacks()
        own = [names.tenant_stack(slug) for slug in outputs["listed"]]
        for stack in (each for each in own if each in there):
            tenants |= Engine(stack, project).outputs().get("tenants", {})
    return of_releases({**outputs, "tenants": tenants})
