"""The catalogue lets nobody name a metric that nothing emits, and bounds what a tenant can cost by it."""

import pytest

from tenantry.gateway import contract
from tenantry.gateway.contract import Route
from tenantry.monitoring import metrics
from tenantry.monitoring.metrics import AWS, GATEWAY, LAMBDA, OWN, Metric, bound, counted_by, own

ROUTES = contract.routes(contract.load())


@pytest.mark.parametrize(
    ("namespace", "name", "dimensions"),
    [
        (GATEWAY, "5XXErrors", {"ApiName": "a", "Stage": "s"}),
        (GATEWAY, "5XXError", {"Stage": "s"}),
        (LAMBDA, "Errors", {"FunctionName": "f", "Resource": "f"}),
        ("AWS/DynamoDB", "SystemErrors", {"TableName": "t"}),
        (metrics.TENANTRY, "ItemsWritten", {"tenant": "acme"}),
        ("Tenantry ", "ItemsWritten", {"tenant": "acme", "route": "POST /x"}),
    ],
)
def test_what_nothing_emits_cannot_be_named(namespace: str, name: str, dimensions: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"nothing emits {namespace} {name} by {next(iter(dimensions))}"):
        Metric(namespace, name, dimensions)


def test_every_source_is_a_page_of_awss_documentation() -> None:
    assert all(emitter.page and emitter.metrics for emitter in AWS.values())


def test_a_tenant_brings_about_48_custom_metrics_at_most() -> None:
    """The figure of docs/limits.md. A route or a reason more changes it, and every tenant pays for each."""
    assert bound(ROUTES) == metrics.MOST_PER_TENANT == 48


def test_the_bound_grows_with_each_route_by_what_it_counts() -> None:
    reading = Route("GET", "/reports", "tools", repeatable=False)
    writing = Route("POST", "/reports", "tools", repeatable=True)
    assert bound((*ROUTES, reading)) - bound(ROUTES) == 1  # ConsumedReadCapacity
    assert bound((*ROUTES, writing)) - bound(ROUTES) == 3  # both capacities, and repeats


def test_a_metric_by_route_comes_from_routes_of_the_contract_or_from_the_notifier() -> None:
    known = {*map(str, ROUTES), metrics.NOTIFIER_ROUTE}
    for name in (name for name, dimensions in OWN.items() if "route" in dimensions):
        assert set(counted_by(name, ROUTES)) <= known
        assert metrics.NOTIFIER_ROUTE not in counted_by(name, ROUTES, notifier=False)
    assert counted_by("ContactsReceived", ROUTES) == ("POST /contact",)


def test_a_metric_says_whose_it_is() -> None:
    assert all(dimensions[0] == "tenant" for dimensions in OWN.values())
    assert own("MessagesDelivered", tenant="acme").dimensions == {"tenant": "acme"}
