"""What `pulumi up` runs."""

from tenantry.program import run

run()
