"""What the tenant's usage plan has counted, by API key and UTC day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final

from api import clients, clock, settings
from api.downstream import CLIENT_CONFIG, call

KEPT_DAYS: Final = 90  # by API Gateway
Day = Sequence[int]  # how many were used, and what remained of the quota; empty where none were


@dataclass(frozen=True, slots=True)
class KeyUse:
    """`used` and `remaining` are of the quota's period. Without a quota `used` is of the month; then, and for
    a retired key, `remaining` is None.

    `last` is the last day on which it was used, or empty. `retired`: the tenant has the key no more, and
    `name` is its id.
    """

    name: str
    today: int
    used: int
    remaining: int | None
    last: str
    retired: bool


def of_keys() -> list[KeyUse]:
    """The tenant's own first, in the order of its file; behind them those that were used and are gone."""
    overseen, today = settings.current().overseen, datetime.fromtimestamp(clock.now_ms() / 1000, UTC).date()
    start = today - timedelta(days=KEPT_DAYS - 1)
    counted = dict(_counted(overseen.plan, start, today))
    own = [_use(counted.get(each, []), name, start, today) for each, name in overseen.keys.items()]
    gone = sorted(counted.keys() - overseen.keys.keys())
    return own + [_use(counted[each], each, start, today, retired=True) for each in gone]


def began(period: str, today: date) -> date:
    """The first day of the calendar's period that `today` lies in; weeks begin on Sundays."""
    if period == "month":
        return today.replace(day=1)
    return today - timedelta(days=today.isoweekday() % 7) if period == "week" else today


def _use(days: Sequence[Day], name: str, start: date, today: date, *, retired: bool = False) -> KeyUse:
    """`days` are those from `start` on. A period whose days say nothing so far has the whole quota left."""
    quota = settings.current().overseen.quota
    dated = {start + timedelta(days=number): day for number, day in enumerate(days) if day}
    counts = {at: day[0] for at, day in dated.items() if day[0]}
    first = began(quota.period if quota else "month", today)
    left = [day[1] for at, day in dated.items() if at >= first and len(day) > 1]
    remaining = (left[-1] if left else quota.limit) if quota else None
    return KeyUse(
        name=name,
        today=counts.get(today, 0),
        used=sum(count for day, count in counts.items() if day >= first),
        remaining=None if retired else remaining,
        last=max(counts).isoformat() if counts else "",
        retired=retired,
    )


def _counted(plan: str, start: date, end: date) -> Iterator[tuple[str, Sequence[Day]]]:
    asked: dict[str, Any] = {"usagePlanId": plan, "limit": 500}
    asked |= {"startDate": start.isoformat(), "endDate": end.isoformat()}
    while True:
        answer: Mapping[str, Any] = call(client().get_usage, **asked)
        yield from answer.get("items", {}).items()
        if not answer.get("position"):
            return
        asked["position"] = answer["position"]


@cache
def client() -> Any:
    return clients.client("apigateway", config=CLIENT_CONFIG)
