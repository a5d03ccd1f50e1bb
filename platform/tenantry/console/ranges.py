"""The spans of time that a page can show, each in steps that make about a hundred points."""

from dataclasses import dataclass
from datetime import UTC, datetime

from tenantry.operations.metering.metric_data import Window


@dataclass(frozen=True, slots=True)
class Range:
    """`seconds` back from now in steps of `period`, which divides it."""

    name: str
    words: str
    seconds: int
    period: int

    def window(self, now: datetime) -> Window:
        """Ends with the step that `now` lies in: CloudWatch counts in whole steps from midnight on."""
        end = (int(now.timestamp()) // self.period + 1) * self.period
        start = end - self.seconds
        return Window(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), self.period)


RANGES = {
    each.name: each
    for each in (
        Range("1h", "hour", 3_600, 60),
        Range("6h", "6 hours", 6 * 3_600, 300),
        Range("24h", "24 hours", 24 * 3_600, 900),
        Range("7d", "7 days", 7 * 24 * 3_600, 7_200),
    )
}
DEFAULT = RANGES["1h"]
