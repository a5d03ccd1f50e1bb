"""Declare one tenant: everything that is its own, in the order in which a request meets it."""

from dataclasses import dataclass, replace
from typing import Any

import pulumi
import pulumi_aws as aws

from tenantry.components import functions
from tenantry.components.access import Access
from tenantry.components.domain import domain_name, mapping
from tenantry.components.encryption import Encryption
from tenantry.components.functions import Stores
from tenantry.components.queue import TenantQueue
from tenantry.components.secret import secret, secret_name
from tenantry.components.shared import Shared
from tenantry.components.signing import SigningKeys
from tenantry.components.site import Site
from tenantry.components.stage import Stage
from tenantry.components.table import table
from tenantry.components.watch import Watch
from tenantry.config import Tenant as TenantConfig
from tenantry.config import rotation
from tenantry.config.verification import verification
from tenantry.deployment import Deployment
from tenantry.releases import Release
from tenantry.rules.kinds.tokens import TENANT
from tenantry.rules.naming import AUTHORIZER


@dataclass(frozen=True, slots=True)
class TenantArgs:
    deployment: Deployment
    cell: Shared
    tenant: TenantConfig
    release: Release


class Tenant(pulumi.ComponentResource):
    """One tenant of a cell. Nothing here depends on another tenant, so no other tenant's file changes it."""

    def __init__(self, name: str, args: TenantArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(TENANT, name, None, opts)
        below = pulumi.ResourceOptions(parent=self)
        tenant, site = args.tenant, Site(args.deployment, args.cell, args.tenant, args.release)
        encryption = Encryption(site, below) if tenant.data.encryption == "kms" else None
        site = replace(site, key=encryption.key if encryption else None)
        names = {each.name: secret_name(site, each, self) for each in tenant.secrets}
        roles = functions.roles(site, names, encryption, self)
        allowed = [each.policy for each in roles.values()]
        stores = Stores(
            self._table(site, allowed),
            {each.name: secret(site, each, names[each.name], allowed, self) for each in tenant.secrets},
            {each.name: TenantQueue(site, each, below) for each in tenant.queues},
        )
        serving = {
            AUTHORIZER: functions.authorizer(site, roles[AUTHORIZER], self._verification(site), self),
            **{m.name: functions.member(site, roles[m.name], m, stores, self) for m in tenant.members},
        }
        stage = Stage(site, serving, below)
        access = Access(site, stage.name, below)
        self.domains = self._domains(site, stage)
        Watch(site, below)
        self.summary: dict[str, Any] = self._summary(site, stores, stage, access)
        self.granted = {function: role.wanted for function, role in roles.items()}
        self.register_outputs({"url": stage.url})

    def _table(self, site: Site, first: list[aws.iam.RolePolicy]) -> pulumi.Input[str]:
        """Its name."""
        if site.tenant.isolation == "pooled":
            return site.cell.table
        name, adopted = site.deployment.names.tenant(site.slug), site.slug in site.deployment.adopt
        made: pulumi.Output[str] = table(site.slug, name, site.tags, self, site.key, adopted, first).name
        return made

    def _domains(self, site: Site, stage: Stage) -> dict[str, pulumi.Output[str]]:
        """Lead its lasting addresses to its stage; answers where the record of its own domain has to lead.

        A suspended tenant keeps them: its plan is what opens the stage, and an address that is let go of may
        be another's when it comes back.
        """
        slug, api, own = site.slug, site.cell.api, site.tenant.domain
        if site.cell.domain is not None:
            mapping(slug, site.cell.domain, slug, api, stage.name, self)
        if own is None:
            return {}
        made = domain_name(slug, own, site.tags, self)
        mapping(f"{slug}.own", made.domain_name, None, api, stage.name, self)
        return {own.name: made.regional_domain_name}

    def _verification(self, site: Site) -> pulumi.Input[str]:
        """What the authorizer checks tokens by, as JSON; public keys only."""
        issuer = site.deployment.names.issuer(site.slug)
        if site.tenant.auth.managed is None:
            return functions.compact(verification(site.tenant, issuer, []))
        keys = SigningKeys(site, site.tenant.auth.managed.keys, pulumi.ResourceOptions(parent=self))
        return keys.jwks.apply(lambda jwks: functions.compact(verification(site.tenant, issuer, jwks)))

    def _summary(self, site: Site, stores: Stores, stage: Stage, access: Access) -> dict[str, Any]:
        tenant = site.tenant
        return {
            "tier": tenant.tier.name,
            "status": tenant.status,
            "until": tenant.until,
            "url": stage.url,
            "release": site.release.id,
            "addresses": list(site.addresses),
            "routes": list(tenant.routes),
            "auth": tenant.auth.mode,
            "isolation": tenant.isolation,
            "encryption": tenant.data.encryption,
            "signing_keys": list(rotation.keys(tenant, "signing")),
            "table": stores.table,
            "options": tenant.options,
            "webhooks": {group: [each.as_json() for each in own] for group, own in tenant.webhooks.items()},
            "api_key_ids": {key: resource.id for key, resource in access.keys.items()},
            "api_keys": pulumi.Output.secret({key: resource.value for key, resource in access.keys.items()}),
        }
