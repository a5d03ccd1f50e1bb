"""A rollout's gate reads the tenants' own figures as the platform keeps them."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tenantry.config.rings import Gate
from tenantry.local.places import place
from tenantry.operations.fleet import gates
from tenantry.operations.fleet.listing import FleetStack
from tests.support.platform import Platform, Tenant

# A day of no other test's, of another month than those that are billed.
BEGAN = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=100)
MINUTE = timedelta(minutes=1)


@pytest.fixture(name="stack")
def fixture_stack(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> FleetStack:
    """The local platform in the place of a stack on AWS."""
    monkeypatch.setattr(gates, "place", lambda _: place(platform.local))
    monkeypatch.setattr(gates, "now", lambda: BEGAN + 10 * MINUTE)
    tenants = [(each.slug, "") for each in platform.local.tenants]
    return cast("FleetStack", SimpleNamespace(tenants=tenants))


@pytest.fixture(name="figures")
def fixture_figures(platform: Platform, acme: Tenant, acme_eu: Tenant) -> None:
    """Both tenants did well before; then one answers a tenth of its calls with 5xx, and slowly."""
    root = platform.root
    api = {each["id"]: each["name"] for each in root.client("apigateway").get_rest_apis()["items"]}

    def stored(tenant: Tenant, at: datetime, failed: int, latency: float) -> None:
        stage = {"ApiName": api[tenant.url.split("/")[-2]], "Stage": tenant.slug}
        dimensions = [{"Name": name, "Value": value} for name, value in stage.items()]
        data: list[dict[str, Any]] = [
            {"MetricName": "Count", "Values": [1.0], "Counts": [100.0]},
            {"MetricName": "5XXError", "Values": [0.0, 1.0], "Counts": [100.0 - failed, float(failed)]},
            {"MetricName": "Latency", "Values": [latency], "Counts": [100.0]},
        ]
        root.client("cloudwatch").put_metric_data(
            Namespace="AWS/ApiGateway",
            MetricData=[{**each, "Timestamp": at, "Dimensions": dimensions} for each in data],
        )

    for tenant in (acme, acme_eu):
        stored(tenant, BEGAN - 30 * MINUTE, 1, 40.0)
    stored(acme, BEGAN + 5 * MINUTE, 10, 400.0)
    stored(acme_eu, BEGAN + 5 * MINUTE, 2, 45.0)


@pytest.mark.usefixtures("figures")
def test_it_names_the_tenant_that_fares_worse_than_in_the_hour_before(stack: FleetStack) -> None:
    assert gates.judged(Gate(), [stack], BEGAN) == [
        "acme: 10.0 % of calls end in 5xx, 1.0 % before",
        "acme: p99 is 400 ms, 40 ms before",
    ]
    assert gates.judged(Gate(more_5xx_percent=9, slower_p99=10), [stack], BEGAN) == []
