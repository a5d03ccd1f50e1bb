"""A gate judges tenants by how they fared before, and alarms by when they began."""

from datetime import UTC, datetime, timedelta

from tenantry.config.rings import Gate
from tenantry.rollout.verdicts import Fared, Ringing, complaints, rung

BEFORE = {"acme": Fared(1_000, 20, 100), "acme-eu": Fared(0, 0, None)}


def test_more_errors_and_slower_answers_are_named_by_tenant() -> None:
    after = {"acme": Fared(100, 4, 160), "acme-eu": Fared(100, 2, 5_000)}
    assert list(complaints(Gate(), BEFORE, after)) == [
        "acme: 4.0 % of calls end in 5xx, 2.0 % before",
        "acme: p99 is 160 ms, 100 ms before",
        "acme-eu: 2.0 % of calls end in 5xx, 0.0 % before",
    ]


def test_what_is_within_the_bounds_passes() -> None:
    after = {"acme": Fared(100, 3, 150), "acme-eu": Fared(0, 0, None), "new": Fared(10, 0, 900)}
    assert list(complaints(Gate(), BEFORE, after)) == []
    worse = {"acme": Fared(100, 30, 900)}
    assert list(complaints(Gate(more_5xx_percent=50, slower_p99=10), BEFORE, worse)) == []


def test_an_alarm_that_rang_before_is_no_reason() -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    earlier = Ringing("acme", "errors", began - timedelta(minutes=1))
    later = Ringing("acme", "slow", began + timedelta(minutes=1))
    assert list(rung(Gate(), [earlier, later], began)) == ["acme: alarm slow rings"]
    assert list(rung(Gate(alarms=False), [later], began)) == []
