"""Give every tenant a signer on this machine, without touching its file.

A `jwks` tenant keeps its own keys and gets one more, whose private half stays here. An `oidc` tenant's
issuer is played by the local one. A `managed` tenant needs nothing: its keys are in its secret, as on AWS.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import get_default_algorithms

from agreed.jwks import EDDSA
from tenantry.config import Cell, Tenant
from tenantry.config.jwk import Jwk
from tenantry.operations.tokens import Signer

SCOPE = "scope"  # where tokens made here have their scopes
# How the local issuer writes tokens, whatever the tenant's own does.
STANDARD = {"preset": None, "scope_claims": (), "discovery": None, "jwks_uri": None}
MEMBERS = ("kid", "kty", "alg", "crv", "x", "y", "n", "e")


class Identities(NamedTuple):
    """The cell to deploy, and by tenant: its local signer, and the keys that the local issuer publishes."""

    cell: Cell
    signers: dict[str, Signer]
    published: dict[str, list[dict[str, Any]]]


def localized(cell: Cell, issuer_url: Callable[[str], str], known: Mapping[str, Signer]) -> Identities:
    """The cell as the local platform deploys it.

    Args:
        issuer_url: the local issuer's URL for a tenant.
        known: by tenant, the signers of a platform that runs; those that still fit are kept.
    """
    signers: dict[str, Signer] = {}
    published: dict[str, list[dict[str, Any]]] = {}
    tenants = []
    for tenant in cell.tenants:
        auth = tenant.auth
        if auth.jwks:
            signers[tenant.slug], jwk = _signer(known.get(tenant.slug), ["EdDSA"])
            keys = (*auth.jwks.keys, Jwk(**jwk))
            read = auth.jwks.reading(tenant.audience).get("scope_claims", [])
            scopes = (*read, SCOPE) if read and SCOPE not in read else tuple(read)
            changes = {"keys": keys, "scope_claims": scopes}
            tenant = _with_auth(tenant, jwks=auth.jwks.model_copy(update=changes))
        elif auth.oidc:
            signers[tenant.slug], jwk = _signer(known.get(tenant.slug), auth.oidc.algorithms)
            published[tenant.slug] = [jwk]
            played = {"issuer": issuer_url(tenant.slug), **STANDARD}
            tenant = _with_auth(tenant, oidc=auth.oidc.model_copy(update=played))
        tenants.append(tenant)
    return Identities(cell.model_copy(update={"tenants": tuple(tenants)}), signers, published)


def _with_auth(tenant: Tenant, **changes: Any) -> Tenant:
    return tenant.model_copy(update={"auth": tenant.auth.model_copy(update=changes)})


def _signer(known: Signer | None, algorithms: Sequence[str]) -> tuple[Signer, dict[str, Any]]:
    """The one that is known, or a fresh one for the first algorithm; and its public JWK."""
    usual = [EDDSA[0] if each in EDDSA else each for each in algorithms]
    signer = known if known and known.algorithm in usual else _fresh_signer(usual[0])
    public_key = load_pem_private_key(signer.private_pem.encode(), password=None).public_key()
    public = json.loads(get_default_algorithms()[signer.algorithm].to_jwk(public_key))
    jwk = {**public, "kid": signer.kid, "alg": signer.algorithm}
    return signer, {name: jwk[name] for name in MEMBERS if name in jwk}


def _fresh_signer(algorithm: str) -> Signer:
    key = _private_key(algorithm)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Signer(f"local-{secrets.token_hex(4)}", algorithm, pem)


def _private_key(algorithm: str) -> Any:
    match algorithm[:2], algorithm[2:]:
        case "ES", "256":
            return ec.generate_private_key(ec.SECP256R1())
        case "ES", "384":
            return ec.generate_private_key(ec.SECP384R1())
        case "ES", "512":
            return ec.generate_private_key(ec.SECP521R1())
        case (("RS" | "PS"), _):
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case _:
            return ed25519.Ed25519PrivateKey.generate()
