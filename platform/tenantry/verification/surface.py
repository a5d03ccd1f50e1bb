"""Say what an API lets through in one form, whether it is to be imported or stands at the gateway.

Each method with what it asks of its callers and what serves it, the authorizer, the gateway's own answers.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tenantry.gateway.body import ANY_METHOD, METHODS
from tenantry.rules.requirements import KEY, TOKEN, asked
from tenantry.verification.reading import Reading

Document = dict[str, Any]

_EXTENSION = "x-amazon-apigateway-"
_PLACES = {"path": "path", "query": "querystring", "header": "header"}
_VERBS = (*METHODS, "head", "options", ANY_METHOD)


def of_body(text: str) -> Document:
    """Of the document that is imported."""
    body = json.loads(text)
    return {
        "apiKeySource": body[f"{_EXTENSION}api-key-source"],
        "minimumCompressionSize": body.get(f"{_EXTENSION}minimum-compression-size"),
        "authorizers": dict(_authorizers(body)),
        "responses": {kind: _answer(each) for kind, each in body[f"{_EXTENSION}gateway-responses"].items()},
        "methods": dict(_methods(body)),
    }


def _authorizers(body: Document) -> Iterator[tuple[str, Document]]:
    for name, scheme in body["components"]["securitySchemes"].items():
        stated = scheme.get(f"{_EXTENSION}authorizer")
        if stated:
            yield name, _authorizer(stated)


def _authorizer(stated: Mapping[str, Any]) -> Document:
    return {
        "type": stated["type"].upper(),
        "identitySource": sorted(stated.get("identitySource", "").replace(" ", "").split(",")),
        "authorizerUri": stated.get("authorizerUri"),
        "authorizerResultTtlInSeconds": stated.get("authorizerResultTtlInSeconds"),
    }


def _methods(body: Document) -> Iterator[tuple[str, Document]]:
    for path, item in body["paths"].items():
        for verb in _VERBS:
            if verb in item:
                name = "ANY" if verb == ANY_METHOD else verb.upper()
                yield f"{name} {path}", _method(item[verb], body)


def _method(operation: Document, body: Document) -> Document:
    asks = asked(body, operation["security"])
    [scheme] = [
        name
        for element in operation["security"]
        for name in element
        if TOKEN in asks and _is_token(body, name)
    ] or [None]
    validator = body.get(f"{_EXTENSION}request-validator")
    return {
        "apiKeyRequired": KEY in asks,
        "authorizer": scheme,
        "validator": validator,
        "parameters": {
            f"method.request.{_PLACES[each['in']]}.{each['name']}": bool(each.get("required"))
            for each in operation.get("parameters", [])
        },
        "integration": _integration(operation[f"{_EXTENSION}integration"]),
    }


def _is_token(body: Document, name: str) -> bool:
    return f"{_EXTENSION}authorizer" in body["components"]["securitySchemes"][name]


def _integration(stated: Document) -> Document:
    return {
        "type": stated["type"].upper(),
        "httpMethod": stated.get("httpMethod"),
        "uri": stated.get("uri"),
        "passthroughBehavior": stated["passthroughBehavior"].upper(),
        "timeoutInMillis": stated.get("timeoutInMillis"),
        "requestTemplates": stated.get("requestTemplates") or None,
        "responses": {
            each["statusCode"]: {
                "parameters": each.get("responseParameters") or {},
                "templates": each.get("responseTemplates") or {},
            }
            for each in stated.get("responses", {}).values()
        },
    }


def _answer(stated: Document) -> Document:
    return {
        "statusCode": str(stated["statusCode"]),
        "parameters": stated["responseParameters"],
        "templates": stated["responseTemplates"],
    }


def at_gateway(reading: Reading, api: Document) -> Document:
    """Of the API as it stands; a stage serves what its deployment kept of it."""
    identifier = {"restApiId": api["id"]}
    authorizers = {
        each["id"]: each for each in reading.listed("apigateway", "get_authorizers", "items", **identifier)
    }
    validators = {
        each["id"]: each["name"]
        for each in reading.listed("apigateway", "get_request_validators", "items", **identifier)
    }
    names = {key: each["name"] for key, each in authorizers.items()}
    resources = reading.listed("apigateway", "get_resources", "items", embed=["methods"], **identifier)
    return {
        "apiKeySource": api.get("apiKeySource"),
        "minimumCompressionSize": api.get("minimumCompressionSize"),
        "policy": api.get("policy") or None,
        "authorizers": {each["name"]: _authorizer(each) for each in authorizers.values()},
        "responses": {
            each["responseType"]: {
                "statusCode": each.get("statusCode"),
                "parameters": each.get("responseParameters", {}),
                "templates": each.get("responseTemplates", {}),
            }
            for each in reading.listed("apigateway", "get_gateway_responses", "items", **identifier)
            if not each.get("defaultResponse")
        },
        "methods": {
            f"{verb} {resource['path']}": _standing(method, names, validators)
            for resource in resources
            for verb, method in resource.get("resourceMethods", {}).items()
        },
    }


def _standing(method: Document, authorizers: dict[str, str], validators: dict[str, str]) -> Document:
    authorized = method.get("authorizationType", "NONE") != "NONE"
    known = authorizers.get(method.get("authorizerId", ""), method.get("authorizationType"))
    return {
        "apiKeyRequired": bool(method.get("apiKeyRequired")),
        "authorizer": known if authorized else None,
        "validator": validators.get(method.get("requestValidatorId", "")),
        "parameters": method.get("requestParameters") or {},
        "integration": _standing_integration(method.get("methodIntegration") or {}),
    }


def _standing_integration(there: Document) -> Document:
    """Of a mock the gateway knows a time-out too, which nobody set."""
    mock = there.get("type") == "MOCK"
    return {
        "type": there.get("type"),
        "httpMethod": None if mock else there.get("httpMethod"),
        "uri": there.get("uri") or None,
        "passthroughBehavior": there.get("passthroughBehavior"),
        "timeoutInMillis": None if mock else there.get("timeoutInMillis"),
        "requestTemplates": there.get("requestTemplates") or None,
        "responses": {
            status: {
                "parameters": each.get("responseParameters") or {},
                "templates": each.get("responseTemplates") or {},
            }
            for status, each in (there.get("integrationResponses") or {}).items()
            if mock
        },
    }
