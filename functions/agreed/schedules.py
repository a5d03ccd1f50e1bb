"""The event of a function that runs by the clock: which run of which schedule, nothing of the tenant's."""

from typing import Final

SCHEDULE: Final = "schedule"  # the function's name
ID: Final = "id"  # of the run; when Lambda repeats one that failed, it has the same
TIME: Final = "time"  # when it was due, RFC 3339 in UTC


def event(schedule: str, run: str, due: str) -> dict[str, str]:
    return {SCHEDULE: schedule, ID: run, TIME: due}
