"""A stage forgets its authorizer's verdicts when it is asked to, and no other stage does."""

import pytest
from botocore.exceptions import ClientError

from tenantry.local.clients import Session
from tests.local.cloud import ECHO, Api, make_function, make_role

# Each verdict names another subject.
NEW = """
    import uuid
    def handle(event, context):
        allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": event["methodArn"]}
        return {"principalId": "ann", "policyDocument": {"Version": "2012-10-17", "Statement": [allow]},
                "context": {"sub": str(uuid.uuid4())}}
"""
HEADERS = {"Authorization": "Bearer token", "x-api-key": "key"}


def test_a_stage_forgets_its_own_verdicts_alone(root: Session) -> None:
    role = make_role(root, "functions")
    make_function(root, "items", ECHO, role)
    make_function(root, "authorizer", NEW, role)
    api = Api.make(root)
    for stage in ("acme", "acme-eu"):
        api.add_stage(stage, items_function="items", authorizer_function="authorizer")

    def subjects() -> tuple[str, ...]:
        return tuple(api.get(stage, **HEADERS)[1]["subject"] for stage in ("acme", "acme-eu"))

    before = subjects()
    assert subjects() == before
    root.client("apigateway").flush_stage_authorizers_cache(restApiId=api.id, stageName="acme")
    after = subjects()
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_a_stage_that_is_not_there_has_no_verdicts(root: Session) -> None:
    api = Api.make(root)
    with pytest.raises(ClientError, match="NotFoundException"):
        root.client("apigateway").flush_stage_authorizers_cache(restApiId=api.id, stageName="acme")


def test_the_emulator_alone_has_no_such_operation(untouched: Session) -> None:
    api = Api.make(untouched)
    api.add_stage("acme")
    with pytest.raises(ClientError):
        untouched.client("apigateway").flush_stage_authorizers_cache(restApiId=api.id, stageName="acme")
