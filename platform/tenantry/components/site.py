"""Say where a tenant's resources go: what every part of a tenant needs to know, handed around as one."""

from dataclasses import dataclass

import pulumi

from tenantry.components.shared import Shared
from tenantry.config import Tenant
from tenantry.config.domains import addresses
from tenantry.deployment import Deployment
from tenantry.last_update import DeployedTenant
from tenantry.releases import Release


@dataclass(frozen=True, slots=True)
class Site:
    """One tenant on one cell, and what it runs.

    `key` encrypts what is the tenant's; None leaves that to AWS's own keys.
    """

    deployment: Deployment
    cell: Shared
    tenant: Tenant
    release: Release
    key: pulumi.Output[str] | None = None

    @property
    def slug(self) -> str:
        return self.tenant.slug

    @property
    def addresses(self) -> tuple[str, ...]:
        """Those that stay; the first is the one that clients are given."""
        return addresses(self.slug, self.tenant.domain, self.deployment.domain)

    @property
    def last(self) -> DeployedTenant | None:
        """What the tenant was at the last update; None of one that was not there."""
        return self.deployment.last.tenants.get(self.slug)

    @property
    def tags(self) -> dict[str, str]:
        return self.deployment.tags(tenant=self.tenant.slug, tier=self.tenant.tier.name)
