"""Read which releases a stack keeps and which its tenants run, wherever these are declared."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tenantry.last_update import LastUpdate, of_releases
from tenantry.operations.engine import Engine
from tenantry.rules.naming import Names

NOTHING_MORE: Mapping[str, str] = MappingProxyType({})


def of_stack(names: Names, project: Path, environment: Mapping[str, str] = NOTHING_MORE) -> LastUpdate:
    """
    Args:
        project: the folder of Pulumi.yaml.
        environment: as `Engine` has it.

    Raises:
        Failed: the stack's record cannot be read.
    """
    engine = Engine(names.stack, project, environment)
    outputs = engine.outputs(readable=True)
    tenants = dict(outputs.get("tenants", {}))
    if "listed" in outputs:
        there = engine.stacks()
        own = [names.tenant_stack(slug) for slug in outputs["listed"]]
        for stack in (each for each in own if each in there):
            tenants |= Engine(stack, project, environment).outputs().get("tenants", {})
    return of_releases({**outputs, "tenants": tenants})
