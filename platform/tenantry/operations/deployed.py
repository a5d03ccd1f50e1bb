"""Reach tenants that run on AWS, with the operator's own credentials, in the stack's Region."""

from typing import Any

import boto3

from tenantry.config import Tenant
from tenantry.gateway import contract
from tenantry.operations.aws import refusals_reported
from tenantry.operations.erasure import Clients
from tenantry.operations.stacks import Stack
from tenantry.operations.tokens import Audience, TokenError, managed_signer, mint, wanted_scopes


def clients(region: str) -> Clients:
    with refusals_reported(region):
        session = boto3.Session(region_name=region)  # one, so that a role with MFA asks for one code
        services = ("dynamodb", "secretsmanager", "lambda", "logs", "sqs", "sts", "kms")
        return Clients(*map(session.client, (*services, "resourcegroupstaggingapi")))


def token(
    tenant: Tenant, stack: Stack, subject: str, scopes: list[str] | None, ttl_seconds: int, client: Any = None
) -> str:
    """A token by the newest key that the tenant's file lists; without scopes, one that opens all its routes.

    Args:
        client: boto3's `secretsmanager` client; None makes one of the environment's credentials.

    Raises:
        TokenError: the tenant is not managed, or its secret does not hold the key.
        Failed: AWS refuses.
    """
    if tenant.auth.managed is None:
        raise TokenError(f"{tenant.slug} is in {tenant.auth.mode} mode; get its tokens from its own issuer")
    wanted = wanted_scopes(contract.scopes(contract.load(), tenant.routes), scopes)
    names = stack.names
    audience = Audience(names.issuer(tenant.slug), tenant.audience, tenant.auth.max_lifetime_seconds)
    with refusals_reported(stack.region):
        secrets_manager = client or boto3.Session(region_name=stack.region).client("secretsmanager")
    key = tenant.auth.managed.keys[-1]
    signer = managed_signer(secrets_manager, names.signing_secret(tenant.slug), key)
    return mint(signer, audience, subject, wanted, ttl_seconds)
