"""Judge how tenants fare after an update by how they fared in the hour before it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from tenantry.config.rings import Gate


@dataclass(frozen=True, slots=True)
class Fared:
    """One tenant in one window; `p99` in milliseconds, None without a call."""

    requests: float
    server_errors: float
    p99: float | None

    @property
    def errors_percent(self) -> float:
        return 100 * self.server_errors / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Ringing:
    """An alarm that rings; `since` when."""

    tenant: str
    condition: str
    since: datetime


def complaints(gate: Gate, before: Mapping[str, Fared], after: Mapping[str, Fared]) -> Iterator[str]:
    """Of tenants in order; one that was not there before is held to a share of no errors, and to no p99."""
    for slug, is_ in sorted(after.items()):
        was = before.get(slug, Fared(0, 0, None))
        if is_.errors_percent > was.errors_percent + gate.more_5xx_percent:
            yield f"{slug}: {is_.errors_percent:.1f} % of calls end in 5xx, {was.errors_percent:.1f} % before"
        if is_.p99 is not None and was.p99 is not None and is_.p99 > gate.slower_p99 * was.p99:
            yield f"{slug}: p99 is {is_.p99:,.0f} ms, {was.p99:,.0f} ms before"


def rung(gate: Gate, alarms: Iterable[Ringing], began: datetime) -> Iterator[str]:
    """Alarms that did not ring when the updates began."""
    for each in alarms:
        if gate.alarms and each.since >= began:
            yield f"{each.tenant}: alarm {each.condition} rings"
