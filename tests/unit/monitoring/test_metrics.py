"""The catalogue lets nobody name a metric that nothing emits, and bounds what a tenant can cost by it."""

import pytest

from agreed.metrics import NAMESPACE
from tenantry.gateway import contract
from tenantry.gateway.contract import Route
from tenantry.groups import current
from tenantry.monitoring.metrics import AWS, GATEWAY, LAMBDA, Metric, bound, catalogue, counted_by, own

ROUTES = contract.installed_routes()
MEMBERS = current().members
WORKERS = tuple(member.name for member in MEMBERS if not member.serves)
DECLARED = {metric.name: metric for metric in catalogue()}


@pytest.mark.parametrize(
    ("namespace", "name", "dimensions"),
    [
        (GATEWAY, "5XXErrors", {"ApiName": "a", "Stage": "s"}),
        (GATEWAY, "5XXError", {"Stage": "s"}),
        (LAMBDA, "Errors", {"FunctionName": "f", "Resource": "f"}),
        ("AWS/DynamoDB", "SystemErrors", {"TableName": "t"}),
        (NAMESPACE, "ItemsWritten", {"tenant": "acme"}),
        ("Tenantry ", "ItemsWritten", {"tenant": "acme", "route": "POST /x"}),
    ],
)
def test_what_nothing_emits_cannot_be_named(namespace: str, name: str, dimensions: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"nothing emits {namespace} {name} by {next(iter(dimensions))}"):
        Metric(namespace, name, dimensions)


def test_every_source_is_a_page_of_awss_documentation() -> None:
    assert all(emitter.page and emitter.metrics for emitter in AWS.values())


def test_a_tenant_brings_about_67_custom_metrics_at_most() -> None:
    """The figure of docs/limits.md. A route or a reason more changes it, and every tenant pays for each."""
    assert bound(ROUTES, MEMBERS) == 67


def test_the_bound_grows_with_each_route_by_what_it_counts() -> None:
    reading = Route("GET", "/reports", "tools", "readReports", "tools:read", repeatable=False)
    writing = Route("POST", "/reports", "tools", "writeReport", "tools:write", repeatable=True)
    assert bound((*ROUTES, reading), MEMBERS) - bound(ROUTES, MEMBERS) == 1  # ConsumedReadCapacity
    assert bound((*ROUTES, writing), MEMBERS) - bound(ROUTES, MEMBERS) == 3  # both capacities, and repeats


def test_a_metric_by_route_comes_from_routes_of_the_contract_or_from_workers() -> None:
    assert WORKERS == ("notifier",)
    known = {*map(str, ROUTES), *WORKERS}
    for metric in (metric for metric in catalogue() if "route" in metric.dimensions):
        assert set(counted_by(metric, ROUTES, WORKERS)) <= known
        assert not set(WORKERS) & set(counted_by(metric, ROUTES, ()))
    assert counted_by(DECLARED["ContactsReceived"], ROUTES, WORKERS) == ("POST /contact",)


def test_a_metric_says_whose_it_is() -> None:
    assert all(metric.dimensions[0] == "tenant" for metric in catalogue())
    assert own(DECLARED["MessagesDelivered"], tenant="acme").dimensions == {"tenant": "acme"}
