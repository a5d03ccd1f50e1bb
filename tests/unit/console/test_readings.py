"""What was just read is not read again, and a reading that failed is."""

import pytest

from tenantry.console.readings import CachedReading
from tenantry.errors import Failed


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
