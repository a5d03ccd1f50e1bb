"""Do the work of a schedule; a run that fails is logged and raised, so that Lambda repeats it.

A run comes at least once: EventBridge may send it twice, and Lambda repeats one that fails up to twice. Runs
may overlap, too, where one takes longer than it is to the next.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agreed.schedules import ID, TIME
from api import capacity, deadline, logs, metrics, settings
from api.deadline import Invocation


@dataclass(frozen=True, slots=True)
class Run:
    """`id` stays when the run is repeated; `due` is when the clock asked for it, RFC 3339 in UTC."""

    id: str
    due: str


class RunFailed(Exception):
    """Stands in for what was raised: Lambda logs the message, and other messages quote values."""


def run(name: str, event: Mapping[str, Any], invocation: Invocation, work: Callable[[Run], None]) -> None:
    """`work` must bear a repeat, with the same `Run`.

    Args:
        name: of the function, which stands in its log lines where others name a route.

    Raises:
        RunFailed: `work` raised; the log has the type and the frames.
    """
    due = Run(event[ID], event[TIME])
    logs.begin(tenant=settings.current().tenant, route=name, request_id=due.id)
    failed = False
    with deadline.of(invocation):
        try:
            work(due)
        except Exception as error:  # whatever it is, Lambda is told so in words that quote nothing
            logs.failure("the run failed", error)
            failed = True
    counts = metrics.take()
    logs.end(
        "failed" if failed else "done",
        counts,
        due=due.due,
        **capacity.units(counts),
    )
    if failed:
        raise RunFailed(f"a run of {name} failed; the log has its error")
