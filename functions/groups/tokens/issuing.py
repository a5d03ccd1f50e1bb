"""Sign a token by RFC 9068, with the tenant's newest managed key.

The one kind of JWS that is made here is put together from its three parts: PyJWT takes 103 ms of CPU to
import on one machine, what signs 41.
"""

import base64
import json
import os
import time
import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from agreed import environment, routes
from agreed.secrets import SIGNING
from api import secrets, settings
from api.errors import Unavailable
from api.responses import compact_json

KEYS_AT_ONCE: Final = 2  # of a rotation


class Token(NamedTuple):
    text: str
    id: str
    seconds: int


class Issuer(NamedTuple):
    """`key` names the one that signs; `scopes` are those of the tenant's own routes."""

    name: str
    audience: str
    key: str
    seconds: int
    scopes: frozenset[str]


def issuer() -> Issuer:
    return _read(os.environ[environment.ISSUES])


@lru_cache(1)
def _read(text: str) -> Issuer:
    said: dict[str, Any] = json.loads(text)
    scopes = routes.scopes(said["groups"])
    return Issuer(said["issuer"], said["audience"], said["key"], said["seconds"], scopes)


def token(client: str, scopes: Iterable[str]) -> Token:
    """Raises Unavailable: the key is not in the secret yet, while a deploy goes on."""
    own, now, identity = issuer(), int(time.time()), str(uuid.uuid4())
    pem = secrets.values(settings.current().secret(SIGNING)).get(own.key)
    if pem is None:
        raise Unavailable from LookupError(f"the signing secret holds no key {own.key}")
    claims = {
        "iss": own.name,
        "aud": own.audience,
        "sub": client,
        "client_id": client,
        "iat": now,
        "exp": now + own.seconds,
        "jti": identity,
        "scope": " ".join(scopes),
    }
    signed = f"{_segment({'alg': 'EdDSA', 'kid': own.key, 'typ': 'at+jwt'})}.{_segment(claims)}"
    signature = _encoded(_key(pem).sign(signed.encode()))
    return Token(f"{signed}.{signature}", identity, own.seconds)


@lru_cache(KEYS_AT_ONCE)
def _key(pem: str) -> Ed25519PrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"the signing key is {type(key).__name__}; managed keys are Ed25519")
    return key


def _segment(value: object) -> str:
    return _encoded(compact_json(value).encode())


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
