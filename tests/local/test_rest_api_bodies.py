"""PutRestApi builds an API from its body, which the untouched emulator cannot."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tenantry.gateway.body import ANY_METHOD, COMPRESSED_FROM_BYTES, gateway_body
from tenantry.gateway.contract import load
from tenantry.local.clients import Session
from tenantry.rules.arns import Arns

ARNS = Arns("aws", "us-east-1", "000000000000")
BODY = gateway_body(load(), "from-a-body", ARNS)


@pytest.fixture
def api(root: Session) -> Iterator[str]:
    made = root.client("apigateway").create_rest_api(name="from-a-body")
    yield made["id"]
    root.client("apigateway").delete_rest_api(restApiId=made["id"])


def put(session: Session, api: str, body: dict[str, Any], mode: str = "overwrite") -> None:
    gateway = session.client("apigateway")
    gateway.put_rest_api(restApiId=api, mode=mode, failOnWarnings=True, body=json.dumps(body).encode())


def methods(session: Session, api: str) -> dict[str, dict[str, Any]]:
    resources = session.client("apigateway").get_resources(restApiId=api, limit=500, embed=["methods"])
    return {
        f"{method} {resource['path']}": settings
        for resource in resources["items"]
        for method, settings in resource.get("resourceMethods", {}).items()
    }


def test_every_operation_of_the_body_becomes_a_method(root: Session, api: str) -> None:
    put(root, api, BODY)
    verbs = {ANY_METHOD: "any"}
    expected = {
        f"{verbs.get(verb, verb).upper()} {path}" for path, item in BODY["paths"].items() for verb in item
    }
    made = methods(root, api)
    assert set(made) == expected
    assert made["POST /items/{collection}"]["apiKeyRequired"] is True
    assert made["POST /items/{collection}"]["authorizationType"] == "CUSTOM"
    assert made["POST /contact"]["authorizationType"] == "NONE"
    assert made["OPTIONS /contact"]["apiKeyRequired"] is False
    assert made["HEAD /items/{collection}"]["authorizationType"] == "CUSTOM"
    assert made["ANY /contact"]["methodIntegration"]["type"] == "MOCK"
    size = root.client("apigateway").get_rest_api(restApiId=api)["minimumCompressionSize"]
    assert size == COMPRESSED_FROM_BYTES


def test_overwriting_drops_what_the_body_no_longer_has(root: Session, api: str) -> None:
    put(root, api, BODY)
    put(root, api, {**BODY, "paths": {"/health": BODY["paths"]["/health"]}})
    assert set(methods(root, api)) == {"GET /health", "HEAD /health", "ANY /health"}
    gateway = root.client("apigateway")
    assert len(gateway.get_authorizers(restApiId=api)["items"]) == 1


@pytest.mark.parametrize(
    ("body", "mode"), [({**BODY, "x-amazon-apigateway-policy": {}}, "overwrite"), (BODY, "merge")]
)
def test_what_only_the_real_one_does_is_refused_and_changes_nothing(
    root: Session, api: str, body: dict[str, Any], mode: str
) -> None:
    with pytest.raises(ClientError, match="known here"):
        put(root, api, body, mode)
    assert methods(root, api) == {}


def test_two_schemes_in_one_element_are_refused_since_nobody_knows_what_aws_makes_of_them(
    root: Session, api: str
) -> None:
    together = deepcopy(BODY)
    together["paths"]["/contact"]["post"]["security"] = [{"api_key": [], "token": []}]
    with pytest.raises(ClientError, match="one scheme each"):
        put(root, api, together)


def test_the_untouched_emulator_has_no_such_call(untouched: Session) -> None:
    made = untouched.client("apigateway").create_rest_api(name="from-a-body")
    with pytest.raises(ClientError):
        put(untouched, made["id"], BODY)
