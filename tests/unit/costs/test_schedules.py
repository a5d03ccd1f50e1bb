"""What runs by the clock is counted from its rate, whoever calls, and stands still with its tenant."""

from collections.abc import Iterator

import pytest

from tenantry.config import Cell, Tenant
from tenantry.config.capacity import cell_capacity
from tenantry.costs import assumptions
from tenantry.costs.forecast import forecast
from tenantry.costs.usage import FunctionUse
from tests.support import scheduled

HOURS = 730


@pytest.fixture(scope="module")
def cell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cell]:
    with scheduled.cell(tmp_path_factory.mktemp("groups")) as cell:
        yield cell


@pytest.fixture
def acme(cell: Cell) -> Tenant:
    return next(tenant for tenant in cell.tenants if tenant.slug == "acme")


def test_an_hourly_schedule_runs_as_often_as_a_month_has_hours(acme: Tenant) -> None:
    for requests in (0, 1_000_000):
        runs = forecast(acme, requests).functions["sweep"]
        assert runs == FunctionUse(HOURS, HOURS * assumptions.SCHEDULE_MS)


def test_runs_write_lines_as_other_invocations_do(acme: Tenant) -> None:
    assert forecast(acme, 0).log_bytes == HOURS * assumptions.INVOCATION_LOG_BYTES


def test_a_suspended_tenants_schedules_cost_nothing(acme: Tenant) -> None:
    assert "sweep" not in forecast(acme.model_copy(update={"status": "suspended"}), 0).functions


def test_each_schedule_of_each_tenant_is_a_rule_of_the_account(cell: Cell) -> None:
    [rules] = [row for row in cell_capacity(cell) if row.name == "rules of schedules"]
    assert (rules.used, rules.limit, rules.per) == (len(scheduled.ALL), 300, "account")
