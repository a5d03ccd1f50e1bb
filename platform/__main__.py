"""What `pulumi up` runs."""

import pulumi

from tenantry.execution import levers
from tenantry.program import run


async def main() -> None:
    run()
    await levers.begun()


levers.uncollected()
pulumi.run(main)
