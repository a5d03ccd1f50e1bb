"""A declared domain leads to what it maps and to nothing else; the stage decides whose it is, as ever."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from tenantry.local.clients import Session, stage_url

CELLS, OWN, SECOND = "api.example.com", "api.acme.example", "api.example.org"


@pytest.fixture(scope="module")
def endpoint(root: Session) -> str:
    """Of two APIs, each with a stage of its tenant's, which answer with the tenant: both below one domain,
    acme at the root of its own, and acme-eu where the second domain says acme.
    """
    gateway = root.client("apigateway")
    apis = {stage: _api(gateway, stage) for stage in ("acme", "acme-eu")}
    for domain in (CELLS, OWN, SECOND):
        gateway.create_domain_name(domainName=domain, endpointConfiguration={"types": ["REGIONAL"]})
    mapped = [(CELLS, "acme", "acme"), (CELLS, "acme-eu", "acme-eu"), (SECOND, "acme", "acme-eu")]
    for domain, path, stage in [*mapped, (OWN, "(none)", "acme")]:
        gateway.create_base_path_mapping(domainName=domain, basePath=path, restApiId=apis[stage], stage=stage)
    return root.endpoint


def _api(gateway: Any, stage: str) -> str:
    api: str = gateway.create_rest_api(name=stage)["id"]
    top = gateway.get_resources(restApiId=api)["items"][0]["id"]
    who = gateway.create_resource(restApiId=api, parentId=top, pathPart="who")["id"]
    at = {"restApiId": api, "resourceId": who, "httpMethod": "GET"}
    gateway.put_method(**at, authorizationType="NONE")
    answer = {"application/json": '{"statusCode": 200}'}
    gateway.put_integration(**at, type="MOCK", requestTemplates=answer)
    gateway.put_method_response(**at, statusCode="200")
    templates = {"application/json": json.dumps({"stage": stage})}
    gateway.put_integration_response(**at, statusCode="200", responseTemplates=templates)
    deployment = gateway.create_deployment(restApiId=api)["id"]
    gateway.create_stage(restApiId=api, stageName=stage, deploymentId=deployment)
    return api


def get(endpoint: str, host: str, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("host", "path", "stage"),
    [
        (CELLS, "/acme/who", "acme"),
        (CELLS, "/acme-eu/who", "acme-eu"),
        (CELLS.upper(), "/acme/who", "acme"),
        (f"{CELLS}:4566", "/acme/who?x=1", "acme"),
        (OWN, "/who", "acme"),
        (SECOND, "/acme/who", "acme-eu"),
    ],
)
def test_host_and_path_together_select_the_stage(endpoint: str, host: str, path: str, stage: str) -> None:
    status, body = get(endpoint, host, path)
    assert (status, json.loads(body)) == (200, {"stage": stage})


@pytest.mark.parametrize(
    ("host", "path"),
    [
        (CELLS, "/"),
        (CELLS, "/globex/who"),
        (CELLS, "/acme-/who"),
        (CELLS, "/ACME/who"),
        (CELLS, "/%61cme/who"),
        (CELLS, "/_ministack/ready"),
        (CELLS, "/_aws/execute-api/a/b/who"),
        (CELLS, "/acme/@connections/c"),
        (OWN, "/@connections/c"),
        (SECOND, "/acme-eu/who"),
    ],
)
def test_nothing_but_what_is_mapped_is_behind_a_domain(endpoint: str, host: str, path: str) -> None:
    assert get(endpoint, host, path) == (403, '{"message":"Forbidden"}')


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        (f"/_aws/domains/{CELLS}/acme/who", "acme"),
        (f"/_aws/domains/{CELLS}/acme-eu/who?x=1", "acme-eu"),
        (f"/_aws/domains/{OWN}/who", "acme"),
    ],
)
def test_the_path_says_the_domain_for_whoever_cannot_send_it_as_host(
    endpoint: str, path: str, stage: str
) -> None:
    status, body = get(endpoint, urlsplit(endpoint).netloc, path)
    assert (status, json.loads(body)) == (200, {"stage": stage})


@pytest.mark.parametrize(
    "path",
    [
        f"/_aws/domains/{CELLS}/globex/who",
        f"/_aws/domains/{CELLS}",
        f"/_aws/domains/{OWN}/@connections/c",
        f"/_aws/domains/{CELLS}/_aws/domains/{OWN}/who",
    ],
)
def test_it_opens_no_more_than_the_host_does(endpoint: str, path: str) -> None:
    assert get(endpoint, urlsplit(endpoint).netloc, path) == (403, '{"message":"Forbidden"}')


@pytest.mark.parametrize("path", ["/_aws/domains/evil.example/who", f"/_aws/domains/%61{CELLS[1:]}/acme/who"])
def test_a_path_of_no_domain_is_administration(endpoint: str, path: str) -> None:
    status, body = get(endpoint, urlsplit(endpoint).netloc, path)
    assert (status, "MissingAuthenticationToken" in body) == (403, True), body


def test_a_closed_api_answers_at_its_domains_alone(root: Session, endpoint: str) -> None:
    gateway = root.client("apigateway")
    api = _api(gateway, "closed")
    gateway.create_domain_name(domainName="closed.example", endpointConfiguration={"types": ["REGIONAL"]})
    gateway.create_base_path_mapping(domainName="closed.example", restApiId=api, stage="closed")
    own = stage_url("", api, "closed") + "/who"
    here = urlsplit(endpoint).netloc
    assert get(endpoint, here, own)[0] == 200
    patch = {"op": "replace", "path": "/disableExecuteApiEndpoint", "value": "true"}
    gateway.update_rest_api(restApiId=api, patchOperations=[patch])
    assert get(endpoint, here, own) == (403, '{"message":"Forbidden"}')
    assert get(endpoint, "closed.example", "/who")[0] == 200
    assert get(endpoint, here, "/_aws/domains/closed.example/who")[0] == 200
    assert get(endpoint, CELLS, "/acme/who")[0] == 200
    gateway.update_rest_api(restApiId=api, patchOperations=[{**patch, "value": "false"}])
    assert get(endpoint, here, own)[0] == 200


@pytest.mark.parametrize("host", ["api.example.net", "example.com", "acme.api.example.com", "evil.example"])
def test_a_domain_that_nobody_declared_is_refused(endpoint: str, host: str) -> None:
    status, body = get(endpoint, host, "/acme/who")
    assert (status, f"{host} is not this platform" in body) == (403, True)
