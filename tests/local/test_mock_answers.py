"""A mock's answer names the request that it answers."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from tenantry.local.clients import Session


def answered(root: Session) -> tuple[Any, dict[str, str]]:
    """The body of a mock's answer, and its headers."""
    gateway = root.client("apigateway")
    api = gateway.create_rest_api(name="mocked")["id"]
    at = {"restApiId": api, "resourceId": gateway.get_resources(restApiId=api)["items"][0]["id"]}
    at["httpMethod"] = "GET"
    gateway.put_method(**at, authorizationType="NONE")
    gateway.put_integration(**at, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    gateway.put_method_response(**at, statusCode="200")
    template = {"application/json": '{"id": "$context.requestId"}'}
    gateway.put_integration_response(**at, statusCode="200", responseTemplates=template)
    gateway.create_deployment(restApiId=api, stageName="one")
    connection = http.client.HTTPConnection(urlsplit(root.endpoint).netloc, timeout=30)
    try:
        connection.request("GET", f"/_aws/execute-api/{api}/one/")
        answer = connection.getresponse()
        return json.loads(answer.read()), {name.lower(): value for name, value in answer.getheaders()}
    finally:
        connection.close()


def test_a_mock_names_the_request(root: Session) -> None:
    body, headers = answered(root)
    assert body["id"] == headers["x-amzn-requestid"]


def test_the_untouched_emulator_sends_the_template(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    body, _ = answered(untouched)
    assert body["id"] == "$context.requestId"
