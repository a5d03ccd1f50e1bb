"""Reach tenants that run on AWS, with the operator's own credentials and Region."""

from typing import Any

import boto3
from botocore.exceptions import BotoCoreError

from tenantry import contract
from tenantry.config import Tenant
from tenantry.naming import Names
from tenantry.operations.purge import Clients
from tenantry.operations.tokens import Audience, TokenError, managed_signer, mint


def clients() -> Clients:
    return Clients(boto3.client("dynamodb"), boto3.client("secretsmanager"), boto3.client("lambda"))


def token(
    tenant: Tenant, stack: str, subject: str, scopes: list[str] | None, ttl_seconds: int, client: Any = None
) -> str:
    """A token by the newest key that the tenant's file lists; without scopes, one that opens all its routes.

    Args:
        client: boto3's `secretsmanager` client; None makes one of the environment's credentials and Region.

    Raises:
        TokenError: the tenant is not managed, or its secret cannot be read.
    """
    if tenant.auth.managed is None:
        raise TokenError(
            f"{tenant.slug} is in {tenant.auth.mode} mode: its tokens come from its own issuer, not from here"
        )
    names = Names(stack)
    audience = Audience(names.issuer(tenant.slug), tenant.audience, tenant.auth.max_lifetime_seconds)
    try:
        secrets_manager = client or boto3.client("secretsmanager")
        signer = managed_signer(
            secrets_manager, names.signing_secret(tenant.slug), tenant.auth.managed.keys[-1]
        )
    except BotoCoreError as error:
        raise TokenError(f"AWS cannot be asked: {error}; set a profile and a Region") from error
    wanted = contract.scopes(contract.load(), tenant.routes) if scopes is None else scopes
    return mint(signer, audience, subject, wanted, ttl_seconds)
