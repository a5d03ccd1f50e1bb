"""Mint access tokens (RFC 9068) for a tenant, by a private key that the operator may read.

The platform itself issues tokens to nobody: this is for operators and developers, who hold the key anyway.
"""

import json
import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import jwt

from tenantry.errors import Failed, WrongInput
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.operations import generations
from tenantry.operations.aws import refusals_reported
from tenantry.problems import unknown


class TokenError(Failed):
    """No token can be made; the message says why and what to do."""


class WrongLifetime(WrongInput):
    """The tenant's authorizer would refuse a token that lives that long."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key (PEM, PKCS #8) and the names that a verifier knows it by."""

    kid: str
    algorithm: str
    private_pem: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a token is from and for, and how long one may live at most."""

    issuer: str
    audience: str
    max_lifetime_seconds: int


def wanted_scopes(own: Iterable[str], wanted: Iterable[str] | None) -> tuple[str, ...]:
    """The tenant's own, unless some are named: of a group that is off too, as any issuer may grant them.

    Raises:
        WrongInput: one that is named opens no route of any group.
    """
    if wanted is None:
        return tuple(own)
    known = contract.scopes(contract.load(), current().names)
    for scope in wanted:
        if scope not in known:
            raise WrongInput(unknown("scope", scope, known))
    return tuple(wanted)


def mint(signer: Signer, audience: Audience, subject: str, scopes: Iterable[str], ttl_seconds: int) -> str:
    """A signed token.

    Raises:
        WrongLifetime: the lifetime is longer than the tenant's authorizer accepts, or not positive.
        WrongInput: the subject is empty; an authorizer refuses that.
    """
    if not subject:
        raise WrongInput("a token without a subject would be refused; give one by --subject")
    if not 0 < ttl_seconds <= audience.max_lifetime_seconds:
        raise WrongLifetime(
            f"a token of {ttl_seconds} s would be refused; use 1 to {audience.max_lifetime_seconds} "
            "(auth.max_lifetime_seconds in the tenant's file)"
        )
    now = int(time.time())
    claims = {
        "iss": audience.issuer,
        "aud": audience.audience,
        "sub": subject,
        "client_id": "tenantry",
        "iat": now,
        "exp": now + ttl_seconds,
        "jti": str(uuid.uuid4()),
        "scope": " ".join(scopes),
    }
    headers = {"kid": signer.kid, "typ": "at+jwt"}
    return jwt.encode(claims, signer.private_pem, algorithm=signer.algorithm, headers=headers)


def managed_signer(secrets_manager: Any, secret: str, kid: str) -> Signer:
    """The named key of a managed tenant, read from its signing secret.

    Args:
        secrets_manager: boto3 client.
        secret: its name without a generation.

    Raises:
        TokenError: the secret is not there, or lacks that key.
        Failed: AWS refuses, most likely because the secret may not be read.
    """
    region = secrets_manager.meta.region_name
    with refusals_reported(region):
        found = generations.newest(secrets_manager, secret)
        if found is None or found.leaving:
            raise TokenError(f"there is no secret {secret} in Region {region}; deploy the tenant first")
        value = secrets_manager.get_secret_value(SecretId=found.name)["SecretString"]
    keys = json.loads(value)
    if kid not in keys:
        raise TokenError(f"{secret} does not hold key {kid}; deploy the tenant's current file")
    return Signer(kid, "EdDSA", keys[kid])
