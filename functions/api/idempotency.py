"""Make a retried write answer as the first one did (the IETF's Idempotency-Key draft).

The record is written in the same transaction as what it guards, so neither exists without the other.
It holds what the answer needs and the repeated request does not say, such as the new id and time.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agreed import partitions
from api import counters
from api.errors import IdempotencyKeyReused, invalid_parameter
from api.requests import Request
from api.table import Attributes, Refused, Table

LIFETIME_SECONDS: Final = 24 * 3600
_RAW: Final = re.compile(r"[\x21-\x7e]{1,255}")
_QUOTED: Final = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')


@dataclass(frozen=True, slots=True)
class Claim:
    """One key's claim on one request."""

    partition: str
    fingerprint: str

    def record(self, made: Attributes, now_ms: int) -> Mapping[str, Attributes]:
        """The write that fails while another record of the key is alive.

        TTL deletes late, by days at times, so an expired record counts as absent.
        """
        now = now_ms // 1000
        return {
            "Put": {
                "Item": {
                    **made,
                    "pk": {"S": self.partition},
                    "sk": {"S": partitions.RECORD},
                    "fingerprint": {"S": self.fingerprint},
                    "expires_at": {"N": str(now + LIFETIME_SECONDS)},
                },
                "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
                "ExpressionAttributeValues": {":now": {"N": str(now)}},
            }
        }

    def first(self, record: Attributes) -> Attributes:
        """What the key's first request made, if this request is the same one."""
        if record["fingerprint"]["S"] != self.fingerprint:
            raise IdempotencyKeyReused("send a new Idempotency-Key with a new request")
        return record


def write(
    table: Table,
    claim: Claim | None,
    writes: Sequence[Mapping[str, Attributes]],
    made: Attributes,
    now_ms: int,
    changes: Sequence[counters.Change] = (),
) -> Attributes | None:
    """Write all in one transaction and return None; or, on a repeat, write nothing and return what the
    first request `made`.

    The record counts before the writes' own conditions: what the first request changed would fail them.
    Without a repeat, a failed condition is `Refused` as ever, and leaves no record.
    """
    if claim is None:
        counters.write(table, writes, changes)
        return None
    try:
        counters.write(table, [*writes, claim.record(made, now_ms)], changes)
    except Refused as refused:
        record = refused.found(len(writes))
        if record is None:
            raise
        return claim.first(record)
    return None


def claim(request: Request, tenant: str, group: str, document: object) -> Claim | None:
    """None without a key. A key belongs to a route and a subject; the request is its path, its document and
    its preconditions: one that names another version means another change."""
    header = request.header("idempotency-key")
    if header is None:
        return None
    scope = [request.method, request.resource, request.subject, parse(header)]
    content = [sorted(request.path.items()), document, request.header("if-match")]
    if (none_match := request.header("if-none-match")) is not None:
        content.append(none_match)
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
