"""Say what a tenant would cost, were its tier, architecture, isolation or monitoring another."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from tenantry.config import Platform, Tenant
from tenantry.config.tenants import Data
from tenantry.config.tiers import Limits, Monitoring, effective_limits
from tenantry.costs.estimate import Terms, estimate
from tenantry.costs.inventory import ARCHITECTURES
from tenantry.costs.lines import Estimate

Alternative = Literal["tier", "architecture", "isolation", "monitoring"]

ISOLATIONS = {
    "pooled": Data(isolation="pooled"),
    "silo": Data(isolation="silo"),
    "silo, kms": Data(isolation="silo", encryption="kms"),
}

MONITORING = (
    Monitoring(),
    Monitoring(metrics="free"),
    Monitoring(alarms="cell", metrics="free", traces="off"),
    Monitoring(alarms="none", metrics="free", traces="off"),
)


def compared(
    kind: Alternative, tenant: Tenant, platform: Platform, terms: Terms, requests: float | None = None
) -> dict[str, Estimate]:
    """An estimate by the name of each choice, the tenant's own among them; a tier comes with its limits."""
    cell = platform.cell(tenant.cell)
    return {
        name: estimate(other, cell, under, requests)
        for name, other, under in _variants(kind, tenant, platform, terms)
    }


def current(kind: Alternative, tenant: Tenant, terms: Terms) -> str:
    """The name of the choice that holds now."""
    if kind == "tier":
        return tenant.tier.name
    if kind == "architecture":
        return terms.architecture
    if kind == "monitoring":
        return _words(tenant.tier.monitoring)
    return f"{tenant.isolation}, kms" if tenant.data.encryption == "kms" else tenant.isolation


def _variants(
    kind: Alternative, tenant: Tenant, platform: Platform, terms: Terms
) -> Iterator[tuple[str, Tenant, Terms]]:
    if kind == "tier":
        for tier in platform.tiers:
            yield (
                tier.name,
                tenant.model_copy(update={"tier": tier, "limits": effective_limits(tier, Limits())}),
                terms,
            )
    elif kind == "architecture":
        for architecture in ARCHITECTURES:
            yield architecture, tenant, replace(terms, architecture=architecture)
    elif kind == "monitoring":
        own = tenant.tier.monitoring
        for monitoring in MONITORING if own in MONITORING else (own, *MONITORING):
            tier = tenant.tier.model_copy(update={"monitoring": monitoring})
            yield _words(monitoring), tenant.model_copy(update={"tier": tier}), terms
    else:
        for name, kept in ISOLATIONS.items():
            yield name, tenant.model_copy(update={"data": kept}), terms


def _words(monitoring: Monitoring) -> str:
    return f"{monitoring.alarms}, {monitoring.metrics}, {monitoring.traces}"
