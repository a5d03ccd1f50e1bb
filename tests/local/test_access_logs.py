"""A request of a stage is one line of its access log."""

import json
import re
from typing import Any

import pytest

from tenantry.local.clients import ACCOUNT, REGION, Session
from tests.local.cloud import ALLOW, ECHO, Api, make_function, make_role

FORMAT = {
    "request_id": "$context.requestId",
    "time": "$context.requestTime",
    "tenant": "$context.stage",
    "api_key_id": "$context.identity.apiKeyId",
    "subject": "$context.authorizer.sub",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "error": "$context.error.responseType",
    "latency_ms": "$context.responseLatency",
    "integration_latency_ms": "$context.integrationLatency",
    "trace_id": "$context.xrayTraceId",
    "unknown": "$context.nobodyKnows",
}


def cloud(root: Session, group: str | None) -> tuple[Api, str, str]:
    """An API with a stage that logs to `access`, which is made if it is `group`, and a key for it."""
    role = make_role(root, "functions")
    make_function(root, "items", ECHO, role)
    make_function(root, "authorizer", ALLOW, role)
    api = Api.make(root, keyed=True)
    api.add_stage("acme", items_function="items", authorizer_function="authorizer")
    if group is not None:
        root.client("logs").create_log_group(logGroupName=group)
    settings = {
        "destinationArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:access",
        "format": json.dumps(FORMAT),
    }
    operations = [
        {"op": "replace", "path": f"/accessLogSettings/{name}", "value": value}
        for name, value in settings.items()
    ]
    operations.append({"op": "replace", "path": "/tracingEnabled", "value": "true"})
    root.client("apigateway").update_stage(restApiId=api.id, stageName="acme", patchOperations=operations)
    return api, *api.admit("acme", "acme")[1:]


def lines(root: Session) -> list[dict[str, Any]]:
    events = root.client("logs").filter_log_events(logGroupName="access")["events"]
    return [json.loads(each["message"]) for each in events]


def test_each_request_is_a_line_in_the_stages_format(root: Session) -> None:
    api, key_id, key = cloud(root, "access")
    assert api.get("acme", **{"Authorization": "Bearer a", "x-api-key": key})[0] == 200
    assert api.get("acme", **{"Authorization": "Bearer a", "x-api-key": "unknown"})[0] == 403
    served, refused = lines(root)
    about = {"tenant": "acme", "method": "GET", "path": "/acme/who", "route": "/who", "unknown": "-"}
    assert about.items() <= served.items()
    assert about.items() <= refused.items()
    for line in (served, refused):
        assert re.fullmatch(r"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000", line["time"])
        assert re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", line["trace_id"])
        assert line["latency_ms"].isdigit()
    assert (served["status"], served["error"], served["api_key_id"]) == ("200", "-", key_id)
    assert (served["subject"], served["integration_latency_ms"].isdigit()) == ("authorizer", True)
    assert (refused["status"], refused["error"], refused["api_key_id"]) == ("403", "INVALID_API_KEY", "-")
    assert (refused["subject"], refused["integration_latency_ms"]) == ("authorizer", "-")
    assert served["request_id"] != refused["request_id"]


def test_a_missing_log_group_stops_no_request(root: Session) -> None:
    logs = root.client("logs")
    logs.delete_log_group(logGroupName="access")
    gateway = root.client("apigateway")
    api = Api(root, gateway.get_rest_apis()["items"][0]["id"])
    assert api.get("acme")[0] == 401
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        lines(root)


def test_the_untouched_emulator_writes_no_line(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    api, _, key = cloud(untouched, "access")
    assert api.get("acme", **{"x-api-key": key})[0] == 401
    assert lines(untouched) == []
