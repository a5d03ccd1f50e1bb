"""Make the gateway's body from the contract: its routes, plus what AWS needs to serve them.

API Gateway takes a dialect of OpenAPI 3.0, and the import is set to fail on warnings; so descriptions,
examples and schemas stay out. Bodies are checked by the functions alone, whose answers name what is wrong
(docs/decisions/0018).
"""

import json
import re

from tenantry.gateway.contract import Document
from tenantry.gateway.located import member, refused
from tenantry.gateway.refusals import gateway_responses, method_not_allowed
from tenantry.rules import requirements
from tenantry.rules.arns import Arns
from tenantry.rules.naming import AUTHORIZER, stage_variable

METHODS = ("get", "post", "put", "patch", "delete")
ANY_METHOD = "x-amazon-apigateway-any-method"  # whatever the path states no operation for

# From this size on answers are compressed for clients that ask for it; below, there is little to win.
COMPRESSED_FROM_BYTES = 1_024

# Of a proxy the gateway needs no declared status. Its importer has warned of `default`, and one warning takes
# the whole import back; "200" beside `aws_proxy` is known to import without any
# (https://github.com/localstack/localstack, tests/aws/files/openapi.spec.tf.json, validated on AWS).
DECLARED = "200"

# How long the gateway may replay an authorizer's verdict. A token that expires, or a key that is taken
# out, is honoured at most this much longer. API Gateway allows 0 to 3,600 seconds.
VERDICT_TTL_SECONDS = 60

# What clients send bodies as by themselves; one of another type gets 415 before a mock could say 405.
SENT_TYPES = (
    "application/json",
    "application/merge-patch+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/plain",
)


def gateway_body(contract: Document, title: str, arns: Arns) -> Document:
    """The document that RestApi's `body` takes.

    Args:
        contract: all parts joined, as `contract.load` answers it.
        title: name of the REST API; a changed title is a changed API.
        arns: where the functions live; their names come from each stage's variables.
    """
    return {
        "openapi": member(contract, "openapi"),
        "info": {"title": title, "version": member(member(contract, "info"), "version")},
        "x-amazon-apigateway-api-key-source": "HEADER",
        "x-amazon-apigateway-minimum-compression-size": COMPRESSED_FROM_BYTES,
        "x-amazon-apigateway-request-validators": {
            "parameters": {"validateRequestBody": False, "validateRequestParameters": True}
        },
        "x-amazon-apigateway-request-validator": "parameters",
        "x-amazon-apigateway-gateway-responses": gateway_responses(),
        "paths": {path: _path(path, item, contract, arns) for path, item in contract["paths"].items()},
        "components": {
            "securitySchemes": {
                "api_key": {"type": "apiKey", "name": requirements.KEY_HEADER, "in": "header"},
                "token": _authorizer(arns),
            },
        },
    }


def _path(path: str, item: Document, contract: Document, arns: Arns) -> Document:
    operations = {method: _operation(item[method], contract, arns) for method in METHODS if method in item}
    groups = {member(item[method], "x-tenantry-group") for method in operations}
    if len(groups) != 1:
        raise refused(item, f"{path}: a path belongs to one route group, not to {sorted(groups)}")
    group = groups.pop()
    if "get" in operations:
        operations["head"] = _head(operations["get"])
    if group != "core":
        operations["options"] = _preflight(path, group, arns)
    allowed = ", ".join(method.upper() for method in operations)
    operations[ANY_METHOD] = _not_allowed(path, allowed)
    return operations


def _operation(operation: Document, contract: Document, arns: Arns) -> Document:
    group, name = member(operation, "x-tenantry-group"), member(operation, "operationId")
    if "security" not in operation:
        raise refused(operation, f"{name} states no security; write [] where anybody may call")
    return {
        "operationId": name,
        "security": _security(operation),
        "parameters": [_parameter(each, contract) for each in operation.get("parameters", [])],
        "responses": {DECLARED: {"description": "see the contract"}},
        "x-amazon-apigateway-integration": _mock() if group == "core" else _proxy(group, arns),
    }


def _head(get: Document) -> Document:
    """Whatever serves GET (RFC 9110, 9.1), to the same callers; an operation's id is its own."""
    return {name: value for name, value in get.items() if name != "operationId"}


def _not_allowed(path: str, allowed: str) -> Document:
    """The gateway itself says 405 to anybody (RFC 9110, 15.5.6): the contract is no secret."""
    headers, problem = method_not_allowed(allowed)
    return {
        "security": [],
        "parameters": _path_parameters(path),
        "responses": {
            "405": {
                "description": "another method is needed",
                "headers": {name: {"schema": {"type": "string"}} for name in headers},
            }
        },
        "x-amazon-apigateway-integration": {
            "type": "mock",
            "requestTemplates": dict.fromkeys(SENT_TYPES, '{"statusCode": 405}'),
            "passthroughBehavior": "never",
            "responses": {
                "default": {
                    "statusCode": "405",
                    "responseParameters": {
                        f"method.response.header.{name}": f"'{value}'" for name, value in headers.items()
                    },
                    "responseTemplates": {"application/json": json.dumps(problem)},
                }
            },
        },
    }


def _path_parameters(path: str) -> list[Document]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _security(operation: Document) -> list[Document]:
    try:
        return requirements.separate(operation["security"])
    except ValueError as error:
        raise refused(operation, f"{operation['operationId']}: security is wrong: {error}") from None


def _preflight(path: str, group: str, arns: Arns) -> Document:
    """A browser sends neither key nor token with a preflight; the function knows the tenant's origins."""
    return {
        "security": [],
        "parameters": _path_parameters(path),
        "responses": {DECLARED: {"description": "CORS preflight"}},
        "x-amazon-apigateway-integration": _proxy(group, arns),
    }


def _parameter(parameter: Document, contract: Document) -> Document:
    """The gateway checks presence alone; patterns are the functions' to check."""
    if "$ref" in parameter:
        parameter = member(contract["components"]["parameters"], _name(parameter))
    return {
        "name": parameter["name"],
        "in": parameter["in"],
        "required": bool(parameter.get("required")),
        "schema": {"type": "string"},
    }


def _name(reference: Document) -> str:
    """`Item` of `{"$ref": "#/components/schemas/Item"}`."""
    return str(reference["$ref"]).rpartition("/")[2]


def _proxy(group: str, arns: Arns) -> Document:
    return {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": _function_of(group, arns),
        "passthroughBehavior": "when_no_match",
        "timeoutInMillis": 29_000,  # the most that every account has; functions end before
    }


def _function_of(group: str, arns: Arns) -> str:
    """The stage decides which tenant's function it is, through a variable that no client can set."""
    return arns.invocation("${stageVariables." + stage_variable(group) + "}")


def _mock() -> Document:
    return {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "passthroughBehavior": "never",  # a body of another type would be taken for the template: 500
        "responses": {
            "default": {"statusCode": "200", "responseTemplates": {"application/json": '{"status": "ok"}'}}
        },
    }


def _authorizer(arns: Arns) -> Document:
    """Both identity sources are part of the cache key: a verdict reached for one key never serves another.

    `Unused` is the name that AWS asks for where there are several identity sources:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html
    """
    return {
        "type": "apiKey",
        "name": "Unused",
        "in": "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
            "type": "request",
            "identitySource": "method.request.header.Authorization, method.request.header.x-api-key",
            "authorizerUri": _function_of(AUTHORIZER, arns),
            "authorizerResultTtlInSeconds": VERDICT_TTL_SECONDS,
        },
    }
