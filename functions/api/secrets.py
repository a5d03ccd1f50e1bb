"""Values from Secrets Manager: fetched when first needed, kept for a bounded time."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock
from time import monotonic
from typing import Any, Final

from agreed.secrets import MAX_AGE_SECONDS
from api import clients, strict_json
from api.downstream import CLIENT_CONFIG, call


@dataclass(frozen=True, slots=True)
class _Fetched:
    values: Mapping[str, Any]
    until: float


_kept: dict[str, _Fetched] = {}  # by secret
_fetching: Final[
    dict[str, Lock]
] = {}  # by secret: threads that need one at once fetch it once, and wait for no other


def values(arn: str) -> Mapping[str, Any]:
    with _fetching.setdefault(arn, Lock()):
        kept = _kept.get(arn)
        if kept is None or kept.until <= monotonic():
            kept = _kept[arn] = _Fetched(_fetch(arn), monotonic() + MAX_AGE_SECONDS)
        return kept.values


@cache
def client() -> Any:
    return clients.client("secretsmanager", config=CLIENT_CONFIG)


def _fetch(arn: str) -> Mapping[str, Any]:
    answer = call(client().get_secret_value, SecretId=arn)
    fetched: Mapping[str, Any] = strict_json.parse(answer["SecretString"])
    return fetched
