"""Describe a platform as its record holds it: what `status` shows, and what tokens and calls need."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tenantry.config import Tenant
from tenantry.config.verification import verification
from tenantry.deployment import Deployment
from tenantry.gateway import contract
from tenantry.local.clients import domain_url
from tenantry.local.emulator.parent import Emulator, RunningEmulator
from tenantry.local.identities import Identities
from tenantry.local.receiver import addresses
from tenantry.local.state import LocalPlatform, LocalTenant
from tenantry.operations.tokens import Audience

SHOWN = (
    "tier",
    "status",
    "url",
    "addresses",
    "release",
    "api_keys",
    "routes",
    "auth",
    "isolation",
    "options",
    "webhooks",
)


def called(record: RunningEmulator, tenant: Mapping[str, Any]) -> str:
    """The address that a tenant's clients are given, by its outputs, as it is called on this machine."""
    address: str = tenant["url"]
    return (
        domain_url(Emulator.attach(record).endpoint, address) if address in tenant["addresses"] else address
    )


def described(
    record: RunningEmulator,
    folder: Path,
    deployment: Deployment,
    identities: Identities,
    outputs: dict[str, Any],
) -> LocalPlatform:
    routes = contract.load()

    def one(tenant: Tenant) -> LocalTenant:
        own = outputs["tenants"][tenant.slug]
        checked = verification(tenant, deployment.names.issuer(tenant.slug), [])
        shown = {name: own.get(name) for name in SHOWN}  # an output of None is none
        shown["url"] = called(record, own)
        return LocalTenant(
            shown={"tenant": tenant.slug, **shown},
            audience=Audience(checked["issuer"], checked["audience"], checked["max_lifetime_seconds"]),
            scopes=tuple(contract.scopes(routes, tenant.routes)),
            signing_secret=deployment.names.signing_secret(tenant.slug),
            kid=tenant.auth.managed.keys[-1] if tenant.auth.managed else "",
            signer=identities.signers.get(tenant.slug),
            receivers=addresses(tenant),
        )

    tenants = tuple(one(tenant) for tenant in identities.cell.tenants)
    return LocalPlatform(
        record, folder.resolve(), deployment.cell, outputs["api"], tenants, outputs["releases"]
    )
