"""Answer API Gateway's question about one call: a policy for this tenant's stage, or 401.

No token or key is ever logged, counted or put into the context.
"""

import logging
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from agreed.metrics import VERDICTS, Verdict
from api import logs, metrics, subjects
from authorizer import policies, settings
from authorizer.keys import KeyFinder, fixed
from authorizer.refusals import IssuerUnavailable, Refused
from authorizer.settings import Settings
from authorizer.tokens import Identity, Verifier


def handle(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    config = settings.current()
    gateway = event["requestContext"]
    route = f"{event['httpMethod']} {event['resource']}"
    logs.begin(tenant=config.tenant, route=route, request_id=gateway.get("requestId", ""))
    try:
        stage = _stage(event, config)
        identity = verifier().verify(_bearer_token(event), time.time())
    except Refused as refusal:
        _end("refused", refusal.reason)
        # API Gateway answers 401 to this very message, and 500 to any other.
        raise Exception("Unauthorized") from None
    except IssuerUnavailable as error:
        details = {"issuer": config.issuer, "cause": str(error)}
        _end("no keys to check tokens with", "issuer-unavailable", logging.ERROR, **details)
        raise
    except Exception as error:
        logs.failure("unexpected failure", error)
        _end("failed", "failed", logging.ERROR)
        raise
    _end("accepted", "accepted", kid=identity.kid)
    return _answer(stage, identity)


def _answer(stage: str, identity: Identity) -> dict[str, Any]:
    subject = subjects.written(identity.subject)
    return {
        "principalId": subject,
        "policyDocument": policies.policy(stage, identity.scopes),
        "context": {
            "subject": subject,
            "scope": " ".join(sorted(identity.scopes)),
            "kid": identity.kid,
        },
    }


def _end(message: str, reason: Verdict, level: int = logging.INFO, **members: Any) -> None:
    metrics.count(VERDICTS)
    logs.end(message, metrics.take(), level, reason=reason, **members)


def _stage(event: Mapping[str, Any], config: Settings) -> str:
    if event["requestContext"]["stage"] != config.tenant:
        raise Refused("stage")
    return policies.stage_arn(event["methodArn"], config.tenant)


def _bearer_token(event: Mapping[str, Any]) -> str:
    """The only Authorization header's token; two headers would let two readers see two tokens."""
    single, multiple = event.get("headers") or {}, event.get("multiValueHeaders") or {}
    values = [value for name, each in multiple.items() if name.lower() == "authorization" for value in each]
    if not values:
        values = [value for name, value in single.items() if name.lower() == "authorization"]
    if len(values) != 1:
        raise Refused("missing")
    scheme, _, token = values[0].partition(" ")
    if scheme.lower() != "bearer" or not token.strip(" "):
        raise Refused("missing")
    return str(token.strip(" "))


@cache
def verifier() -> Verifier:
    config = settings.current()
    return Verifier(config, _key_finder(config))


def _key_finder(config: Settings) -> KeyFinder:
    if config.keys is not None:
        return fixed(config.keys)
    from authorizer.issuer import IssuerKeys  # only this mode pays for importing an HTTP client

    issuer = IssuerKeys(
        config.issuer, config.algorithms, discovery=config.discovery, jwks_uri=config.jwks_uri
    )
    return issuer.find
