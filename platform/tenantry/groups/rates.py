"""Read when a schedule runs, and refuse what EventBridge would refuse during a deployment.

Source: "Setting a schedule pattern for scheduled rules", Amazon EventBridge.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

DAYS = 365 / 12  # of a month
_MINUTES = {"minute": 1, "hour": 60, "day": 1_440}
_RATE = re.compile(r"rate\(([1-9]\d{0,5}) (minute|hour|day)(s?)\)")
_CRON = re.compile(r"cron\(([^()]*)\)")
_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}
_WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}


class Field(NamedTuple):
    """One of cron's; `once` is what stands for one day a month, such as the last."""

    name: str
    values: range
    words: Mapping[str, int] = {}
    once: str = ""


_FIELDS = (
    Field("minutes", range(60)),
    Field("hours", range(24)),
    Field("day-of-month", range(1, 32), once=r"L|([1-9]|[12]\d|3[01])W"),
    Field("month", range(1, 13), _MONTHS),
    Field("day-of-week", range(1, 8), _WEEKDAYS | {"L": 7}, once=rf"([1-7]|{'|'.join(_WEEKDAYS)})(L|#[1-5])"),
    Field("year", range(1970, 2200)),
)


def runs_a_month(expression: str) -> float:
    """About how often it runs, in a year that the expression names.

    Raises:
        ValueError: EventBridge would not take it; the message says why.
    """
    if rate := _RATE.fullmatch(expression):
        count, unit, plural = int(rate[1]), rate[2], bool(rate[3])
        if plural is (count == 1):
            raise ValueError(f"{count} takes {unit if count == 1 else unit + 's'}")
        return DAYS * _MINUTES["day"] / (count * _MINUTES[unit])
    if cron := _CRON.fullmatch(expression):
        return _cron(cron[1].split(" "))
    raise ValueError("it is neither a rate nor a cron expression")


def _cron(fields: list[str]) -> float:
    if len(fields) != len(_FIELDS):
        raise ValueError(f"a cron expression has six fields, and this has {len(fields)}")
    minutes, hours, monthday, month, weekday, _ = map(_times, _FIELDS, fields)
    if (fields[2] == "?") is (fields[4] == "?"):
        raise ValueError("exactly one of day-of-month and day-of-week has to be ?")
    days = weekday * DAYS / 7 if fields[2] == "?" else min(monthday, DAYS)
    if re.fullmatch(_FIELDS[4].once, fields[4]):
        days = 1
    return minutes * hours * days * month / 12


def _times(field: Field, text: str) -> int:
    """How many values the field names; 0 for a question mark, which two fields may hold."""
    if text == "?" and field.once:
        return 0
    if field.once and re.fullmatch(field.once, text):
        return 1
    named: set[int] = set()
    for part in text.split(","):
        named |= _named(field, part)
    return len(named)


def _named(field: Field, part: str) -> set[int]:
    begin, step = part, "1"
    if "/" in part:
        begin, step = part.split("/", 1)
    first, *last = begin.split("-", 1)
    low = field.values[0] if first == "*" else _value(field, first)
    high = field.values[-1] if first == "*" or "/" in part else low
    if last:
        high = _value(field, last[0])
    if (first == "*" and last) or not re.fullmatch(r"[1-9]\d{0,3}", step) or low > high:
        raise _wrong(field, part)
    return set(range(low, high + 1, int(step)))


def _value(field: Field, text: str) -> int:
    if text in field.words:
        return field.words[text]
    if re.fullmatch(r"\d{1,4}", text) and int(text) in field.values:
        return int(text)
    raise _wrong(field, text)


def _wrong(field: Field, text: str) -> ValueError:
    return ValueError(f"{field.name} cannot be {text!r}")
