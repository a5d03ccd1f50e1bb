"""A tenant's API keys with what each did of late, and when it was used last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tenantry.console.readings import Unread
from tenantry.operations.logs.traffic import Calls, Traffic
from tenantry.operations.running import Key


@dataclass(frozen=True, slots=True)
class KeyRow:
    """`calls` are None where none was found. `last_day` is by the usage plan, which keeps no moments."""

    key: Key
    calls: Calls | None
    last_day: date | None

    @property
    def last(self) -> datetime | None:
        return self.calls.last if self.calls else None


def rows(
    keys: Sequence[Key], traffic: Traffic | Unread, last_days: Mapping[str, date] | Unread
) -> list[KeyRow]:
    calls = {} if isinstance(traffic, Unread) else traffic.keys
    days = {} if isinstance(last_days, Unread) else last_days
    return [KeyRow(key, calls.get(key.id), days.get(key.id)) for key in keys]
