"""The requests that API Gateway hands over: one item read, one message sent, one token to judge."""

import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ISSUER: Final = "https://auth.acme.example"
AUDIENCE: Final = "https://api.acme.example"
ARN: Final = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/acme"
KID: Final = "2026"


def _event(method: str, resource: str, path: Mapping[str, str], **members: Any) -> dict[str, Any]:
    concrete = resource.format(**path)
    return {
        "resource": resource,
        "path": concrete,
        "httpMethod": method,
        "headers": {"Content-Type": "application/json", "Host": "api.acme.example"},
        "multiValueHeaders": {"Content-Type": ["application/json"], "Host": ["api.acme.example"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": dict(path),
        "stageVariables": {},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3d4e5",
            "authorizer": {"principalId": "user-1", "subject": "user-1", "scope": "items:read items:write"},
            "httpMethod": method,
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "bench"},
            "path": f"/acme{concrete}",
            "protocol": "HTTP/1.1",
            "requestId": "5f0c5b3c-9d5a-4d0e-8f0e-3d6f0f7f6a10",
            "requestTimeEpoch": 1_790_000_000_000,
            "resourcePath": resource,
            "stage": "acme",
        },
        "body": None,
        "isBase64Encoded": False,
        **members,
    }


READ: Final = _event(
    "GET", "/items/{collection}/{id}", {"collection": "orders", "id": "01JD3Z6K0V8Q4T7M2N5P9R1S3W"}
)
WRITE: Final = _event("POST", "/items/{collection}", {"collection": "orders"}, body='{"a":1}')
CONTACT: Final = _event("POST", "/contact", {}, body='{"email":"a@client.example","message":"hello"}')


def question() -> dict[str, Any]:
    """To the authorizer, with a token that will be good for an hour."""
    headers = {"Authorization": f"Bearer {token()}", "x-api-key": "a-key"}
    asked = _event("GET", READ["resource"], READ["pathParameters"], headers=headers, multiValueHeaders={})
    return {**asked, "type": "REQUEST", "methodArn": f"{ARN}/GET{asked['path']}"}


def token() -> str:
    return jwt.encode(claims(), _signing_key(), "EdDSA", {"kid": KID})


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    scope = "items:read items:write"
    return {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "user-1", "iat": now, "exp": now + 3600, "scope": scope, **more
    }  # fmt: skip


@cache
def _signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def public_jwk(algorithm: str, key: Any) -> dict[str, Any]:
    jwk = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key()))
    return {"kid": KID, "alg": algorithm, **{name: jwk[name] for name in jwk if name != "key_ops"}}


def environment(endpoint: str) -> dict[str, str]:
    """What a function of one tenant is told, with AWS at `endpoint`."""
    checks = {
        "mode": "keys",
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "keys": [public_jwk("EdDSA", _signing_key())],
    }
    return {
        "AUTH": json.dumps(checks),
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "POWERTOOLS_METRICS_NAMESPACE": "Tenantry",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "CONTACT_QUEUE_URL": f"{endpoint}/123456789012/bench",
        "SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:bench",
        "TABLE": "bench",
        "TENANT": "acme",
    }
