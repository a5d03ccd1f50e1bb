"""A way in beside roles, stages and verdicts is found and named, as is a boundary that stops too little."""

import json
from typing import Any

import pytest

from tenantry.isolation.cells import SOMEWHERE as ARNS
from tenantry.isolation.cells import RegisteredCell
from tests.support.leaks import assert_found
from tests.support.mutations import Mutation, allow, bounded, in_body, set_input, set_variable

OPEN = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}'
ROUTE = "GET /items/{collection}"


def authorizer(**members: Any) -> Mutation:
    return in_body("components", "securitySchemes", "token", "x-amazon-apigateway-authorizer", **members)


def operation(**members: Any) -> Mutation:
    return in_body("paths", "/items/{collection}", "get", **members)


def integration(**members: Any) -> Mutation:
    return in_body("paths", "/items/{collection}", "get", "x-amazon-apigateway-integration", **members)


def variable(function: str, **values: str) -> Mutation:
    return set_variable("Function", function, "environment.variables", **values)


def taken(**allowed: Any) -> Mutation:
    return set_input("Queue", "acme.contact.dead", redriveAllowPolicy=json.dumps(allowed))


DOORS: dict[str, tuple[Mutation, str, str]] = {
    "a queue that takes another's dead letters": (
        taken(redrivePermission="byQueue", sourceQueueArns=[ARNS.queue("tenantry_demo_globex_contact")]),
        "Queue acme.contact.dead",
        "dead letters taken from",
    ),
    "a queue that takes anybody's dead letters": (
        taken(redrivePermission="allowAll"),
        "Queue acme.contact.dead",
        "any queue",
    ),
    "a secret open to all": (
        set_input("Secret", "globex", policy=OPEN),
        "Secret globex",
        "policy/statement 1",
    ),
    "a bucket open to all": (set_input("Bucket", "demo", policy=OPEN), "Bucket demo", "policy/statement 1"),
    "a topic open to all within": (
        set_input("Topic", "demo", policy=OPEN),
        "Topic demo",
        "policy/statement 1",
    ),
    "a topic that fills another tenant's queue": (
        set_input(
            "TopicSubscription", "acme", protocol="sqs", endpoint=ARNS.queue("tenantry_demo_globex_contact")
        ),
        "TopicSubscription acme",
        "its protocol sqs",
    ),
    "another endpoint in the environment": (
        variable("acme.items", AWS_ENDPOINT_URL="https://example.com"),
        "Function acme.items",
        "AWS_ENDPOINT_URL",
    ),
    "another's queue under a variable of its own": (
        variable("acme.items", OUTBOX="a,https://sqs.example/tenantry_demo_globex_contact"),
        "Function acme.items",
        "OUTBOX",
    ),
    "another's secret under a variable of its own": (
        variable("acme.items", MORE="tenantry/demo/acme-eu/runtime/0a1b2c3d"),
        "Function acme.items",
        "MORE",
    ),
    "another's function under a variable of its own": (
        variable("acme.items", MORE=ARNS.function("tenantry_demo_acme-eu_items")),
        "Function acme.items",
        "MORE",
    ),
    "a verdict on the token alone": (
        authorizer(identitySource="method.request.header.Authorization"),
        "RestApi demo",
        "identitySource of token",
    ),
    "a verdict that is kept for an hour": (
        authorizer(authorizerResultTtlInSeconds=3600),
        "RestApi demo",
        "authorizerResultTtlInSeconds of token",
    ),
    "a verdict that is kept for as long as AWS likes": (
        authorizer(authorizerResultTtlInSeconds=None),
        "RestApi demo",
        "authorizerResultTtlInSeconds of token",
    ),
    "one tenant's authorizer for all": (
        authorizer(authorizerUri=ARNS.invocation("tenantry_demo_acme_authorizer")),
        "RestApi demo",
        "authorizerUri of token",
    ),
    "an authorizer under a role": (
        authorizer(authorizerCredentials=ARNS.iam("role/any")),
        "RestApi demo",
        "authorizerCredentials of token",
    ),
    "an authorizer that sees the token alone": (authorizer(type="token"), "RestApi demo", "type of token"),
    "a method that asks for no key": (
        operation(security=[{"token": []}]),
        "RestApi demo",
        "its methods, without an API key",
    ),
    "a method that asks for no token": (
        operation(security=[{"api_key": []}]),
        "RestApi demo",
        "its methods, without an authorizer",
    ),
    "a method that asks for both in one element": (
        operation(security=[{"api_key": [], "token": []}]),
        "RestApi demo",
        "its methods, without an authorizer",
    ),
    "a method that states nothing": (
        operation(security=None),
        "RestApi demo",
        "its methods, without an authorizer",
    ),
    "a key from another header": (
        in_body("components", "securitySchemes", "api_key", name="x-key"),
        "RestApi demo",
        "its methods, without an API key",
    ),
    "a token that no authorizer judges": (
        in_body("components", "securitySchemes", "token", **{"x-amazon-apigateway-authtype": None}),
        "RestApi demo",
        "its methods, without an authorizer",
    ),
    "a route to an address": (
        integration(type="http_proxy", uri="https://example.com"),
        "RestApi demo",
        f"the integration of {ROUTE}",
    ),
    "a route under somebody's rights": (
        integration(credentials="arn:aws:iam::*:user/*"),
        "RestApi demo",
        f"credentials in the integration of {ROUTE}",
    ),
    "a route that leads nowhere": (
        in_body("paths", "/items/{collection}", "get", **{"x-amazon-apigateway-integration": None}),
        "RestApi demo",
        f"the integration of {ROUTE}",
    ),
    "a policy beside that of the gateway's role": (
        set_input("RolePolicyAttachment", "demo", policyArn=ARNS.managed("AdministratorAccess")),
        "RolePolicyAttachment demo",
        "AdministratorAccess",
    ),
    "a policy within the gateway's role": (
        set_input("Role", "demo", managedPolicyArns=[ARNS.managed("AdministratorAccess")]),
        "Role demo",
        "policies within it",
    ),
    "a permission for more than a call": (
        set_input("Permission", "acme.items", action="lambda:*"),
        "Permission acme.items",
        "lambda:*",
    ),
    "a boundary without its Deny": (
        bounded(lambda statements: [each for each in statements if each["Effect"] != "Deny"]),
        "boundary demo",
        "tenantry_demo/ReadSecret",
    ),
    "a boundary that lets in any bucket": (
        bounded(lambda statements: [*statements, allow("s3:GetObject", "*")]),
        "boundary demo",
        "tenantry_demo/Wide",
    ),
    "a boundary that lets roles be taken": (
        bounded(lambda statements: [*statements, allow("sts:AssumeRole", ARNS.iam("role/tenantry_*"))]),
        "boundary demo",
        "tenantry_demo/Wide",
    ),
    "a boundary that lets whole tables be read": (
        bounded(lambda statements: [*statements, allow("dynamodb:Scan", ARNS.table("tenantry_demo"))]),
        "boundary demo",
        "tenantry_demo/Wide",
    ),
    "a boundary that lets dead letters be read": (
        bounded(lambda statements: [each for each in statements if each["Sid"] != "NoDeadLetters"]),
        "boundary demo",
        "tenantry_demo/Queues",
    ),
}


@pytest.mark.parametrize("mistake", DOORS)
def test_a_door_that_stands_open_is_found(demo: RegisteredCell, mistake: str) -> None:
    assert_found(demo, *DOORS[mistake])
