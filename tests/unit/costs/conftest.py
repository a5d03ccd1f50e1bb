"""The demo's cell, and terms at the prices that ship."""

import pytest

from tenantry.config import Cell, Tenant
from tenantry.costs import prices
from tenantry.costs.estimate import Terms
from tests.support.engine import demo


@pytest.fixture(scope="session")
def cell() -> Cell:
    return demo()


@pytest.fixture(scope="session")
def acme(cell: Cell) -> Tenant:
    """Gold, pooled, managed keys, all groups, messages by e-mail, a dashboard of its own."""
    return next(tenant for tenant in cell.tenants if tenant.slug == "acme")


@pytest.fixture(scope="session")
def terms() -> Terms:
    return Terms(prices.load())
