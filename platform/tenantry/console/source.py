"""What the console reads, and from where: one platform, through `operations` alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from threading import Lock
from typing import Any, Protocol

from tenantry.console import record
from tenantry.console.fleet import FleetState
from tenantry.console.readings import CachedByTenant, CachedReading, SlowReading
from tenantry.console.record import TenantRecord
from tenantry.operations import running
from tenantry.operations.logs import failures, traffic, ways
from tenantry.operations.logs.failures import Failure
from tenantry.operations.logs.lines import LogLine
from tenantry.operations.logs.traffic import Traffic
from tenantry.operations.metering import alarm_states, figures, quota_use, usage
from tenantry.operations.metering.alarm_states import ReportedAlarm
from tenantry.operations.metering.figures import ChartLine, Glance
from tenantry.operations.metering.measures import Charted
from tenantry.operations.metering.metric_data import Window
from tenantry.operations.metering.quota_use import QuotaUse
from tenantry.operations.places import Place
from tenantry.operations.running import Running, RunningTenant

FAILURES = 500  # the newest, of which a page shows what they have in common


@dataclass(frozen=True, slots=True)
class Freshness:
    """For how many seconds each reading is good; `patience` are those that a page waits for a slow one."""

    survey: float
    alarms: float
    quotas: float
    costs: float
    record: float
    patience: float = 2


# The control plane's ten calls a second are the whole account's: a quota takes one a tenant. A month's cost
# moves slowly, and asking for it costs as well.
ON_AWS = Freshness(survey=60, alarms=10, quotas=60, costs=900, record=60)
# Nobody else is kept waiting here, and what is new shows at once.
HERE = Freshness(survey=1, alarms=1, quotas=1, costs=60, record=1, patience=10)


class Source(Protocol):
    """Each raises Failed where it cannot be read; what is asked of several tenants is by slug."""

    @property
    def words(self) -> str:
        """What the platform is called."""
        ...

    @property
    def silence(self) -> str:
        """What it means if nothing answers there, and what to do."""
        ...

    def running(self) -> Running: ...
    def glances(self, tenants: Sequence[RunningTenant], window: Window) -> Mapping[str, Glance]: ...
    def calls(self, tenants: Sequence[RunningTenant], window: Window) -> Mapping[str, tuple[float, ...]]: ...
    def ringing(self) -> Mapping[str, tuple[ReportedAlarm, ...]]: ...
    def quotas(self, tenants: Sequence[RunningTenant]) -> Mapping[str, QuotaUse]: ...
    def costs(self) -> Mapping[str, float]: ...
    def alarms(self, tenant: RunningTenant) -> tuple[ReportedAlarm, ...]: ...
    def lines(
        self, tenant: RunningTenant, charted: Sequence[Charted], window: Window
    ) -> list[list[ChartLine]]: ...
    def failures(self, tenant: RunningTenant, window: Window) -> list[Failure]: ...
    def traffic(self, tenant: RunningTenant, window: Window) -> Traffic: ...
    def last_days(self, tenant: RunningTenant) -> Mapping[str, date]: ...
    def way(self, tenant: RunningTenant, request: str, start: datetime, end: datetime) -> list[LogLine]: ...
    def record(self, tenant: RunningTenant) -> TenantRecord: ...
    def fleet(self) -> FleetState | None:
        """None where there is none: on this machine, and of stacks that this project does not know."""
        ...


class RunningPlatform:
    """A platform that runs, local or on AWS; `costs` estimates the month's by slug."""

    def __init__(
        self,
        place: Place,
        costs: Callable[[Place], Mapping[str, float]],
        freshness: Freshness = ON_AWS,
        fleet: Callable[[], FleetState | None] = lambda: None,
    ) -> None:
        self._place = _with_clients_kept(place)
        self.words, self.silence = place.words, place.silence
        self.running = CachedReading(lambda: running.survey(self._place), freshness.survey)
        self.ringing = CachedReading(self._ringing, freshness.alarms)
        self.quotas = CachedByTenant(self._quotas, freshness.quotas)
        self.costs = SlowReading(lambda: costs(self._place), freshness.costs, freshness.patience)
        self.fleet = SlowReading(fleet, freshness.record, freshness.patience)
        self._record = SlowReading(lambda: record.read(place.trail()), freshness.record, freshness.patience)

    def glances(self, tenants: Sequence[RunningTenant], window: Window) -> Mapping[str, Glance]:
        return figures.glances(self.running(), tenants, window)

    def calls(self, tenants: Sequence[RunningTenant], window: Window) -> Mapping[str, tuple[float, ...]]:
        return figures.calls(self.running(), tenants, window)

    def alarms(self, tenant: RunningTenant) -> tuple[ReportedAlarm, ...]:
        return alarm_states.of_tenant(self._place, tenant.slug)

    def lines(
        self, tenant: RunningTenant, charted: Sequence[Charted], window: Window
    ) -> list[list[ChartLine]]:
        return figures.lines(self.running(), tenant, charted, window)

    def failures(self, tenant: RunningTenant, window: Window) -> list[Failure]:
        return failures.failures(self.running(), tenant, window.start, window.end, FAILURES)

    def traffic(self, tenant: RunningTenant, window: Window) -> Traffic:
        return traffic.traffic(self.running(), tenant, window.start, window.end)

    def last_days(self, tenant: RunningTenant) -> Mapping[str, date]:
        return usage.last_days(self._place, tenant)

    def way(self, tenant: RunningTenant, request: str, start: datetime, end: datetime) -> list[LogLine]:
        return ways.way(self.running(), tenant, request, start, end)

    def record(self, tenant: RunningTenant) -> TenantRecord:
        return record.of_tenant(self._record(), tenant.slug)

    def _ringing(self) -> Mapping[str, tuple[ReportedAlarm, ...]]:
        return alarm_states.ringing(self._place, [each.slug for each in self.running().tenants])

    def _quotas(self, tenants: Sequence[RunningTenant]) -> Mapping[str, QuotaUse]:
        return quota_use.quota_use(self.running(), tenants, datetime.now(UTC).date())


def _with_clients_kept(place: Place) -> Place:
    """Threads may share boto3's clients, but not their making; and making one takes longer than a call."""
    lock, made = Lock(), dict[str, Any]()

    def client(service: str) -> Any:
        with lock:
            if service not in made:
                made[service] = place.client(service)
            return made[service]

    return replace(place, client=client)
