"""How a tenant's webhooks are doing: one that fails for days, or answers 410, is switched off.

A record is written when that changes, not with each delivery. An operator switches a receiver on again by
deleting its record, or by deploying it with another address. `agreed.webhooks.health_id` makes a record's id.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from agreed import partitions
from agreed.webhooks import FAILING_SINCE, OFF_REASON, OFF_SINCE
from api import clock
from api.table import Attributes, Refused, Table
from groups.contact.declaration import GROUP, RECEIVERS

OFF_AFTER_SECONDS: Final = 72 * 3600  # of failures alone; all the attempts for one message take longer


@dataclass(frozen=True, slots=True)
class Health:
    """Moments; `off_since` is None while messages are sent to it."""

    failing_since: str | None = None
    off_since: str | None = None

    @classmethod
    def of(cls, record: Attributes | None) -> "Health":
        texts = {name: record[name]["S"] for name in (FAILING_SINCE, OFF_SINCE) if record and name in record}
        return cls(texts.get(FAILING_SINCE), texts.get(OFF_SINCE))

    def fails_for_days(self) -> bool:
        if self.failing_since is None:
            return False
        began = datetime.fromisoformat(self.failing_since).timestamp()
        return clock.now_ms() / 1000 - began >= OFF_AFTER_SECONDS


def key(tenant: str, health_id: str) -> Attributes:
    return {"pk": {"S": partitions.records(tenant, GROUP.name, RECEIVERS.kind)}, "sk": {"S": health_id}}


@dataclass(frozen=True, slots=True)
class Receivers:
    table: Table
    tenant: str

    def took_something(self, health_id: str, before: Health) -> None:
        if before.failing_since:
            self._update(health_id, f"REMOVE {FAILING_SINCE}", "attribute_exists(pk)", {})

    def failed(self, health_id: str, before: Health) -> None:
        if before.failing_since is None:
            condition = f"attribute_not_exists({FAILING_SINCE})"
            self._update(health_id, f"SET {FAILING_SINCE} = :now", condition, {":now": _now()})

    def switch_off(self, health_id: str, reason: str) -> bool:
        """Whether it was on."""
        values = {":now": _now(), ":reason": {"S": reason}}
        update = f"SET {OFF_SINCE} = :now, {OFF_REASON} = :reason"
        return self._update(health_id, update, f"attribute_not_exists({OFF_SINCE})", values)

    def _update(self, health_id: str, update: str, condition: str, values: dict[str, Any]) -> bool:
        try:
            self.table.update(
                Key=key(self.tenant, health_id),
                UpdateExpression=update,
                ConditionExpression=condition,
                **({"ExpressionAttributeValues": values} if values else {}),
            )
        except Refused:
            return False  # another notifier was first
        return True


def _now() -> Attributes:
    return {"S": clock.rfc3339(clock.now_ms())}
