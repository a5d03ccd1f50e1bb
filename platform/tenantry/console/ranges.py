"""The spans of time that a page can show: some that end now, and any other; each in about a hundred steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tenantry.operations.metering.metric_data import Window

POINTS = 120  # of a line, at most
PERIODS = (60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800)  # seconds; each divides a day
# CloudWatch has kept no finer steps of what is older than so many days ("Metrics retention").
COARSER = ((63, 3_600), (15, 300))
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=31)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Range:
    """So many `seconds` back from now."""

    name: str
    words: str
    seconds: int

    @property
    def query(self) -> Mapping[str, str]:
        return {"range": self.name}

    def window(self, now: datetime) -> Window:
        """Ends with the step that `now` lies in."""
        period = _period(self.seconds)
        end = (int(now.timestamp()) // period + 1) * period
        return _window(end - self.seconds, end, period)


@dataclass(frozen=True, slots=True)
class OwnRange:
    """Any span; both ends are whole minutes."""

    start: datetime
    end: datetime

    @property
    def words(self) -> str:
        same_day = self.start.date() == self.end.date()
        return (
            f"{self.start:%b %d, %H:%M} to {self.end.strftime('%H:%M' if same_day else '%b %d, %H:%M')} UTC"
        )

    @property
    def query(self) -> Mapping[str, str]:
        return {"from": written(self.start), "to": written(self.end)}

    def window(self, now: datetime) -> Window:
        """Holds the span whole: the steps at its ends may reach beyond it."""
        finest = next((least for days, least in COARSER if now - self.start > timedelta(days=days)), 60)
        period = max(_period(int((self.end - self.start).total_seconds())), finest)
        start, end = int(self.start.timestamp()), int(self.end.timestamp())
        return _window(start // period * period, -(-end // period) * period, period)


Span = Range | OwnRange

RANGES = {
    each.name: each
    for each in (
        Range("5m", "the last 5 minutes", 300),
        Range("15m", "the last 15 minutes", 900),
        Range("1h", "the last hour", 3_600),
        Range("3h", "the last 3 hours", 3 * 3_600),
        Range("6h", "the last 6 hours", 6 * 3_600),
        Range("24h", "the last 24 hours", 24 * 3_600),
        Range("7d", "the last 7 days", 7 * 24 * 3_600),
    )
}
DEFAULT = RANGES["1h"]


def chosen(query: Mapping[str, str]) -> Span:
    """What an address asks for; what cannot be understood is the default."""
    start, end = moment(query.get("from", "")), moment(query.get("to", ""))
    if start is None or end is None or start >= end:
        return RANGES.get(query.get("range", ""), DEFAULT)
    return OwnRange(max(start, end - LONGEST), max(end, start + SHORTEST))


def earlier(window: Window) -> tuple[Window, str]:
    """What it is compared with, in words too: the day before, or whole weeks before if it is longer."""
    length = timedelta(seconds=window.seconds)
    back = DAY if length <= DAY else WEEK * -(-length // WEEK)
    words = (
        "the day before" if back == DAY else "the week before" if back == WEEK else f"{back.days} days before"
    )
    return Window(window.start - back, window.end - back, window.period), words


def _period(seconds: int) -> int:
    return next(each for each in PERIODS if seconds / each <= POINTS)


def _window(start: int, end: int, period: int) -> Window:
    return Window(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), period)


def moment(text: str) -> datetime | None:
    """As a browser's input of date and time writes it; always in UTC, to the minute."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is not None or not 2000 <= found.year <= 9000:
        return None
    return found.replace(second=0, microsecond=0, tzinfo=UTC)


def written(at: datetime) -> str:
    """As `moment` reads it."""
    return at.strftime("%Y-%m-%dT%H:%M")
