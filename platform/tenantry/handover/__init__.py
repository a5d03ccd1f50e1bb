"""Write what a tenant's developers need into one folder, which works without a network and holds no secret.

Keys and tokens are read from the environment by everything in it: `API_KEY` and `API_TOKEN`.
"""

from tenantry.handover.folder import Written, write

__all__ = ["Written", "write"]
