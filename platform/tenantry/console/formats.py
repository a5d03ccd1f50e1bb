"""Write figures as people read them: short, in one unit, and always as wide as the one below."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

NONE = "–"  # noqa: RUF001 - a dash as wide as a figure


def number(value: float | None) -> str:
    """Whole up to a million; beyond that three digits are enough."""
    if value is None:
        return NONE
    for limit, unit in ((1e9, "bn"), (1e6, "m")):
        if abs(value) >= limit:
            return f"{value / limit:,.2f} {unit}"
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:,.3g}"


def rate(requests: float, seconds: float) -> str:
    """Calls in the shortest of second, minute and hour that has one at least."""
    for length, unit in ((1, "s"), (60, "min")):
        each = requests / seconds * length
        if each >= 1 or not requests:
            return f"{each:,.1f}/{unit}" if requests else f"0/{unit}"
    return f"{requests / seconds * 3600:,.1f}/h"


def share(part: float, whole: float) -> str:
    """A percentage that never rounds something to nothing, or not quite all to all."""
    if not part or not whole:
        return "0 %"
    percent = 100 * part / whole
    if percent < 0.1:
        return "< 0.1 %"
    if 99.9 < percent < 100:
        return "> 99.9 %"
    return f"{percent:.1f} %" if percent < 10 or 99 < percent < 100 else f"{percent:.0f} %"


def milliseconds(value: float | None) -> str:
    if value is None:
        return NONE
    return f"{value / 1000:,.2f} s" if value >= 1000 else f"{value:,.0f} ms"


def seconds(value: float | None) -> str:
    if value is None:
        return NONE
    if value < 120:
        return f"{value:,.0f} s"
    return f"{value / 60:,.0f} min" if value < 7200 else f"{value / 3600:,.1f} h"


def dollars(value: float | None) -> str:
    if value is None:
        return NONE
    return "< $0.01" if 0 < value < 0.01 else f"${value:,.2f}"


def age(since: datetime, now: datetime) -> str:
    """Whole days; of a day or less, hours or minutes."""
    passed = max((now - since).total_seconds(), 0)
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = int(passed // length)
        if count:
            return f"{count:,} {unit}{'s' if count > 1 else ''}"
    return "under a minute"


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def clock(at: datetime) -> str:
    """For axes and tables, where the date matters only once it changes."""
    return at.astimezone(UTC).strftime("%b %d, %H:%M")


def from_ms(milliseconds: int) -> datetime:
    """Of what counts them since 1970."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def written(fields: Mapping[str, Any]) -> str:
    return json.dumps(fields, indent=2, ensure_ascii=False, default=str)


FILTERS = {
    each.__name__: each
    for each in (
        *(number, rate, share, milliseconds, seconds, dollars, age, moment, clock),
        *(from_ms, written),
    )
}
