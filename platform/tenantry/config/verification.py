"""What an authorizer checks its tenant's tokens by, and what the platform writes into tokens that "
"it signs."""

from typing import Any

from tenantry.config import Tenant

JwkMembers = dict[str, str]


def issuing(tenant: Tenant, own_issuer: str) -> dict[str, Any]:
    """What the tokens that a tenant's function signs say, before it becomes JSON; the last key signs.

    Raises:
        ValueError: the tenant's keys are not managed.
    """
    managed = tenant.auth.managed
    if managed is None:
        raise ValueError(f"{tenant.slug} is in {tenant.auth.mode} mode, where no function signs")
    return {
        "issuer": own_issuer,
        "audience": tenant.audience,
        "key": managed.keys[-1],
        "seconds": tenant.auth.token_seconds,
        "groups": list(tenant.routes),
    }


def verification(tenant: Tenant, own_issuer: str, managed_keys: list[JwkMembers]) -> dict[str, Any]:
    """The authorizer's `AUTH`, before it becomes JSON; public keys only.

    Args:
        own_issuer: `iss` where the tenant's file names none.
        managed_keys: public JWKs that the program made; used in managed mode.
    """
    auth = tenant.auth
    common = {
        "audience": tenant.audience,
        "leeway_seconds": auth.leeway_seconds,
        "max_lifetime_seconds": auth.max_lifetime_seconds,
    }
    if auth.oidc:
        return {
            "mode": "oidc",
            "issuer": auth.oidc.issuer,
            "algorithms": list(auth.oidc.algorithms),
            **{name: each for name in ("discovery", "jwks_uri") if (each := getattr(auth.oidc, name))},
            **auth.oidc.reading(tenant.audience),
            **common,
        }
    if auth.jwks:
        keys = [key.members() for key in auth.jwks.keys]
        reading = auth.jwks.reading(tenant.audience)
        return {"mode": "keys", "issuer": auth.jwks.issuer or own_issuer, "keys": keys, **reading, **common}
    return {"mode": "keys", "issuer": own_issuer, "keys": managed_keys, **common}
