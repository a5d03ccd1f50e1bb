"""What a function logs in the embedded metric format is measured."""

import json
from typing import Any

from tenantry.local.clients import Session
from tests.local.cloud import make_function, make_role
from tests.support.measurements import measured

PRINT = """
    import json
    def handle(event, context):
        for line in event:
            print(line if isinstance(line, str) else json.dumps(line))
"""


def document(metrics: dict[str, Any], dimensions: list[list[str]], **members: str) -> dict[str, Any]:
    directive = {
        "Namespace": "Tenantry",
        "Dimensions": dimensions,
        "Metrics": [{"Name": name, "Unit": "Count"} for name in metrics],
    }
    about = {"Timestamp": 0, "CloudWatchMetrics": [directive]}
    return {"_aws": about, **members, **metrics}


def printed(root: Session, *lines: Any) -> None:
    make_function(root, "function", PRINT, make_role(root, "function"))
    invoked = root.client("lambda").invoke(FunctionName="function", Payload=json.dumps(lines))
    assert "FunctionError" not in invoked


def test_each_metric_is_measured_for_each_of_its_dimension_sets(root: Session) -> None:
    by_route_and_tenant = [["tenant", "route"], ["tenant"]]
    about = {"tenant": "acme", "route": "POST /items"}
    wrong = document({"ItemsWritten": 100}, [["nobody"]], tenant="acme")
    printed(
        root,
        document({"ItemsWritten": 2, "ColdStarts": 1}, by_route_and_tenant, **about),
        "not a document, whatever _aws it holds",
        '{"_aws": {}}',
        wrong,
        document({"ItemsWritten": [1.5, 0.5, 0.5]}, [["tenant"]], tenant="acme"),
        document({"ItemsWritten": 7}, [["tenant"]], tenant="acme-eu"),
    )
    assert measured(root, "Tenantry", "ItemsWritten", tenant="acme", route="POST /items") == 2
    assert measured(root, "Tenantry", "ItemsWritten", tenant="acme") == 4.5
    assert measured(root, "Tenantry", "ItemsWritten", "SampleCount", tenant="acme") == 4
    assert measured(root, "Tenantry", "ItemsWritten", "p50", tenant="acme") == 1
    assert measured(root, "Tenantry", "ItemsWritten", tenant="acme-eu") == 7
    assert measured(root, "Tenantry", "ColdStarts", tenant="acme") == 1
    assert measured(root, "Tenantry", "ItemsWritten") is None


def test_the_untouched_emulator_measures_none(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    printed(untouched, document({"ItemsWritten": 2}, [["tenant"]], tenant="acme"))
    assert measured(untouched, "Tenantry", "ItemsWritten", tenant="acme") is None
