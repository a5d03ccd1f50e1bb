"""What a tenant's file comes to, as plain data: what its clients may do, and what that costs."""

import hashlib
from dataclasses import dataclass, fields
from typing import Any

from tenantry.config import Cell, Tenant, domains, rotation
from tenantry.config.auth import Claims
from tenantry.config.jwk import Jwk
from tenantry.costs.estimate import Terms, estimate
from tenantry.gateway import contract
from tenantry.releases import NEWEST

UNLIMITED = 1e12  # calls a day: no quota
UNREPORTED: Any = None  # the default of each field that an earlier release did not have
_DAYS = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True, slots=True)
class DeclaredTenant:
    """What its file comes to.

    Attributes:
        release: that its file pins it to.
        scopes: those that open a route.
        claims: how scopes, audience and subject are read from tokens, where that is not the default.
        options: of its route groups, such as `contact.notify`, with the addresses of their receivers.
        addresses: those by a domain.
        concurrency: set aside for each function; None where nothing bounds it.
        calls_a_day: what the quota comes to.
        usd: the estimate of a month.
        trusted_keys: digests of the keys that the file lists, with their algorithms, by kid.
        token_seconds: how long a token of the token endpoint lives; 0 where there is none.
        events: those that each receiver takes, by its name among the options.
        dns_records: its domains whose DNS records are made with them.
        aws_address_closed: whether calls to AWS's own address are refused.
    """

    cell: str
    tier: str
    status: str
    until: str
    release: str
    routes: list[str]
    scopes: list[str]
    options: dict[str, str]
    isolation: str
    encryption: str
    auth: str
    issuer: str
    audience: str
    claims: dict[str, Any]
    algorithms: list[str]
    leeway_seconds: int
    max_lifetime_seconds: int
    api_keys: list[str]
    signing_keys: list[str]
    origins: list[str]
    addresses: list[str]
    rate_per_second: int
    burst: int
    quota: str
    calls_a_day: float
    concurrency: int | None
    memory_mb: int
    log_retention_days: int
    alarms: str
    cursors: str
    usd: float
    trusted_keys: dict[str, str] = UNREPORTED
    discovery: str = UNREPORTED
    jwks_uri: str = UNREPORTED
    token_seconds: int = UNREPORTED
    events: dict[str, list[str]] = UNREPORTED
    cors_credentials: bool = UNREPORTED
    alarms_email: str = UNREPORTED
    dns_records: list[str] = UNREPORTED
    aws_address_closed: bool = UNREPORTED

    @property
    def unreported(self) -> list[str]:
        """Fields that the release which this comes from did not have."""
        return [
            each.name
            for each in fields(self)
            if each.default is UNREPORTED and getattr(self, each.name) is UNREPORTED
        ]


def declared_tenant(tenant: Tenant, cell: Cell, terms: Terms) -> DeclaredTenant:
    auth, quota = tenant.auth, tenant.limits.quota
    oidc, jwks = auth.oidc, auth.jwks
    issuing = oidc or jwks
    return DeclaredTenant(
        cell=cell.name,
        tier=tenant.tier.name,
        status=tenant.status,
        until=tenant.until or "",
        release=tenant.release or NEWEST,
        routes=list(tenant.routes),
        scopes=contract.scopes(contract.load(), tenant.routes),
        options=_options(tenant),
        isolation=tenant.isolation,
        encryption=tenant.data.encryption,
        auth=auth.mode,
        issuer=(issuing.issuer if issuing else None) or "",
        audience=tenant.audience,
        claims=issuing.model_dump(mode="json", include=set(Claims.model_fields), exclude_defaults=True)
        if issuing
        else {},
        algorithms=list(oidc.algorithms) if oidc else [],
        leeway_seconds=auth.leeway_seconds,
        max_lifetime_seconds=auth.max_lifetime_seconds,
        api_keys=list(rotation.keys(tenant, "api")),
        signing_keys=list(rotation.keys(tenant, "signing")),
        origins=list(tenant.cors_origins),
        addresses=list(cell.addresses(tenant)),
        rate_per_second=tenant.limits.rate_per_second,
        burst=tenant.limits.burst,
        quota=f"{quota.limit:,} a {quota.period}" if quota else "none",
        calls_a_day=quota.limit / _DAYS[quota.period] if quota else UNLIMITED,
        concurrency=tenant.tier.reserved_concurrency,
        memory_mb=tenant.tier.memory_mb,
        log_retention_days=tenant.tier.log_retention_days,
        alarms=tenant.tier.monitoring.alarms,
        cursors=tenant.tier.cursors,
        usd=float(estimate(tenant, cell, terms).total),
        trusted_keys={each.kid: _digest(each) for each in jwks.keys} if jwks else {},
        discovery=(oidc.discovery if oidc else None) or "",
        jwks_uri=(oidc.jwks_uri if oidc else None) or "",
        token_seconds=auth.token_seconds if tenant.signers else 0,
        events={
            f"{group}.webhooks.{each.name}": list(each.events)
            for group, listed in tenant.webhooks.items()
            for each in listed
        },
        cors_credentials=tenant.cors_credentials,
        alarms_email=tenant.alarms.email or "",
        dns_records=[each.name for each in (tenant.domain, cell.domain) if each and each.zone],
        aws_address_closed=domains.closed(cell.domain),
    )


def _digest(key: Jwk) -> str:
    """Long enough that nobody finds another key with the same digest."""
    return f"{key.algorithm} {hashlib.sha256(key.fingerprint()).hexdigest()[:32]}"


def _options(tenant: Tenant) -> dict[str, str]:
    own = {f"{group}.{name}": value for group, set_ in tenant.options.items() for name, value in set_.items()}
    receivers = {
        f"{group}.webhooks.{each.name}": each.url
        for group, listed in tenant.webhooks.items()
        for each in listed
    }
    return own | receivers
