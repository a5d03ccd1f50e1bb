"""`python -m tenantry.cli` is `tenantry`."""

from tenantry.cli import main

main()
