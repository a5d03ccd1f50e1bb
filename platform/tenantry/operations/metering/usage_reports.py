"""Say what a tenant used, fit to bill from: counted in its access log, and held against its usage plan.

Days that the log no longer has come from the plan alone, which knows neither routes nor answers.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tenantry.operations.aws import refusals_reported
from tenantry.operations.logs import events as log_events
from tenantry.operations.logs.events import ACCESS, Log
from tenantry.operations.logs.requests import Requests, counted
from tenantry.operations.metering.usage import KeyUsage, usage_of
from tenantry.operations.places import Place
from tenantry.operations.running import RunningTenant


@dataclass(frozen=True, slots=True)
class UsageLine:
    """Requests of one day, key and route.

    `key` is the key's name, or its id if the tenant has no such key any more, or empty for requests without
    one. Route and answers are None where only the plan knows of the requests.
    """

    day: date
    key: str
    key_id: str
    route: str | None
    requests: int
    succeeded: int | None = None
    refused: int | None = None
    failed: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What was used from `start` to `end`, both included.

    Attributes:
        logged_from: the first whole day that the access log has; None without a log that has any.
        keyed: requests with a key of the plan, logged since then.
        throttled: those of them answered 429.
        planned: what the usage plan counted since then.
    """

    tenant: RunningTenant
    start: date
    end: date
    lines: tuple[UsageLine, ...]
    plan: tuple[KeyUsage, ...]
    logged_from: date | None
    keyed: int
    throttled: int
    planned: int

    @property
    def total(self) -> int:
        return sum(line.requests for line in self.lines)

    @property
    def agrees(self) -> bool:
        """Whether log and plan count the same; a plan need not count what it throttled."""
        return self.keyed - self.throttled <= self.planned <= self.keyed


def report(
    place: Place,
    tenant: RunningTenant,
    start: date,
    end: date,
    on_counted: Callable[[int], None] = lambda _: None,
) -> Report:
    """From `start` to `end`, both included.

    Raises:
        Failed: AWS refuses.
    """
    plan = usage_of(place, tenant, start, end)
    with refusals_reported(place.region):
        logs = place.client("logs")
        log = log_events.found(logs, place.names, tenant.slug).get(ACCESS)
        kept = None if log is None else max(start, _first_kept(log))
        found = (
            counted(log.events(logs, _midnight(kept), _midnight(end + timedelta(days=1))), on_counted)
            if log is not None and kept is not None and kept <= end
            else []
        )
    names = {key.id: key.name or key.id for key in plan}
    first = None if kept is None else _first_logged(kept, found, plan)
    requests = [each for each in found if first is not None and each.day >= first]
    keyed = [each.count for each in requests if each.key_id in names]
    return Report(
        tenant=tenant,
        start=start,
        end=end,
        lines=(*_planned(plan, first), *_logged(requests, names)),
        plan=plan,
        logged_from=first,
        keyed=sum(each.requests for each in keyed),
        throttled=sum(each.throttled for each in keyed),
        planned=sum(day.used for key in plan for day in key.days if first is not None and day.date >= first),
    )


def _first_kept(log: Log) -> date:
    """The first whole day by the retention, which may have been shorter until now."""
    if log.kept_days is None:
        return date.min
    return (datetime.now(UTC) - timedelta(days=log.kept_days)).date() + timedelta(days=1)


def _first_logged(kept: date, requests: list[Requests], plan: tuple[KeyUsage, ...]) -> date | None:
    """The first whole day of those `kept` whose lines are there; None if the log has no line at all.

    A longer retention brings back no event that a shorter one deleted, and a new log group begins empty: if
    the plan counted calls on a day before the first line, older lines are lost, and maybe some of that day's.
    """
    planned: Counter[date] = Counter()
    for key in plan:
        planned.update({day.date: day.used for day in key.days})
    begins = min((each.day for each in requests), default=None)
    if not any(used and day >= kept and (begins is None or day < begins) for day, used in planned.items()):
        return kept
    if begins is None:
        return None
    ids = {key.id for key in plan}
    logged = [each.count for each in requests if each.day == begins and each.key_id in ids]
    whole = planned[begins] <= sum(each.requests - each.throttled for each in logged)
    return begins if whole else begins + timedelta(days=1)


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def _planned(plan: tuple[KeyUsage, ...], before: date | None) -> list[UsageLine]:
    lines = [
        UsageLine(day.date, key.name or key.id, key.id, None, day.used)
        for key in plan
        for day in key.days
        if day.used and (before is None or day.date < before)
    ]
    return sorted(lines, key=lambda line: (line.day, line.key))


def _logged(requests: list[Requests], names: dict[str, str]) -> Iterator[UsageLine]:
    for each in requests:
        yield UsageLine(
            day=each.day,
            key=names.get(each.key_id, each.key_id),
            key_id=each.key_id,
            route=each.route,
            requests=each.count.requests,
            succeeded=each.count.succeeded,
            refused=each.count.refused,
            failed=each.count.failed,
        )
