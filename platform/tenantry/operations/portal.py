"""Make a link that opens a tenant's portal once: sealed with the key that only this tenant's portal reads."""

from agreed import clients, portal, seals
from agreed.seals import Seal
from tenantry.errors import Failed
from tenantry.operations.named_values import TenantSecrets
from tenantry.operations.running import RunningTenant
from tenantry.rules.named_values import named


def require_portal(tenant: RunningTenant) -> None:
    """Raises Failed: the tenant runs no portal, or is suspended."""
    if portal.GROUP not in tenant.functions:
        raise Failed(f"{tenant.slug} has no portal; add {portal.GROUP} to routes in its file, and deploy it")
    if tenant.suspended:
        raise Failed(f"{tenant.slug} is suspended, and its portal with it")


def require_endpoint(tenant: RunningTenant) -> None:
    """Raises Failed: the tenant has no token endpoint, and so no clients of one."""
    if clients.GROUP not in tenant.functions:
        what = f"{tenant.slug} has no token endpoint, and so no clients to change"
        raise Failed(f"{what}; add {clients.GROUP} to routes in its file, and deploy it")


def link(address: str, secrets: TenantSecrets, seal: Seal) -> str:
    """Good until the seal's end, below the address of the tenant's stage.

    Raises:
        Failed: AWS refuses, or there is no key.
    """
    key = secrets.value(named(portal.KEY))
    text = seals.write(key, secrets.tenant, portal.LINK, seal)
    return f"{address.rstrip('/')}{portal.ENTER}?{portal.LINK}={text}"
