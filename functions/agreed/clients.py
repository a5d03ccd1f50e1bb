"""Clients that a tenant's token endpoint knows: one set of rules for whoever makes, changes or reads them.

A change is a request to DynamoDB with a condition, so that whoever sends it learns if another came first.
Each but the first is of the client as it was read: nobody replaces or removes a secret unseen.
"""

import hashlib
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from agreed import partitions

GROUP: Final = "tokens"
CLIENT: Final = "client"  # kind of the records
# Their fields: digests of the secret and, for a while after a roll, of the one before; moments in RFC 3339.
CREATED_AT: Final = "created_at"
SCOPES: Final = "scopes"
SECRET: Final = "secret"  # noqa: S105 - a field
EARLIER: Final = "earlier"
EARLIER_UNTIL: Final = "earlier_until"
ENDS_AT: Final = "ends_at"
USED_AT: Final = "used_at"

# Neither ids nor secrets hold what form encoding changes: clients encode both before Basic's base64, as RFC
# 6749 asks, or forget it, and it comes to the same. No id can be mistaken for a secret, and logged.
ID: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
PREFIX: Final = "tcs_"  # of a secret; scanners find one by it that was committed
SECRET_BYTES: Final = 32

# Of a tenant; whoever needs one for each of many users wants an identity provider. They are counted
# before one is made, so that of several that are made in one moment all but one may come on top.
MOST: Final = 50
MOST_DAYS: Final = 3_650
GRACE_HOURS: Final = 24
MOST_GRACE_HOURS: Final = 720

Record = Mapping[str, Any]  # attribute name -> DynamoDB's typed value, such as {"S": "text"}


class Refused(ValueError):
    """What is asked of a client cannot be; the message says why, and what to do."""


class Known(NamedTuple):
    """Moments are in RFC 3339; until `earlier_until` the secret before the last roll is good too."""

    id: str
    scopes: tuple[str, ...]
    created_at: str
    used_at: str | None
    ends_at: str | None
    earlier_until: str | None


class Change(NamedTuple):
    """A write of one record, without its table: as PutItem, UpdateItem and DeleteItem take it, and a
    transaction."""

    kind: Literal["Put", "Update", "Delete"]
    request: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Clients:
    """Those of one tenant; `scopes` are those of the routes that the tenant has."""

    tenant: str
    scopes: Collection[str]
    group: str = GROUP

    @property
    def partition(self) -> str:
        return partitions.records(self.tenant, self.group, CLIENT)

    def key(self, client: str) -> dict[str, Any]:
        return key(self.tenant, client, self.group)

    def made(
        self, client: str, scopes: Collection[str], secret: str, ends: str | None, there: int, now: datetime
    ) -> Change:
        """Its condition fails where there is a client of that name.

        Args:
            there: how many clients the tenant has.

        Raises:
            Refused: the name cannot be one, a scope opens none of the tenant's routes, or there are too many.
        """
        if not ID.fullmatch(client):
            rule = "use 1 to 63 of a-z, 0-9, . and -, a letter or digit first"
            raise Refused(f"{client[:64]!r} cannot name a client; {rule}")
        own = ", ".join(sorted(self.scopes)) or "none"
        if not scopes:
            raise Refused(f"{client} would have no scope; choose from those of {self.tenant}: {own}")
        for scope in scopes:
            if scope not in self.scopes:
                raise Refused(f"the scope {scope[:64]!r} opens no route of {self.tenant}; it has {own}")
        if there >= MOST:
            raise Refused(f"{self.tenant} has {MOST} clients, the most that it may have; remove one")
        texts = {CREATED_AT: moment(now), SCOPES: " ".join(sorted(set(scopes))), SECRET: digest(secret)}
        texts |= {ENDS_AT: ends} if ends else {}
        item = self.key(client) | {name: {"S": text} for name, text in texts.items()}
        return Change("Put", {"Item": item, "ConditionExpression": "attribute_not_exists(pk)"})

    def rolled(self, record: Record, secret: str, until: str | None) -> Change:
        """The current secret is good beside the new one until that moment; no longer, where it is None."""
        values = {":secret": digest(secret)}
        if until is None:
            return self._updated(record, f"SET {SECRET} = :secret REMOVE {EARLIER}, {EARLIER_UNTIL}", values)
        values[":until"] = until
        expression = f"SET {SECRET} = :secret, {EARLIER} = :read, {EARLIER_UNTIL} = :until"
        return self._updated(record, expression, values)

    def ended(self, record: Record, ends: str | None) -> Change:
        """It gets tokens until then; for good, where it is None."""
        if ends is None:
            return self._updated(record, f"REMOVE {ENDS_AT}", {})
        return self._updated(record, f"SET {ENDS_AT} = :ends", {":ends": ends})

    def removed(self, record: Record) -> Change:
        return Change("Delete", self._as_read(record, {}))

    def _updated(self, record: Record, expression: str, values: Mapping[str, str]) -> Change:
        return Change("Update", {**self._as_read(record, values), "UpdateExpression": expression})

    def _as_read(self, record: Record, values: Mapping[str, str]) -> dict[str, Any]:
        """Each secret is another, so by it a client is known that was rolled, removed or made anew."""
        texts = {":read": record[SECRET]["S"], **values}
        return {
            "Key": self.key(record["sk"]["S"]),
            "ConditionExpression": f"{SECRET} = :read",
            "ExpressionAttributeValues": {name: {"S": text} for name, text in texts.items()},
        }


def key(tenant: str, client: str, group: str = GROUP) -> dict[str, Any]:
    return {"pk": {"S": partitions.records(tenant, group, CLIENT)}, "sk": {"S": client}}


def known(record: Record) -> Known:
    texts = {name: value["S"] for name, value in record.items() if "S" in value}
    return Known(
        texts["sk"],
        tuple(texts.get(SCOPES, "").split()),
        texts.get(CREATED_AT, ""),
        texts.get(USED_AT),
        texts.get(ENDS_AT),
        texts.get(EARLIER_UNTIL),
    )


def version(record: Record) -> str:
    """Another one after each roll, and of a client that was made anew; it says nothing of the secret."""
    return digest(record[SECRET]["S"])[:32]


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """Nobody guesses 32 random bytes: a slow hash, as passwords need one, would protect nothing more."""
    return hashlib.sha256(secret.encode()).hexdigest()


def end(days: int | None, now: datetime, *, least: int = 1) -> str | None:
    """When a client ends that lasts so long; None for one that lasts for good. Raises Refused."""
    if days is None:
        return None
    if not least <= days <= MOST_DAYS:
        raise Refused(f"a client cannot end in {days} days; use {least} to {MOST_DAYS:,}")
    return moment(now + timedelta(days=days))


def grace_end(hours: int, now: datetime) -> str | None:
    """Until when the secret before a roll is good; None for no longer. Raises Refused."""
    if not 0 <= hours <= MOST_GRACE_HOURS:
        raise Refused(f"a secret cannot go on working for {hours} hours; use 0 to {MOST_GRACE_HOURS}")
    return moment(now + timedelta(hours=hours)) if hours else None


def past(text: str | None, now: datetime) -> bool:
    """None never is. What cannot be read is past: whoever wrote it meant some end."""
    if text is None:
        return False
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return True
    return read.tzinfo is None or read <= now


def moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
