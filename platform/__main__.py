"""What `pulumi up` runs."""

import signal

import pulumi

from tenantry.execution import levers
from tenantry.program import run


async def main() -> None:
    run()
    await levers.begun()


# The engine interrupts the program once a resource has failed, and has printed why. Python's own handler
# would add two stack traces that say nothing about the cause.
signal.signal(signal.SIGINT, signal.SIG_DFL)
levers.uncollected()
pulumi.run(main)
