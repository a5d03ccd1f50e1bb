"""Mint tokens of local tenants, whatever their mode."""

from tenantry.local.state import LocalPlatform, LocalTenant
from tenantry.operations.tokens import Signer, managed_signer, mint, wanted_scopes


def token(
    platform: LocalPlatform, slug: str, subject: str, scopes: list[str] | None, ttl_seconds: int
) -> str:
    """Without scopes, a token that opens all routes of the tenant."""
    tenant = platform.tenant(slug)
    signer = tenant.signer or _managed(platform, tenant)
    wanted = wanted_scopes(tenant.scopes, scopes)
    return mint(signer, tenant.audience, subject, wanted, ttl_seconds)


def _managed(platform: LocalPlatform, tenant: LocalTenant) -> Signer:
    client = platform.root_session().client("secretsmanager")
    return managed_signer(client, tenant.signing_secret, tenant.kid)
