"""Build a REST API from its OpenAPI body the way PutRestApi would, which the emulator does not offer.

Covers what `tenantry.openapi` writes: models, validators, one request authorizer, gateway responses, proxy
and mock integrations. Anything else in the body is an error, because it would be missing without a word.
"""

import json
from typing import Any

from tenantry.local.resources.maker import given

Document = dict[str, Any]

KNOWN = {
    "openapi",
    "info",
    "paths",
    "components",
    "x-amazon-apigateway-api-key-source",
    "x-amazon-apigateway-request-validators",
    "x-amazon-apigateway-request-validator",
    "x-amazon-apigateway-gateway-responses",
}
REFERENCE = "#/components/schemas/"


def build(gateway: Any, api: str, root: str, body: Document) -> None:
    """Fill the empty API.

    Args:
        gateway: boto3's `apigateway` client.
        root: id of the API's resource `/`.

    Raises:
        NotImplementedError: the body holds what this does not know.
    """
    unknown = body.keys() - KNOWN
    if unknown:
        raise NotImplementedError(f"in the API's body: {', '.join(sorted(unknown))}")
    for name, schema in body["components"]["schemas"].items():
        gateway.create_model(
            restApiId=api, name=name, contentType="application/json", schema=json.dumps(schema)
        )
    for kind, response in body["x-amazon-apigateway-gateway-responses"].items():
        gateway.put_gateway_response(
            restApiId=api,
            responseType=kind,
            statusCode=str(response["statusCode"]),
            responseParameters=response["responseParameters"],
            responseTemplates=response["responseTemplates"],
        )
    validator = _validator(gateway, api, body)
    authorizer = _authorizer(gateway, api, body)
    resources = {"": root}
    for path, item in body["paths"].items():
        resource = _resource(gateway, api, resources, path)
        for method, operation in item.items():
            _method(gateway, api, resource, method.upper(), operation, validator, authorizer)


def _validator(gateway: Any, api: str, body: Document) -> str:
    name = body["x-amazon-apigateway-request-validator"]
    settings = body["x-amazon-apigateway-request-validators"][name]
    made = gateway.create_request_validator(restApiId=api, name=name, **settings)
    return str(made["id"])


def _authorizer(gateway: Any, api: str, body: Document) -> str:
    scheme = body["components"]["securitySchemes"]["token"]["x-amazon-apigateway-authorizer"]
    made = gateway.create_authorizer(
        restApiId=api,
        name="token",
        type=scheme["type"].upper(),
        authorizerUri=scheme["authorizerUri"],
        identitySource=scheme["identitySource"].replace(" ", ""),
        authorizerResultTtlInSeconds=scheme["authorizerResultTtlInSeconds"],
    )
    return str(made["id"])


def _resource(gateway: Any, api: str, resources: dict[str, str], path: str) -> str:
    """The id of the resource at `path`, with those above it; `resources` remembers them by path."""
    path = path.rstrip("/")
    if path not in resources:
        above, _, part = path.rpartition("/")
        made = gateway.create_resource(
            restApiId=api, parentId=_resource(gateway, api, resources, above), pathPart=part
        )
        resources[path] = made["id"]
    return resources[path]


def _method(
    gateway: Any, api: str, resource: str, method: str, operation: Document, validator: str, authorizer: str
) -> None:
    schemes = {name for requirement in operation["security"] for name in requirement}
    at = {"restApiId": api, "resourceId": resource, "httpMethod": method}
    secured = "token" in schemes
    gateway.put_method(
        **at,
        **given(
            authorizationType="CUSTOM" if secured else "NONE",
            authorizerId=authorizer if secured else None,
            apiKeyRequired="api_key" in schemes,
            requestValidatorId=validator,
            requestParameters=_parameters(operation),
            requestModels=_body_model(operation),
        ),
    )
    _integration(gateway, at, operation["x-amazon-apigateway-integration"])


def _parameters(operation: Document) -> dict[str, bool]:
    places = {"path": "path", "query": "querystring", "header": "header"}
    return {
        f"method.request.{places[each['in']]}.{each['name']}": each["required"]
        for each in operation.get("parameters", [])
    }


def _body_model(operation: Document) -> dict[str, str] | None:
    if "requestBody" not in operation:
        return None
    content = operation["requestBody"]["content"]
    return {kind: each["schema"]["$ref"].removeprefix(REFERENCE) for kind, each in content.items()}


def _integration(gateway: Any, at: dict[str, str], integration: Document) -> None:
    gateway.put_integration(
        **at,
        **given(
            type=integration["type"].upper(),
            integrationHttpMethod=integration.get("httpMethod"),
            uri=integration.get("uri"),
            requestTemplates=integration.get("requestTemplates"),
            passthroughBehavior=integration["passthroughBehavior"].upper(),
            timeoutInMillis=integration.get("timeoutInMillis"),
        ),
    )
    for response in integration.get("responses", {}).values():
        gateway.put_method_response(**at, statusCode=response["statusCode"])
        gateway.put_integration_response(
            **at, statusCode=response["statusCode"], responseTemplates=response["responseTemplates"]
        )
