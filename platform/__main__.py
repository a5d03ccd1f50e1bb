"""What `pulumi up` runs."""

import signal

import pulumi
import pulumi_aws as aws

from tenantry.config import Cell
from tenantry.execution import levers
from tenantry.operations.trail import kept
from tenantry.operations.trail.heads import Head
from tenantry.program import run
from tenantry.rules.naming import stack_and_tenant


def recorded(cell: Cell) -> None:
    """The engine's own history reports the end."""
    arn = aws.get_caller_identity().arn
    tenants = [tenant.slug for tenant in cell.tenants]
    names, tenant = stack_and_tenant(pulumi.get_stack())
    trail = kept.of_stack(names.stack, lambda: arn)
    line = trail.begin("deploy", tenant, cell=cell.name, tenants=tenants)
    # In CI's log, a witness that nobody with rights to the state can alter.
    pulumi.log.info(f"recorded for `tenantry audit` as line {Head.of(line)}")


async def main() -> None:
    run(recorded)
    await levers.begun()


# The engine interrupts the program once a resource has failed, and has printed why. Python's own handler
# would add two stack traces that say nothing about the cause.
signal.signal(signal.SIGINT, signal.SIG_DFL)
levers.uncollected()
pulumi.run(main)
