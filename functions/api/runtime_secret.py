"""The tenant's runtime values from Secrets Manager: fetched when first needed, kept for a bounded time."""

import base64
import json
from dataclasses import dataclass
from functools import cache
from time import monotonic
from typing import Any, Final

import boto3

from api import settings
from api.downstream import CLIENT_CONFIG, call

MAX_AGE_SECONDS: Final = 900  # a changed value is picked up within this time
CURSOR_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class _Fetched:
    cursor_key: bytes
    until: float


_kept: dict[str, _Fetched] = {}  # by secret


def cursor_key() -> bytes:
    arn = settings.current().secret_arn
    if arn is None:
        raise LookupError("SECRET_ARN is not set; this function pages, so it needs the runtime secret")
    kept = _kept.get(arn)
    if kept is None or kept.until <= monotonic():
        kept = _kept[arn] = _Fetched(_fetch(arn), monotonic() + MAX_AGE_SECONDS)
    return kept.cursor_key


@cache
def client() -> Any:
    return boto3.client("secretsmanager", config=CLIENT_CONFIG)


def _fetch(arn: str) -> bytes:
    answer = call(client().get_secret_value, SecretId=arn)
    key = base64.b64decode(json.loads(answer["SecretString"])["cursor_key"], validate=True)
    if len(key) != CURSOR_KEY_BYTES:
        raise ValueError(f"the runtime secret's cursor_key has {len(key)} bytes; it needs {CURSOR_KEY_BYTES}")
    return key
