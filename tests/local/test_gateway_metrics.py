"""Each request of a stage is measured under that stage, the refused ones too."""

import pytest

from tenantry.local.clients import Session
from tests.local.cloud import ALLOW, ECHO, Api, make_function, make_role
from tests.support.measurements import measured

GATEWAY = "AWS/ApiGateway"
FAILING = """
    def handle(event, context):
        raise RuntimeError("no")
"""


def cloud(root: Session) -> tuple[Api, str]:
    role = make_role(root, "functions")
    make_function(root, "items", ECHO, role)
    make_function(root, "failing", FAILING, role)
    make_function(root, "authorizer", ALLOW, role)
    api = Api.make(root, keyed=True)
    api.add_stage("acme", items_function="items", authorizer_function="authorizer")
    api.add_stage("acme-eu", items_function="failing", authorizer_function="authorizer")
    return api, api.admit("acme", "acme")[2]


@pytest.fixture(scope="module")
def api(root: Session) -> Api:
    made, key = cloud(root)
    other = made.admit("acme-eu", "acme-eu")[2]
    told = [
        made.get("acme", **{"Authorization": "Bearer a", "x-api-key": key})[0],
        made.get("acme", **{"Authorization": "Bearer a", "x-api-key": key})[0],
        made.get("acme", **{"Authorization": "Bearer a", "x-api-key": "unknown"})[0],
        made.get("acme")[0],
        made.get("acme-eu", **{"Authorization": "Bearer a", "x-api-key": other})[0],
        made.get("nobody")[0],
    ]
    assert told == [200, 200, 403, 401, 502, 403]
    return made


@pytest.mark.parametrize(
    ("metric", "acme", "acme_eu", "both"),
    [("Count", 4, 1, 5), ("4XXError", 2, 0, 2), ("5XXError", 0, 1, 1)],
)
def test_requests_and_errors_are_counted_by_stage_and_by_api(
    api: Api, metric: str, acme: int, acme_eu: int, both: int
) -> None:
    counted = [
        measured(api.root, GATEWAY, metric, ApiName="demo", Stage=each) for each in ("acme", "acme-eu")
    ]
    assert (*counted, measured(api.root, GATEWAY, metric, ApiName="demo")) == (acme, acme_eu, both)


def test_the_average_of_errors_is_their_rate(api: Api) -> None:
    assert measured(api.root, GATEWAY, "4XXError", "Average", ApiName="demo", Stage="acme") == 0.5


def test_latency_holds_that_of_the_integration_which_refused_requests_do_not_have(api: Api) -> None:
    def latency(metric: str, stat: str) -> float:
        told = measured(api.root, GATEWAY, metric, stat, ApiName="demo", Stage="acme")
        assert told is not None
        return told

    assert (latency("Latency", "SampleCount"), latency("IntegrationLatency", "SampleCount")) == (4, 2)
    assert 0 < latency("IntegrationLatency", "p50") <= latency("Latency", "p99")


def test_a_stage_that_does_not_exist_has_no_metrics(api: Api) -> None:
    assert measured(api.root, GATEWAY, "Count", ApiName="demo", Stage="nobody") is None


def test_the_untouched_emulator_measures_no_request(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    api, _ = cloud(untouched)
    api.get("acme")
    assert measured(untouched, GATEWAY, "Count", ApiName="demo", Stage="acme") is None
