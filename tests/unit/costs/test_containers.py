"""Containers are ruled out quickly only where the sums rule them out too."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tenantry.config import Tenant
from tenantry.config.workload import Workload
from tenantry.costs import prices
from tenantry.costs.containers import containers, serverless, surely_dearer
from tests.support.engine import demo

TENANTS = st.sampled_from(demo().tenants)


def of(tenant: Tenant, duration_ms: int, contact_percent: int) -> Tenant:
    workload = Workload(duration_ms=duration_ms, contact_percent=contact_percent)
    return tenant.model_copy(update={"workload": workload})


@settings(deadline=None)
@given(
    tenant=TENANTS,
    requests=st.integers(1, 30_000_000),
    duration_ms=st.integers(1, 29_000),
    contact_percent=st.integers(0, 100),
)
def test_what_is_surely_dearer_is_dearer(
    tenant: Tenant, requests: int, duration_ms: int, contact_percent: int
) -> None:
    this, listed = of(tenant, duration_ms, contact_percent), prices.load()
    if surely_dearer(this, requests, listed):
        assert containers(this, requests, listed) > serverless(this, requests, listed)


def test_few_calls_are_ruled_out_and_many_are_not() -> None:
    listed = prices.load()
    for tenant in demo().tenants:
        assert surely_dearer(of(tenant, 100, 50), 1_000_000, listed)
        assert not surely_dearer(of(tenant, 100, 50), 100_000_000, listed)
