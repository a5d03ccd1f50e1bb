"""Declare one tenant: everything that is its own, in the order in which a request meets it."""

from dataclasses import dataclass, replace
from typing import Any

import pulumi
import pulumi_aws as aws

from agreed.secrets import SIGNING
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
        signing = self._signing_keys(site)
        names = {each.name: secret_name(site, each, self) for each in tenant.secrets}
        names |= {SIGNING: signing.name} if signing else {}
        early = [each for each in tenant.members if not each.function.oversees]
        roles = functions.roles(site, early, names, encryption, self)
        allowed = [each.policy for each in roles.values()]
        secrets = {each.name: secret(site, each, names[each.name], allowed, self) for each in tenant.secrets}
        kept = signing.keep([roles[each.name].policy for each in tenant.signers]) if signing else None
        stores = Stores(
            self._table(site, allowed),
            secrets | ({SIGNING: kept.secret} if kept else {}),
            {each.name: TenantQueue(site, each, below) for each in tenant.queues},
        )
        verified = self._verification(site, signing)
        authorizer = functions.authorizer(site, roles[AUTHORIZER], verified, self)
        # A new key signs once it is there and the authorizer takes it.
        first = {each.name: [kept.version, authorizer.resource] for each in tenant.signers if kept}
        serving = {
            AUTHORIZER: authorizer,
            **{
                m.name: functions.member(site, roles[m.name], m, stores, first.get(m.name, ()), self)
                for m in early
            },
        }
        stage = Stage(site, serving, below)
        access = Access(site, stage.name, below)
        for late in tenant.members:
            if late.function.oversees:  # it names the plan, which is made after the stage
                overseen = functions.Overseen(access.plan, access.keys)
                role = roles[late.name] = functions.role(site, late, names, encryption, self, overseen)
                functions.member(site, role, late, stores, (), self, overseen)
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

    def _signing_keys(self, site: Site) -> SigningKeys | None:
        managed = site.tenant.auth.managed
        return SigningKeys(site, managed.keys, pulumi.ResourceOptions(parent=self)) if managed else None

    def _verification(self, site: Site, keys: SigningKeys | None) -> pulumi.Input[str]:
        """What the authorizer checks tokens by, as JSON; public keys only."""
        issuer = site.deployment.names.issuer(site.slug)
        if keys is None:
            return functions.compact(verification(site.tenant, issuer, []))
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
