"""A request has one id and one trace: at the gateway, in both functions and in the answer."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tenantry.local.clients import Session
from tenantry.local.emulator.repairs.gateway.gateway_exchanges import PROBE, Exchange
from tests.local.cloud import Api, make_function, make_role

TELL = """
    import json, os
    def handle(event, context):
        told = event["requestContext"]
        told["trace"] = os.environ.get("_X_AMZN_TRACE_ID")
        return {"statusCode": 200, "body": json.dumps(told)}
"""
ALLOW_AND_TELL = """
    import os
    def handle(event, context):
        allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
        told = {"id": event["requestContext"].get("requestId", ""), "trace": os.environ["_X_AMZN_TRACE_ID"]}
        return {"principalId": "ann", "policyDocument": {"Version": "2012-10-17", "Statement": [allow]},
                "context": told}
"""


def exchange(root: Session) -> tuple[str, Any]:
    """The id of the answer, and what the function tells."""
    role, traced = make_role(root, "functions"), {"Mode": "Active"}
    make_function(root, "items", TELL, role, TracingConfig=traced)
    make_function(root, "authorizer", ALLOW_AND_TELL, role, TracingConfig=traced)
    api = Api.make(root, items="items", authorizer="authorizer")
    api.add_stage("acme")
    connection = http.client.HTTPConnection(urlsplit(root.endpoint).netloc, timeout=30)
    try:
        headers = {"Authorization": "Bearer a", "x-api-key": "key"}
        connection.request("GET", f"/_aws/execute-api/{api.id}/acme/who", headers=headers)
        answer = connection.getresponse()
        return answer.headers["x-amzn-requestid"], json.loads(answer.read())
    finally:
        connection.close()


def root_of(trace: str) -> str:
    return trace.partition(";")[0]


def test_the_answer_and_both_functions_have_the_requests_id_and_trace(root: Session) -> None:
    answered, told = exchange(root)
    assert answered == told["requestId"] == told["extendedRequestId"] == told["authorizer"]["id"]
    assert root_of(told["trace"]) == root_of(told["authorizer"]["trace"]) != ""


def test_the_untouched_emulator_gives_each_another(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    answered, told = exchange(untouched)
    assert answered != told["requestId"]
    assert root_of(told["trace"]) != root_of(told["authorizer"]["trace"])


@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", "/health", {PROBE: "up"}, True),
        ("GET", "/health", {}, False),
        ("GET", "/items/orders", {PROBE: "up"}, False),
        ("POST", "/health", {PROBE: "up"}, False),
    ],
)
def test_only_the_platforms_own_probe_is_nobodys_call(
    method: str, path: str, headers: dict[str, str], expected: bool
) -> None:
    assert Exchange("000000000000", "a1b2c3", method, path, headers).is_probe is expected
