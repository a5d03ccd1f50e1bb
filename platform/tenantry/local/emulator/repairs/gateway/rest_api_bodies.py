"""PutRestApi: build a REST API from its OpenAPI body, which the emulator does not offer.

Covers what `tenantry.gateway.body` writes: validators, one request authorizer, gateway responses, proxy and
mock integrations. Anything else in the body is refused, because it would be silently missing.
"""

import asyncio
import json
import os
import re
from typing import Any

from tenantry.local.clients import Credentials, session
from tenantry.local.engine.resources.maker import given

Document = dict[str, Any]

KNOWN = {
    "openapi",
    "info",
    "paths",
    "components",
    "x-amazon-apigateway-api-key-source",
    "x-amazon-apigateway-minimum-compression-size",
    "x-amazon-apigateway-request-validators",
    "x-amazon-apigateway-request-validator",
    "x-amazon-apigateway-gateway-responses",
}
ANY_METHOD = "x-amazon-apigateway-any-method"
PAGE = 500  # API Gateway's largest page; quotas keep every list here below it

_REST_API = re.compile(r"/restapis/([^/]+)/?")


class UnknownBody(ValueError):
    """The request asks for something that only the real PutRestApi does."""


def repair(root: Credentials) -> None:
    from ministack.services import apigateway_v1

    handle = apigateway_v1.handle_request

    async def handle_with_bodies(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        asked = _REST_API.fullmatch(path)
        if method != "PUT" or asked is None or asked[1] not in apigateway_v1._rest_apis:
            return await handle(method, path, headers, body, query)
        try:
            await asyncio.to_thread(put, asked[1], body, query, root)
        except UnknownBody as error:
            return apigateway_v1._v1_error("BadRequestException", str(error), 400)
        return apigateway_v1._get_rest_api(asked[1])

    apigateway_v1.handle_request = handle_with_bodies


def put(api: str, body: bytes, query: dict[str, Any], root: Credentials) -> None:
    """Overwrite the API by its parts, each through the call that the emulator has for it.

    Raises:
        UnknownBody: the mode is another one, or the body holds what this does not know; nothing was changed.
    """
    if "overwrite" not in query.get("mode", ()):
        raise UnknownBody("only mode overwrite is known here")
    try:
        document = json.loads(body)
    except ValueError:
        raise UnknownBody("only bodies in JSON are known here") from None
    unknown = document.keys() - KNOWN
    if unknown:
        raise UnknownBody(f"not known here: {', '.join(sorted(unknown))}")
    gateway = session(f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}", root).client("apigateway")
    _build(gateway, api, _cleared(gateway, api), document)


def _cleared(gateway: Any, api: str) -> str:
    """Remove what the API has; answers the id of its resource `/`, which stays."""
    root = ""
    for resource in gateway.get_resources(restApiId=api, limit=PAGE)["items"]:
        if resource["path"] == "/":
            root = resource["id"]
        else:
            gateway.delete_resource(restApiId=api, resourceId=resource["id"])
    for authorizer in gateway.get_authorizers(restApiId=api, limit=PAGE)["items"]:
        gateway.delete_authorizer(restApiId=api, authorizerId=authorizer["id"])
    for validator in gateway.get_request_validators(restApiId=api, limit=PAGE)["items"]:
        gateway.delete_request_validator(restApiId=api, requestValidatorId=validator["id"])
    return root


def _build(gateway: Any, api: str, root: str, body: Document) -> None:
    size = body.get("x-amazon-apigateway-minimum-compression-size")
    if size is not None:
        change = {"op": "replace", "path": "/minimumCompressionSize", "value": str(size)}
        gateway.update_rest_api(restApiId=api, patchOperations=[change])
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
            verb = "ANY" if method == ANY_METHOD else method.upper()
            _method(gateway, api, resource, verb, operation, validator, authorizer)


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
    schemes = _asked(operation["security"])
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
        ),
    )
    _integration(gateway, at, operation["x-amazon-apigateway-integration"])


def _asked(security: list[Document]) -> set[str]:
    """All of the elements are asked for together; what AWS makes of one with two schemes is not known."""
    if any(len(element) != 1 for element in security):
        raise UnknownBody("only elements of security with one scheme each are known here")
    return {name for element in security for name in element}


def _parameters(operation: Document) -> dict[str, bool]:
    places = {"path": "path", "query": "querystring", "header": "header"}
    return {
        f"method.request.{places[each['in']]}.{each['name']}": each["required"]
        for each in operation.get("parameters", [])
    }


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
        headers = response.get("responseParameters", {})
        status = {**at, "statusCode": response["statusCode"]}
        gateway.put_method_response(**status, responseParameters=dict.fromkeys(headers, False))
        gateway.put_integration_response(
            **status, responseParameters=headers, responseTemplates=response["responseTemplates"]
        )
