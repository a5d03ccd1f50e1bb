"""Functions call as their roles, by credentials that nobody else has, and know none of the server's."""

import hashlib
import json

import pytest

from tenantry.local.clients import ACCOUNT, Session, stage_url
from tenantry.local.emulator.parent import Emulator
from tests.local.cloud import ECHO, TABLE_ARN, Api, make_function, make_role
from tests.support.signed import Request

pytestmark = pytest.mark.usefixtures("table")

READER = """
    import json, os, boto3
    def handle(event, context):
        read = boto3.client("dynamodb").get_item(TableName="items", Key={"pk": {"S": "a"}, "sk": {"S": "b"}})
        return {"statusCode": 200, "body": json.dumps(list(read))}
"""


def test_a_functions_calls_are_its_roles_and_nobody_can_compute_its_credentials(
    root: Session, untouched: Session
) -> None:
    """They are the same for every emulator without the repair: a digest of ARNs that anybody knows."""
    allowed = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE_ARN}
    seen = []
    for cloud in (root, untouched):
        role = make_role(cloud, "reads", allowed)
        make_function(cloud, "reads", READER, role)
        make_function(cloud, "shows", ECHO, role)
        shown = cloud.client("lambda").invoke(FunctionName="shows", Payload=b'{"requestContext": {}}')
        seen.append(json.loads(json.loads(shown["Payload"].read())["body"])["environment"])
    read = json.loads(root.client("lambda").invoke(FunctionName="reads")["Payload"].read())
    assert read["statusCode"] == 200
    here, alone = (guessed(each["_LAMBDA_FUNCTION_ARN"], role) == own_credentials(each) for each in seen)
    assert (here, alone) == (False, True)


def own_credentials(environment: dict[str, str]) -> tuple[str, ...]:
    return tuple(
        environment[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
    )


def guessed(function: str, role: str) -> tuple[str, ...]:

    digest = hashlib.sha256(f"{function}:{role}".encode()).hexdigest()
    secret, token = (hashlib.sha256(f"{part}:{digest}".encode()).hexdigest() for part in ("secret", "token"))
    return f"ASIA{digest[:16].upper()}", secret, token


def test_a_worker_has_what_lambda_gives_it_and_neither_secret_nor_settings_of_the_server(
    repaired: Emulator, root: Session, untouched: Session
) -> None:
    seen = []
    for cloud in (root, untouched):
        make_function(
            cloud, "worker", ECHO, make_role(cloud, "worker"), Environment={"Variables": {"OWN": "1"}}
        )
        shown = cloud.client("lambda").invoke(FunctionName="worker", Payload=b'{"requestContext": {}}')
        seen.append(json.loads(json.loads(shown["Payload"].read())["body"])["environment"])
    here, there = seen
    lambdas = {name for name in here if name.startswith(("AWS_", "_", "LAMBDA_"))}
    assert here.keys() - lambdas == {"HOME", "LANG", "LOG_LEVEL", "OWN", "PATH", "TMPDIR"}
    assert {"STATE_DIR", "BIND_HOST", "AUTH"} <= there.keys()
    assert not [name for name, value in here.items() if repaired.record.secret in value]


def test_a_call_at_a_stage_that_names_the_administrator_is_nobodys(repaired: Emulator, root: Session) -> None:
    api = Api.make(root, authorized=False)
    api.add_stage("acme", items_function="stage")
    gateway = root.client("apigateway")
    who = next(each for each in gateway.get_resources(restApiId=api.id)["items"] if each["path"] == "/who")
    gateway.update_method(
        restApiId=api.id,
        resourceId=who["id"],
        httpMethod="GET",
        patchOperations=[{"op": "replace", "path": "/authorizationType", "value": "AWS_IAM"}],
    )
    target = stage_url("", api.id, "acme") + "/who"
    for access_key in ("test", ACCOUNT):
        call = Request(repaired.endpoint, "GET", target, {}, b"").signed(access_key, "test", "execute-api")
        assert call.send().status == 403
