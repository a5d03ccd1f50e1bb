"""The authorizer of acme, asked with tokens that someone changed: all refusals must look the same."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from api import metrics
from authorizer import handler
from authorizer import settings as authorizer_settings
from tests.support import events, tokens
from tests.support.tokens import Signer, encode

ELLIPTIC = {"ES256": 32, "ES384": 48, "ES512": 66}  # bytes of r, and of s
RSA = ("RS256", "RS512", "PS256", "PS384")
RSA_SIGNER = tokens.signer("RS256")
SIGNERS = {
    **{algorithm: tokens.signer(algorithm) for algorithm in ("EdDSA", *ELLIPTIC)},
    **{algorithm: Signer("2026", algorithm, RSA_SIGNER.private) for algorithm in RSA},
}
IN_ONE_PROCESS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def trusting(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signer]:
    auth = {"mode": "keys", "issuer": tokens.ISSUER, "audience": tokens.AUDIENCE, "keys": [signer.jwk]}
    monkeypatch.setenv("TENANT", "acme")
    monkeypatch.setenv("AUTH", json.dumps(auth))
    monkeypatch.setattr(metrics, "count", lambda *_arguments, **_dimensions: None)
    _forget()
    yield signer
    _forget()


def _forget() -> None:
    authorizer_settings.current.cache_clear()
    handler.verifier.cache_clear()


def ask(token: str) -> dict[str, Any]:
    return handler.handle(events.authorizer(token), None)


def refused(token: str) -> bool:
    """Whether it is refused in just the way that API Gateway answers with 401."""
    try:
        ask(token)
    except Exception as error:
        assert (type(error), str(error)) == (Exception, "Unauthorized"), token  # noqa: PT017
        return True
    return False


def parts(token: str) -> tuple[str, str, str]:
    head, body, signature = token.split(".")
    return head, body, signature


def decode(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def resigned(token: str, signature: bytes) -> str:
    return f"{token.rpartition('.')[0]}.{encode(signature)}"
