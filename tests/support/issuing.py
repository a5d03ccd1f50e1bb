"""A managed tenant whose token endpoint runs in this process, its clients, and what reads its tokens."""

import base64
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from agreed import clients
from agreed.clients import moment, new_secret
from authorizer import keys, tokens
from authorizer.settings import Settings
from authorizer.tokens import Identity
from tenantry.rules.jwks import ed25519_jwk
from tests.support import tenant_api
from tests.support.tenant_api import TABLE, Answer, TenantApi

KEY = "main"
FORM = "application/x-www-form-urlencoded"
GRANT = "grant_type=client_credentials"
SCOPES = "items:read items:write"


@cache
def private_key(_tenant: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def create_secret(tenant: str) -> str:
    """The signing secret, with what the program writes into it; one for a whole run, as the runtime's."""
    pem = private_key(tenant).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    name, client = f"tenantry/demo/{tenant}/signing/0a1b2c3d", tenant_api.client("secretsmanager")
    try:
        made = client.create_secret(Name=name, SecretString=json.dumps({KEY: pem.decode()}))
    except client.exceptions.ResourceExistsException:
        made = client.describe_secret(SecretId=name)
    return str(made["ARN"])


def basic(client: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{client}:{secret}'.encode()).decode()}"


@dataclass(frozen=True)
class Issuing:
    api: TenantApi

    @classmethod
    def of(cls, api: TenantApi, arn: str, **issues: Any) -> "Issuing":
        said = {"issuer": f"urn:tenantry:demo:{api.tenant}", "audience": api.tenant, "key": KEY}
        said |= {"seconds": 900, "groups": ["contact", "items", "tokens"], **issues}
        return cls(replace(api, signing_arn=arn, issues=json.dumps(said)))

    def ask(self, form: str = GRANT, *, by: str | None = None, **event: Any) -> Answer:
        """`by` is an Authorization header."""
        headers = [("Content-Type", FORM), *([("Authorization", by)] if by is not None else [])]
        event = {"headers": headers, "body": form, "subject": None, **event}
        return self.api.call("POST", "/token", **event)

    def register(self, client: str = "crm", scopes: str = SCOPES, **fields: str) -> str:
        """Its secret. The operators' command writes the same: `test_token_clients` holds it to that."""
        secret = new_secret()
        texts = {"created_at": moment(datetime.now(UTC)), "scopes": scopes, "secret": clients.digest(secret)}
        stored = {name: {"S": text} for name, text in {**texts, **fields}.items()}
        tenant_api.client("dynamodb").put_item(TableName=TABLE, Item={**self._key(client), **stored})
        return secret

    def stored(self, client: str = "crm") -> dict[str, str]:
        found = tenant_api.client("dynamodb").get_item(TableName=TABLE, Key=self._key(client))
        return {name: value["S"] for name, value in found["Item"].items()}

    def verified(self, token: str, now: float | None = None) -> Identity:
        """As the tenant's authorizer reads it."""
        public = private_key(self.api.tenant).public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        said = json.loads(self.api.issues)
        ring = keys.ring([ed25519_jwk(KEY, pem)], None)
        settings = Settings(
            self.api.tenant, said["issuer"], said["audience"], ("EdDSA",), 30, 86_400, keys=ring
        )
        return tokens.verify(token, settings, keys.fixed(ring), now or datetime.now(UTC).timestamp())

    def _key(self, client: str) -> dict[str, Any]:
        return clients.key(self.api.tenant, client)


def ago(**span: float) -> str:
    return moment(datetime.now(UTC) - timedelta(**span))


def ahead(**span: float) -> str:
    return moment(datetime.now(UTC) + timedelta(**span))
