"""What the console reads, and from where: one platform, through `operations` alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Protocol

from tenantry.console.readings import CachedReading
from tenantry.operations import running
from tenantry.operations.logs import failures
from tenantry.operations.logs.failures import Failure
from tenantry.operations.metering import alarm_states, figures, quota_use
from tenantry.operations.metering.alarm_states import ReportedAlarm
from tenantry.operations.metering.figures import ChartLine, Glance
from tenantry.operations.metering.measures import Charted
from tenantry.operations.metering.metric_data import Window
from tenantry.operations.metering.quota_use import QuotaUse
from tenantry.operations.places import Place
from tenantry.operations.running import Running, RunningTenant

SURVEY_SECONDS = 60  # the control plane's ten calls a second are the whole account's
ALARM_SECONDS = 10
QUOTA_SECONDS = 60  # a call for each tenant, of the same ten
COST_SECONDS = 900  # a day's cost moves slowly, and asking for it costs as well
FAILURES = 50  # as many as a page shows


class Source(Protocol):
    """Each raises Failed where it cannot be read; all but `running` are by slug."""

    @property
    def words(self) -> str:
        """What the platform is called."""
        ...

    def running(self) -> Running: ...
    def glances(self, tenants: Sequence[RunningTenant], window: Window) -> Mapping[str, Glance]: ...
    def alarms(self) -> Mapping[str, tuple[ReportedAlarm, ...]]: ...
    def quotas(self) -> Mapping[str, QuotaUse]: ...
    def costs(self) -> Mapping[str, float]: ...
    def lines(
        self, tenant: RunningTenant, charted: Sequence[Charted], window: Window
    ) -> list[list[ChartLine]]: ...
    def failures(self, tenant: RunningTenant, window: Window) -> list[Failure]: ...


class RunningPlatform:
    """A platform that runs, local or on AWS; `costs` estimates the month's by slug."""

    def __init__(self, place: Place, costs: Callable[[Place], Mapping[str, float]]) -> None:
        self._place = _with_clients_kept(place)
        self.words = place.words
        self.running = CachedReading(lambda: running.survey(self._place), SURVEY_SECONDS)
        self.alarms = CachedReading(self._alarms, ALARM_SECONDS)
        self.quotas = CachedReading(self._quotas, QUOTA_SECONDS)
        self.costs = CachedReading(lambda: costs(self._place), COST_SECONDS)

    def glances(self, tenants: Sequence[RunningTenant], window: Window) -> Mapping[str, Glance]:
        return figures.glances(self.running(), tenants, window)

    def lines(
        self, tenant: RunningTenant, charted: Sequence[Charted], window: Window
    ) -> list[list[ChartLine]]:
        return figures.lines(self.running(), tenant, charted, window)

    def _alarms(self) -> Mapping[str, tuple[ReportedAlarm, ...]]:
        return alarm_states.alarms(self._place, [each.slug for each in self.running().tenants])

    def _quotas(self) -> Mapping[str, QuotaUse]:
        return quota_use.quota_use(self.running(), datetime.now(UTC).date())

    def failures(self, tenant: RunningTenant, window: Window) -> list[Failure]:
        return failures.failures(self.running(), tenant, window.start, window.end, FAILURES)


def _with_clients_kept(place: Place) -> Place:
    """Threads may share boto3's clients, but not their making; and making one takes longer than a call."""
    lock, made = Lock(), dict[str, Any]()

    def client(service: str) -> Any:
        with lock:
            if service not in made:
                made[service] = place.client(service)
            return made[service]

    return replace(place, client=client)
