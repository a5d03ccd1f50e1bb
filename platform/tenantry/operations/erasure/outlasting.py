"""Name what outlasts an erasure because nobody can delete it, and the day by which it is gone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

BACKUP_DAYS: Final = 35  # of a table with recovery to any second, after its end too
# How long it stays (AWS's guides of DynamoDB, X-Ray and CloudWatch). All of it is always stated: a table may
# have been deleted by an earlier run, and right after its deletion its backup may not be listed yet.
KINDS: Final = (
    ("records in the backups of the pooled table", BACKUP_DAYS),
    ("the system's backup of the tenant's own table, if it had one", BACKUP_DAYS),
    ("traces of X-Ray: times and addresses of calls, no contents", 30),
    ("metrics of CloudWatch: numbers of calls, no contents", 455),
)


@dataclass(frozen=True, slots=True)
class Outlasting:
    what: str
    at_most_until: date


def outlasting(ended: datetime, keys: dict[str, datetime]) -> Iterator[Outlasting]:
    """All of it, after an erasure that ended then.

    Args:
        keys: ids of KMS keys that wait for their end, and when it comes.
    """
    for what, days in KINDS:
        yield Outlasting(what, _day(ended + timedelta(days=days)))
    for key, end in keys.items():
        yield Outlasting(f"the encryption key {key}, unusable", _day(end))


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
