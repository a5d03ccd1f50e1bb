"""Know a client by its secret's digest, for the same work whether there is such a client or not.

Right secrets are never turned away for others' failures: a secret is 32 random bytes, which no number of
guesses finds, while a lock would let whoever knows a client's id shut it out. What is bounded is what
failures cost: beyond so many in a minute they are answered without being written.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from agreed import partitions
from agreed.clients import (
    EARLIER,
    EARLIER_UNTIL,
    ENDS_AT,
    ID,
    SCOPES,
    SECRET,
    USED_AT,
    digest,
    key,
    past,
)
from api import clock, settings, table
from groups.tokens.asking import Credentials, refused_client
from groups.tokens.declaration import FAILURE, GROUP
from groups.tokens.refusals import Refused

WINDOW_SECONDS: Final = 60
FAILURES_OF_TENANT: Final = 100  # in a window
FAILURES_OF_CLIENT: Final = 10
KEPT_SECONDS: Final = 3_600  # DynamoDB deletes when it has time
USED_EVERY_MS: Final = 60_000  # a client that asks more often is not written more often
NOBODY: Final = "0" * 64  # a digest that no secret has


class Client(NamedTuple):
    id: str
    scopes: frozenset[str]


def authenticated(by: Credentials) -> Client:
    """Raises Refused."""
    now = clock.now_ms()
    found = table.current().get(key(settings.current().tenant, by.id)) if ID.fullmatch(by.id) else None
    texts = {name: value["S"] for name, value in (found or {}).items() if "S" in value}
    if not _is_right(texts, by.secret, now):
        raise _failed(by.id, "unknown client" if found is None else "wrong secret")
    if past(texts.get(ENDS_AT), _moment(now)):
        raise _failed(by.id, "ended")
    if not _used(by.id, texts.get(USED_AT), now):
        raise _failed(by.id, "unknown client")
    return Client(by.id, frozenset(texts[SCOPES].split(" ")))


def _is_right(texts: Mapping[str, str], secret: str, now: int) -> bool:
    given = digest(secret)
    first = hmac.compare_digest(given, texts.get(SECRET, NOBODY))
    second = hmac.compare_digest(given, texts.get(EARLIER, NOBODY))
    return first or (second and not past(texts.get(EARLIER_UNTIL), _moment(now)))


def _moment(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)


def _used(client: str, before: str | None, now: int) -> bool:
    """False where the client was removed meanwhile."""
    if before is not None and now - (clock.epoch_ms(before) or 0) < USED_EVERY_MS:
        return True
    try:
        table.current().update(
            Key=key(settings.current().tenant, client),
            UpdateExpression=f"SET {USED_AT} = :now",
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeValues={":now": {"S": clock.rfc3339(now)}},
        )
    except table.Refused:
        return False
    return True


def _failed(client: str, reason: str) -> Refused:
    """Counted for the tenant first, so that made-up ids leave no more records than the tenant's bound."""
    now = int(time.time())
    window = now - now % WINDOW_SECONDS
    own = hashlib.sha256(client.encode(errors="surrogatepass")).hexdigest()[:16]
    for counter, most in ((str(window), FAILURES_OF_TENANT), (f"{window}.{own}", FAILURES_OF_CLIENT)):
        if not _counted(counter, most, window + KEPT_SECONDS):
            wait = {"Retry-After": str(window + WINDOW_SECONDS - now)}
            description = "too many failed attempts; wait, and correct the credentials"
            return Refused("invalid_client", description, status=429, headers=wait, reason=reason)
    return refused_client(reason=reason)


def _counted(counter: str, most: int, expires: int) -> bool:
    values: dict[str, Any] = {":one": 1, ":most": most, ":expires": expires}
    try:
        table.current().update(
            Key={"pk": {"S": _partition(FAILURE.kind)}, "sk": {"S": counter}},
            UpdateExpression="ADD failures :one SET expires_at = :expires",
            ConditionExpression="attribute_not_exists(failures) OR failures < :most",
            ExpressionAttributeValues={name: {"N": str(value)} for name, value in values.items()},
        )
    except table.Refused:
        return False
    return True


def _partition(kind: str) -> str:
    return partitions.records(settings.current().tenant, GROUP.name, kind)
