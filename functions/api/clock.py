"""Time as the data holds it: epoch milliseconds, and RFC 3339 in UTC with milliseconds."""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Final

LAST_MS: Final = 253_402_300_799_999  # the end of the year 9999, after which RFC 3339 has no time

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def rfc3339(epoch_ms: int) -> str:
    moment = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def epoch_ms(text: str) -> int | None:
    """The first whole millisecond that is not before this time.

    None for what is not RFC 3339, or has more digits than microseconds have.
    """
    if not _RFC3339.fullmatch(text):
        return None
    try:
        microseconds = (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)
    except ValueError:  # no such day or hour
        return None
    return -(-microseconds // 1_000)
