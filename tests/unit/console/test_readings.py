"""What was just read is not read again, and a reading that failed is."""

from collections.abc import Sequence
from threading import Event

import pytest

from tenantry.console.readings import CachedByTenant, CachedReading, SlowReading, Unread, attempt
from tenantry.errors import Failed
from tenantry.operations.running import RunningTenant
from tests.support.command import eventually
from tests.support.console import tenant


def test_a_reading_is_kept_for_its_time_and_no_longer() -> None:
    now, count = [0.0], iter(range(10))
    kept = CachedReading(lambda: next(count), 60, clock=lambda: now[0])
    assert (kept(), kept()) == (0, 0)
    now[0] = 59.9
    assert kept() == 0
    now[0] = 60.0
    assert kept() == 1


def test_a_failure_is_not_kept() -> None:
    answers = iter([Failed("no"), 7])

    def read() -> int:
        answer = next(answers)
        if isinstance(answer, Failed):
            raise answer
        return answer

    kept = CachedReading(read, 60)
    with pytest.raises(Failed):
        kept()
    assert kept() == 7


def test_of_each_tenant_only_what_is_old_is_read_again() -> None:
    now, asked = [0.0], []

    def read(tenants: Sequence[RunningTenant]) -> dict[str, float]:
        asked.append([each.slug for each in tenants])
        return {each.slug: now[0] for each in tenants if each.quota}

    kept = CachedByTenant(read, 60, clock=lambda: now[0])
    acme, free, globex = tenant("acme"), tenant("free", quota=None), tenant("globex")
    assert kept([acme, free]) == {"acme": 0.0}
    now[0] = 30.0
    assert kept([acme, free, globex]) == {"acme": 0.0, "globex": 30.0}
    now[0] = 60.0
    assert kept([acme, globex]) == {"acme": 60.0, "globex": 30.0}
    assert asked == [["acme", "free"], ["globex"], ["acme"]]


def test_a_slow_reading_is_not_waited_for_longer_than_a_page_may_take() -> None:
    now, goes_on, answers = [0.0], [Event(), Event()], iter(range(2))

    def read() -> int:
        answer = next(answers)
        goes_on[answer].wait(30)
        return answer

    kept = SlowReading(read, 60, 0, clock=lambda: now[0])
    with pytest.raises(Failed, match="being worked out"):
        kept()
    goes_on[0].set()
    assert eventually(lambda: not isinstance(attempt(kept, ""), Unread))
    assert kept() == 0
    now[0] = 60.0
    assert kept() == 0  # the next one is under way
    goes_on[1].set()
    assert eventually(lambda: kept() == 1)


def test_a_reading_that_failed_after_nobody_waited_any_longer_says_why_to_the_next() -> None:
    goes_on = Event()

    def read() -> int:
        goes_on.wait(30)
        raise Failed("no such bucket")

    def reason() -> str:
        found = attempt(kept, "")
        assert isinstance(found, Unread)
        return found.reason

    kept = SlowReading(read, 60, 0)
    assert "being worked out" in reason()
    goes_on.set()
    assert eventually(lambda: reason() == "no such bucket")


def test_a_slow_reading_that_failed_says_why_and_is_tried_again() -> None:
    answers = iter([Failed("no"), 7])

    def read() -> int:
        answer = next(answers)
        if isinstance(answer, Failed):
            raise answer
        return answer

    kept = SlowReading(read, 60, 30)
    with pytest.raises(Failed, match="no"):
        kept()
    assert kept() == 7
