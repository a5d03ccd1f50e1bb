"""Time as the data holds it: epoch milliseconds, and RFC 3339 in UTC with milliseconds."""

import time
from datetime import UTC, datetime
from typing import Final

LAST_MS: Final = 253_402_300_799_999  # the end of the year 9999, after which RFC 3339 has no time


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def rfc3339(epoch_ms: int) -> str:
    moment = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
