"""Say when a tenant's key was last used: clients that still use it are locked out once it is retired.

An API key's days are counted by its usage plan, and its moments are in the access log. A signing key is known
by the authorizer's verdicts alone, of which one may let a client call for a minute.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from tenantry.operations.aws import refusals_reported
from tenantry.operations.logs import events as log_events
from tenantry.operations.logs.events import ACCESS, Log
from tenantry.operations.metering.usage import usage_of
from tenantry.operations.places import Place
from tenantry.operations.running import RunningTenant, survey
from tenantry.rules.naming import AUTHORIZER

RECENT_DAYS = 7  # so that what runs once a week has come by


@dataclass(frozen=True, slots=True)
class Use:
    """`last` is a day where no log has the moment; None where nothing is known in `RECENT_DAYS`.

    `today` counts calls of an API key, in UTC; of a signing key, verdicts.
    """

    last: datetime | date | None
    today: int


def of_api_key(place: Place, slug: str, name: str) -> Use:
    """A key that is not deployed has no use.

    Raises:
        NotDeployed: there is no such tenant.
        Failed: AWS refuses.
    """
    tenant = survey(place).tenant(slug)
    key = next((each.id for each in tenant.keys if each.name == name), None)
    if key is None:
        return Use(None, 0)
    days = _planned(place, tenant, key)
    today = _today()
    logged = _logged(place, slug, ACCESS, "api_key_id", key, [max(days, default=today), today])
    counted = max(days.get(today, 0), sum(each.date() == today for each in logged))  # the plan may lag
    return Use(max(logged, default=None) or max(days, default=None), counted)


def of_signing_key(place: Place, slug: str, name: str) -> Use:
    """As the authorizer took it for good. Raises Failed: AWS refuses."""
    today = _today()
    for back in range(RECENT_DAYS):
        if logged := _logged(place, slug, AUTHORIZER, "kid", name, [today - timedelta(days=back)]):
            return Use(max(logged), 0 if back else len(logged))
    return Use(None, 0)


def _planned(place: Place, tenant: RunningTenant, key: str) -> dict[date, int]:
    """Calls by day, of days that have any."""
    today = _today()
    usage = usage_of(place, tenant, today - timedelta(days=RECENT_DAYS - 1), today)
    return {day.date: day.used for each in usage if each.id == key for day in each.days if day.used}


def _logged(
    place: Place, slug: str, log: str, member: str, value: str, days: Iterable[date]
) -> list[datetime]:
    """The moments of those days, in UTC, whose line has that member with that value."""
    with refusals_reported(place.region):
        logs = place.client("logs")
        found: Log | None = log_events.found(logs, place.names, slug).get(log)
        if found is None:
            return []
        return [
            datetime.fromtimestamp(event.time_ms / 1000, UTC)
            for day in sorted(set(days))
            for event in found.events(logs, _midnight(day), _midnight(day + timedelta(days=1)), f'"{value}"')
            if _member(event.message, member) == value
        ]


def _member(line: str, name: str) -> object:
    try:
        fields = json.loads(line)
    except ValueError:
        return None
    return fields.get(name) if isinstance(fields, dict) else None


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def _today() -> date:
    return datetime.now(UTC).date()
