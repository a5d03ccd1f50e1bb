"""A quota is told by the key that has used most, in the calendar's period that goes on."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tenantry.operations.metering.quota_use import QuotaUse, began, quota_use
from tenantry.operations.running import Key, PlanQuota, Running
from tests.support.console import NAMES, NOW, PLACE, tenant

TODAY = datetime.now(UTC).date()


class Gateway:
    """Answers GetUsage with the days of each key, from the day that is asked for."""

    def __init__(self, told: dict[str, list[list[int]]]) -> None:
        self.told, self.asked = told, list[dict[str, Any]]()

    def get_usage(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return {"items": self.told}


def running(gateway: Gateway, quota: PlanQuota | None) -> Running:
    keys = tuple(Key(f"id-{name}", name, NOW - timedelta(days=9), True) for name in ("app", "web"))
    acme = tenant("acme", quota=quota, keys=keys)
    place = replace(PLACE, client=lambda service: {"apigateway": gateway}[service])
    return Running(place, "a1b2c3", NAMES.cell, (acme,))


def used(gateway: Gateway, quota: PlanQuota | None) -> dict[str, QuotaUse]:
    found = running(gateway, quota)
    return quota_use(found, found.tenants, TODAY)


def test_the_key_that_has_used_most_is_told_by_its_name() -> None:
    gateway = Gateway({"id-web": [[700, 300]], "id-app": [[20, 980]]})
    found = used(gateway, PlanQuota(1000, "DAY"))
    assert found == {"acme": QuotaUse(700, 1000, "DAY", "web")}
    assert gateway.asked[0]["startDate"] == gateway.asked[0]["endDate"] == TODAY.isoformat()


def test_what_remains_goes_before_what_was_counted() -> None:
    found = used(Gateway({"id-web": [[700, 800]]}), PlanQuota(1000, "DAY"))
    assert found["acme"].used == 200


def test_a_key_that_has_not_called_has_used_nothing() -> None:
    found = used(Gateway({}), PlanQuota(1000, "DAY"))
    assert found["acme"].used == 0


def test_a_tenant_without_a_quota_is_not_asked_for() -> None:
    gateway = Gateway({})
    assert used(gateway, None) == {}
    assert gateway.asked == []


@pytest.mark.parametrize(
    ("period", "day", "first"),
    [
        ("DAY", date(2026, 11, 22), date(2026, 11, 22)),
        ("WEEK", date(2026, 11, 22), date(2026, 11, 22)),  # a Sunday
        ("WEEK", date(2026, 11, 28), date(2026, 11, 22)),
        ("MONTH", date(2026, 11, 22), date(2026, 11, 1)),
    ],
)
def test_a_period_is_the_calendars(period: str, day: date, first: date) -> None:
    assert began(period, day) == first
