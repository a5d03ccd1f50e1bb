"""Each setting that leads to another tenant, or is open to whoever comes, is found and named."""

import json

import pytest

from tenantry.isolation.cells import SOMEWHERE as ARNS
from tenantry.isolation.cells import RegisteredCell
from tests.support.leaks import assert_found, decided
from tests.support.mutations import Mutation, added, both, found, set_input, set_variable

API = "demo-id"
ITEMS = "tenantry_demo_acme_items"
PERMISSION = "Permission acme.items"
OPEN = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}'


def secret(name: str) -> str:
    """One generation, as the program registers it."""
    return ARNS.secrets(f"{name}/0a1b2c3d").replace("??????", "AbCdEf")


SETTINGS: dict[str, tuple[Mutation, str, str]] = {
    "a shared role": (
        set_input("Function", "acme.contact", role=ARNS.iam(f"role/{ITEMS}")),
        "Function acme.contact",
        "another function also has",
    ),
    "a role of another tenant": (
        both(
            set_input("Function", "acme.items", role=ARNS.iam("role/tenantry_demo_acme-eu_items")),
            set_input("Function", "acme-eu.items", role=ARNS.iam(f"role/{ITEMS}")),
        ),
        "Function acme.items",
        "not its tenant's",
    ),
    "a role open to the account": (
        set_input(
            "Role",
            "acme.items",
            assumeRolePolicy='{"Statement": [{"Sid": "All", "Effect": "Allow", '
            '"Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}',
        ),
        "Role acme.items",
        "trust/All",
    ),
    "no boundary": (
        set_input("Role", "acme.items", permissionsBoundary=None),
        "Role acme.items",
        "no boundary",
    ),
    "a boundary of somebody else's": (
        set_input("Role", "acme.items", permissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess"),
        "Role acme.items",
        "no boundary of the cell's",
    ),
    "a permission without a source": (
        set_input("Permission", "acme.items", sourceArn=None),
        PERMISSION,
        "from anywhere",
    ),
    "a permission for another stage": (
        set_input("Permission", "acme.items", sourceArn=ARNS.execute_api(API, "acme-eu/*/*")),
        PERMISSION,
        "/acme-eu/",
    ),
    "a permission for stages that begin alike": (
        set_input("Permission", "acme.items", sourceArn=ARNS.execute_api(API, "acme*/*/*")),
        PERMISSION,
        "/acme*/",
    ),
    "a permission for another API": (
        set_input("Permission", "acme.items", sourceArn=ARNS.execute_api("*", "acme/*/*")),
        PERMISSION,
        "*/acme/",
    ),
    "a permission for anybody": (
        set_input("Permission", "acme.items", principal="*"),
        PERMISSION,
        "permission gateway",
    ),
    "a permission for authorizers on a function that is none": (
        set_input("Permission", "acme.items", sourceArn=ARNS.execute_api(API, "authorizers/*")),
        PERMISSION,
        "authorizers",
    ),
    "a stage variable that names another's function": (
        set_variable("Stage", "acme", "variables", items_function="tenantry_demo_acme-eu_items"),
        "Stage acme",
        "stage variable items_function",
    ),
    "a stage variable that names no function": (
        set_variable("Stage", "acme", "variables", items_function="tenantry_demo_initech_items"),
        "Stage acme",
        "stage variable items_function",
    ),
    "a stage variable that is not set": (
        set_variable("Stage", "acme", "variables", authorizer_function=None),
        "Stage acme",
        "authorizer_function, not set",
    ),
    "an access log in another's group": (
        set_variable(
            "Stage",
            "acme",
            "accessLogSettings",
            destinationArn=ARNS.log_group("/tenantry/demo/acme-eu/access"),
        ),
        "Stage acme",
        "access log",
    ),
    "a plan with two stages": (
        set_input(
            "UsagePlan",
            "acme",
            apiStages=[{"apiId": API, "stage": "acme"}, {"apiId": API, "stage": "acme-eu"}],
        ),
        "UsagePlan acme",
        "stage acme-eu",
    ),
    "a key in another's plan": (
        set_input("UsagePlanKey", "acme.web", usagePlanId="acme-eu-id"),
        "UsagePlanKey acme.web",
        "key acme.web-id",
    ),
    "another tenant in the environment": (
        set_variable("Function", "acme.items", "environment.variables", TENANT="acme-eu"),
        "Function acme.items",
        "TENANT",
    ),
    "another table in the environment": (
        set_variable("Function", "acme.items", "environment.variables", TABLE="tenantry_demo_globex"),
        "Function acme.items",
        "TABLE",
    ),
    "the pooled table in a silo's environment": (
        set_variable("Function", "globex.items", "environment.variables", TABLE="tenantry_demo"),
        "Function globex.items",
        "TABLE",
    ),
    "another's secret in the environment": (
        set_variable(
            "Function",
            "acme.items",
            "environment.variables",
            SECRET_ARN=secret("tenantry/demo/acme-eu/runtime"),
        ),
        "Function acme.items",
        "SECRET_ARN",
    ),
    "a topic open to all": (
        set_input(
            "TopicPolicy",
            "demo",
            policy='{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Subscribe"}]}',
        ),
        "TopicPolicy demo",
        "policy/statement 1",
    ),
    "another's queue in the environment": (
        set_variable(
            "Function",
            "acme.contact",
            "environment.variables",
            CONTACT_QUEUE_URL="https://sqs.example/tenantry_demo_globex_contact",
        ),
        "Function acme.contact",
        "CONTACT_QUEUE_URL",
    ),
    "the runtime secret for the one of webhooks": (
        set_variable(
            "Function",
            "globex.notifier",
            "environment.variables",
            DELIVERY_SECRET_ARN=secret("tenantry/demo/globex/runtime"),
        ),
        "Function globex.notifier",
        "DELIVERY_SECRET_ARN",
    ),
    "a queue that feeds another tenant's function": (
        set_input(
            "EventSourceMapping", "acme.contact", functionName=ARNS.function("tenantry_demo_globex_notifier")
        ),
        "EventSourceMapping acme.contact",
        "a mapping to",
    ),
    "a function fed from another tenant's queue": (
        set_input(
            "EventSourceMapping", "acme.contact", eventSourceArn=ARNS.queue("tenantry_demo_globex_contact")
        ),
        "EventSourceMapping acme.contact",
        "a mapping to",
    ),
    "a mapping between two other tenants": (
        set_input(
            "EventSourceMapping",
            "acme.contact",
            eventSourceArn=ARNS.queue("tenantry_demo_globex_contact"),
            functionName=ARNS.function("tenantry_demo_globex_notifier"),
        ),
        "EventSourceMapping acme.contact",
        "a mapping to",
    ),
    "a mapping from a queue of nobody's": (
        set_input("EventSourceMapping", "acme.contact", eventSourceArn=ARNS.queue("orders")),
        "EventSourceMapping acme.contact",
        "a mapping to",
    ),
    "dead letters that end up with another tenant": (
        set_input(
            "Queue",
            "acme.contact",
            redrivePolicy=json.dumps(
                {"deadLetterTargetArn": ARNS.queue("tenantry_demo_globex_contact_dead")}
            ),
        ),
        "Queue acme.contact",
        "its redrive policy",
    ),
    "a queue open to all": (
        set_input("Queue", "acme.contact", policy=OPEN),
        "Queue acme.contact",
        "policy/statement 1",
    ),
    "a queue opened by a policy beside it": (
        added(
            "acme.contact",
            "open",
            "aws:sqs/queuePolicy:QueuePolicy",
            queueUrl="https://sqs.example/tenantry_demo_acme_contact",
            policy=OPEN,
        ),
        "QueuePolicy open",
        "aws:sqs/queuePolicy:QueuePolicy, which this proof does not read",
    ),
    "an index": (
        set_input("Table", "demo", globalSecondaryIndexes=[{"name": "by_state", "hashKey": "state_key"}]),
        "Table demo",
        "globalSecondaryIndexes",
    ),
    "a type that the proof cannot read": (
        added("acme.items", "url", "aws:lambda/functionUrl:FunctionUrl", authorizationType="NONE"),
        "FunctionUrl url",
        "does not read",
    ),
}


@pytest.mark.parametrize("mistake", SETTINGS)
def test_a_setting_that_leads_elsewhere_is_found(demo: RegisteredCell, mistake: str) -> None:
    assert_found(demo, *SETTINGS[mistake])


def test_a_function_named_for_all_stages_is_found(demo: RegisteredCell) -> None:
    api = found(demo, "RestApi", "demo")
    body = api.inputs["body"].replace("${stageVariables.items_function}", ITEMS, 1)
    leaks = decided(set_input("RestApi", "demo", body=body)(demo))
    assert [(leak.who, leak.resource) for leak in leaks] == [("RestApi demo", ITEMS)]
