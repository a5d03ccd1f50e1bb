"""What the console reads, and from where: one platform, through `operations` alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from typing import Any, Protocol

from tenantry.console.readings import Kept
from tenantry.errors import Failed
from tenantry.operations import alarm_states, failures, figures, running
from tenantry.operations.alarm_states import Alarm
from tenantry.operations.failures import Failure
from tenantry.operations.figures import Glance, Line
from tenantry.operations.measures import Charted
from tenantry.operations.metric_data import Window
from tenantry.operations.places import Place
from tenantry.operations.running import Running, Tenant

SURVEY_SECONDS = 60  # the control plane's ten calls a second are the whole account's
ALARM_SECONDS = 10
FAILURES = 50  # as many as a page shows


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """Of the key that has used most: the quota holds for each key."""

    used: int
    limit: int
    period: str
    key: str


class Source(Protocol):
    """Each raises Failed where it cannot be read; all but `running` are by slug."""

    @property
    def words(self) -> str:
        """What the platform is called."""
        ...

    def running(self) -> Running: ...
    def glances(self, window: Window) -> Mapping[str, Glance]: ...
    def alarms(self) -> Mapping[str, tuple[Alarm, ...]]: ...
    def quotas(self, now: datetime) -> Mapping[str, QuotaUse]: ...
    def costs(self, now: datetime) -> Mapping[str, float]: ...
    def lines(self, tenant: Tenant, charted: Sequence[Charted], window: Window) -> list[list[Line]]: ...
    def failures(self, tenant: Tenant, window: Window) -> list[Failure]: ...


class Platform:
    """A platform that runs, local or on AWS."""

    def __init__(self, place: Place) -> None:
        self._place = _with_clients_kept(place)
        self.words = place.words
        self.running = Kept(lambda: running.survey(self._place), SURVEY_SECONDS)
        self.alarms = Kept(lambda: alarm_states.alarms(self._place), ALARM_SECONDS)

    def glances(self, window: Window) -> Mapping[str, Glance]:
        return figures.glances(self.running(), window)

    def lines(self, tenant: Tenant, charted: Sequence[Charted], window: Window) -> list[list[Line]]:
        return figures.lines(self.running(), tenant, charted, window)

    def quotas(self, now: datetime) -> Mapping[str, QuotaUse]:
        raise Failed("nothing measures it yet")

    def costs(self, now: datetime) -> Mapping[str, float]:
        raise Failed("nothing measures it yet")

    def failures(self, tenant: Tenant, window: Window) -> list[Failure]:
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
