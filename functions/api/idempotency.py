"""Make a retried POST answer as the first one did (the IETF's Idempotency-Key draft).

The record is written in the same transaction as what it guards, so neither exists without the other.
It holds the new id and time only: the answer is rebuilt from the repeated request.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api import partitions
from api.errors import IdempotencyKeyReused, invalid_parameter
from api.requests import Request
from api.table import Attributes

LIFETIME_SECONDS: Final = 24 * 3600
_RAW: Final = re.compile(r"[\x21-\x7e]{1,255}")
_QUOTED: Final = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')


@dataclass(frozen=True, slots=True)
class Stored:
    """What the first request made."""

    id: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One key's claim on one request."""

    partition: str
    fingerprint: str

    def record(self, stored: Stored, now_ms: int) -> Mapping[str, Attributes]:
        """The write that fails while another record of the key is alive.

        TTL deletes late, by days at times, so an expired record counts as absent.
        """
        now = now_ms // 1000
        return {
            "Put": {
                "Item": {
                    "pk": {"S": self.partition},
                    "sk": {"S": partitions.RECORD},
                    "fingerprint": {"S": self.fingerprint},
                    "id": {"S": stored.id},
                    "created_at": {"S": stored.created_at},
                    "expires_at": {"N": str(now + LIFETIME_SECONDS)},
                },
                "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
                "ExpressionAttributeValues": {":now": {"N": str(now)}},
            }
        }

    def first(self, record: Attributes) -> Stored:
        """What the key's first request made, if this request is the same one."""
        if record["fingerprint"]["S"] != self.fingerprint:
            raise IdempotencyKeyReused("send a new Idempotency-Key with a new request")
        return Stored(record["id"]["S"], record["created_at"]["S"])


def claim(request: Request, tenant: str, group: str, document: object) -> Claim | None:
    """None without a key. A key belongs to a route and a subject; the request is its path and document."""
    header = request.headers.get("idempotency-key")
    if header is None:
        return None
    scope = [request.method, request.resource, request.subject, parse(header)]
    content = [sorted(request.path.items()), document]
    return Claim(partitions.idempotency(tenant, group, _digest(scope)), _digest(content))


def parse(header: str) -> str:
    """The key, whether sent raw or as the draft's quoted string (RFC 8941); both forms name one key."""
    key = header.strip(" \t")
    if key.startswith('"'):
        match = _QUOTED.fullmatch(key)
        key = re.sub(r"\\(.)", r"\1", match[1]) if match else ""
    if not _RAW.fullmatch(key):
        raise invalid_parameter("Idempotency-Key", "use 1 to 255 visible ASCII characters, such as a UUID")
    return key


def _digest(value: object) -> str:
    # Sorted: a client may send the same members in another order on its retry.
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
