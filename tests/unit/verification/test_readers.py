"""Every type that the program registers is read, or is named with the reason why it can't be."""

import json
import secrets
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, ClassVar

import boto3
import pytest
from moto import mock_aws

from tenantry.rules.kinds import KINDS, tokens
from tenantry.rules.naming import Names
from tenantry.verification.comparison import differences
from tenantry.verification.deployed import UNKNOWABLE
from tenantry.verification.reader import UNKNOWN, Deployed, Found, Inputs
from tenantry.verification.readers import READERS, UNREADABLE
from tenantry.verification.reading import Reading
from tests.support.engine import ARNS

TAGS = {"stack": "demo", "cell": "demo"}
LOGS: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"},
}


def test_every_type_has_a_reader_or_a_reason() -> None:
    assert READERS.keys() | UNREADABLE.keys() == KINDS.keys()
    assert READERS.keys().isdisjoint(UNREADABLE)
    assert all(UNREADABLE.values())


@pytest.mark.parametrize("token", READERS)
def test_what_it_does_not_read_is_an_input_with_a_reason(token: str) -> None:
    row = KINDS[token]
    inputs = {path.partition(".")[0] for path in row.understood}
    assert READERS[token].unread.keys() <= inputs
    assert all(READERS[token].unread.values())


def test_what_leads_anywhere_is_always_read() -> None:
    """A policy, or a reference to another resource; but where a function's code was taken from."""
    leading = {
        (token, path.partition(".")[0])
        for token in READERS
        for path in (*KINDS[token].policies, *KINDS[token].judged, *KINDS[token].references)
    }
    unread = {(token, name) for token, reader in READERS.items() for name in reader.unread}
    assert leading & unread == {
        (tokens.FUNCTION, "s3Bucket"),
        (tokens.LAYER_VERSION, "s3Bucket"),
        (tokens.LAYER_VERSION, "s3Key"),
        (tokens.ROLE, "inlinePolicies"),
        (tokens.ROLE, "managedPolicyArns"),
    }


# What the local platform makes none of.


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reading]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        session = boto3.Session(region_name=ARNS.region)
        yield Reading(Names("demo"), ARNS, session.client, lambda _api, stage: stage)


def differing(token: str, inputs: Inputs, found: Found | None) -> list[str]:
    assert found is not None
    unread = READERS[token].unread
    meant = {name: value for name, value in inputs.items() if name not in unread}
    return [path for path, *_ in differences(meant, found.inputs, unknown=UNKNOWABLE)]


def _role(iam: Any, name: str) -> None:
    tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
    iam.create_role(RoleName=name, AssumeRolePolicyDocument='{"Statement": []}', Tags=tags)


def test_the_logging_role_is_found_though_part_of_its_name_was_drawn(reading: Reading) -> None:
    iam = reading.client("iam")
    _role(iam, "tenantry_demo__gateway_0a1b2c3d")
    inputs = {
        "name": f"tenantry_demo__gateway_{UNKNOWN}",
        "assumeRolePolicy": '{"Statement": []}',
        "tags": TAGS,
    }
    found = READERS[tokens.ROLE].read(reading, inputs)
    assert differing(tokens.ROLE, inputs, found) == []
    assert found is not None
    assert found.id == "tenantry_demo__gateway_0a1b2c3d"


def test_an_attached_policy_is_there_or_it_is_not(reading: Reading) -> None:
    iam = reading.client("iam")
    _role(iam, "logging")
    arn = iam.create_policy(PolicyName="logs", PolicyDocument=json.dumps(LOGS))
    inputs = {"role": "logging", "policyArn": arn["Policy"]["Arn"]}
    read = READERS[tokens.ROLE_POLICY_ATTACHMENT].read
    assert read(Reading(Names("demo"), ARNS, reading.client, reading.url), inputs) is None
    iam.attach_role_policy(RoleName="logging", PolicyArn=arn["Policy"]["Arn"])
    assert differing(tokens.ROLE_POLICY_ATTACHMENT, inputs, read(reading, inputs)) == []


@pytest.mark.parametrize(
    ("changed", "differs", "leaving"),
    [
        ({}, [], []),
        ({"Action": "*"}, ["policy.statements[0].Action"], []),
        ({"Sid": "LeavingUse"}, ["policy.statements"], ["policy.LeavingUse"]),
    ],
)
def test_a_policy_of_one_statement_without_a_list_is_compared(
    reading: Reading, changed: dict[str, str], differs: list[str], leaving: list[str]
) -> None:
    own = f"tenantry_demo_acme_{secrets.token_hex(4)}"  # moto may hold an earlier test's
    inputs = {"role": own, "name": "own", "policy": json.dumps(LOGS)}
    there = {**LOGS, "Statement": {**LOGS["Statement"], **changed}}
    iam, reader = reading.client("iam"), READERS[tokens.ROLE_POLICY]
    _role(iam, inputs["role"])
    iam.put_role_policy(RoleName=inputs["role"], PolicyName="own", PolicyDocument=json.dumps(there))
    assert differing(tokens.ROLE_POLICY, inputs, reader.read(reading, inputs)) == differs
    role = Deployed("role", tokens.ROLE, "acme.items", "acme", {}, Found(inputs["role"], {}))
    policy = Deployed("policy", tokens.ROLE_POLICY, "acme.items", "acme", inputs, None)
    assert [each.property for each in reader.beyond(reading, [role, policy])] == leaving


class Gateway:
    def get_account(self) -> dict[str, Any]:
        return {"cloudwatchRoleArn": ARNS.iam("role/logging"), "features": ["UsagePlans"]}


def test_the_accounts_logging_role_is_compared() -> None:
    role = ARNS.iam("role/logging")
    reading = Reading(Names("demo"), ARNS, lambda _service: Gateway(), lambda _api, stage: stage)
    found = READERS[tokens.ACCOUNT].read(reading, {"cloudwatchRoleArn": role})
    assert differing(tokens.ACCOUNT, {"cloudwatchRoleArn": role}, found) == []
    assert differing(tokens.ACCOUNT, {"cloudwatchRoleArn": f"{role}2"}, found) == ["cloudwatchRoleArn"]


class Budgets:
    """Answers as the reference of AWS Budgets says; moto keeps no subscribers of its notifications."""

    def can_paginate(self, _operation: str) -> bool:
        return False

    def describe_budget(self, **_asked: Any) -> dict[str, Any]:
        budget = {
            "BudgetName": "tenantry_demo",
            "BudgetType": "COST",
            "BudgetLimit": {"Amount": "100.0", "Unit": "USD"},
            "TimeUnit": "MONTHLY",
            "CostFilters": {"TagKeyValue": ["user:cell$demo"]},
        }
        return {"Budget": budget}

    def describe_notifications_for_budget(self, **_asked: Any) -> dict[str, Any]:
        return {
            "Notifications": [
                {"NotificationType": kind, "ComparisonOperator": "GREATER_THAN", "Threshold": percent}
                | {"ThresholdType": "PERCENTAGE", "NotificationState": "OK"}
                for kind, percent in (("ACTUAL", 100.0), ("FORECASTED", 80.0))
            ]
        }

    def describe_subscribers_for_notification(self, **asked: Any) -> dict[str, Any]:
        assert "NotificationState" not in asked["Notification"]
        return {"Subscribers": [{"SubscriptionType": "SNS", "Address": "arn:topic"}]}

    def list_tags_for_resource(self, **_asked: Any) -> dict[str, Any]:
        return {"ResourceTags": [{"Key": key, "Value": value} for key, value in TAGS.items()]}


def test_a_budget_is_compared_with_its_notifications() -> None:
    notified = {"comparisonOperator": "GREATER_THAN", "thresholdType": "PERCENTAGE"}
    inputs = {
        "name": "tenantry_demo",
        "budgetType": "COST",
        "limitAmount": "100",
        "limitUnit": "USD",
        "timeUnit": "MONTHLY",
        "costFilters": [{"name": "TagKeyValue", "values": ["user:cell$demo"]}],
        "notifications": [
            {**notified, "notificationType": kind, "threshold": at, "subscriberSnsTopicArns": ["arn:topic"]}
            for kind, at in (("FORECASTED", 80), ("ACTUAL", 100))
        ],
        "tags": TAGS,
    }
    reading = Reading(Names("demo"), ARNS, lambda _service: Budgets(), lambda _api, stage: stage)
    found = READERS[tokens.BUDGET].read(reading, inputs)
    assert differing(tokens.BUDGET, inputs, found) == []
    assert differing(tokens.BUDGET, {**inputs, "limitAmount": "200"}, found) == ["limitAmount"]


class Copied:
    """A table that is copied elsewhere, and a key under which it and somebody else's role work."""

    def can_paginate(self, _operation: str) -> bool:
        return False

    def describe_table(self, **_: str) -> Any:
        return {"Table": {"Replicas": [{"RegionName": "eu-west-1", "ReplicaStatus": "ACTIVE"}]}}

    def describe_kinesis_streaming_destination(self, **_: str) -> Any:
        streams = {"arn:stopped": "DISABLED", "arn:fed": "ACTIVE"}
        listed = [{"StreamArn": arn, "DestinationStatus": status} for arn, status in streams.items()]
        return {"KinesisDataStreamDestinations": listed}

    def list_grants(self, **_: str) -> Any:
        grantees = ("dynamodb.eu-central-1.amazonaws.com", "arn:aws:iam::210987654321:role/eve")
        return {"Grants": [{"GranteePrincipal": each, "Operations": ["Decrypt"]} for each in grantees]}


@pytest.mark.parametrize(
    ("token", "strays"),
    [
        (tokens.TABLE, [("replicas", "eu-west-1"), ("kinesisStreams", "arn:fed")]),
        (tokens.KEY, [("grants", "arn:aws:iam::210987654321:role/eve")]),
    ],
)
def test_what_carries_data_away_is_a_stray_and_what_a_service_does_for_itself_is_none(
    token: str, strays: list[tuple[str, str]]
) -> None:
    reading = Reading(Names("demo"), ARNS, lambda _service: Copied(), lambda _api, stage: stage)
    declared = [Deployed("urn", token, "acme", "acme", {"name": "tenantry_demo_acme"}, Found("id", {}))]
    found = list(READERS[token].beyond(reading, declared))
    assert [(each.property, each.found) for each in found] == strays
    assert {each.owner for each in found} == {"acme"}


# --- of an API that has a deployment for each release ---


class TwoReleases:
    """An API with two deployments: an earlier release's has a route that today's contract lacks."""

    snapshots: ClassVar[dict[str, Any]] = {
        "older": {"/health": {"GET": {}}, "/gone": {"GET": {}}},
        "newer": {"/health": {"GET": {}}},
    }

    def can_paginate(self, _operation: str) -> bool:
        return False

    def get_deployments(self, **_: str) -> Any:
        made = enumerate(("older", "newer"))
        return {"items": [{"id": id, "description": _digest(id), "createdDate": at} for at, id in made]}

    def get_deployment(self, deploymentId: str, **_: Any) -> Any:  # noqa: N803 - boto3's name
        return {"apiSummary": self.snapshots[deploymentId]}


def _digest(deployment: str) -> str:
    body = json.dumps(BODY) if deployment == "newer" else deployment
    return sha256(body.encode()).hexdigest()


BODY = {
    "x-amazon-apigateway-api-key-source": "HEADER",
    "x-amazon-apigateway-gateway-responses": {},
    "components": {"securitySchemes": {}},
    "paths": {
        "/health": {
            "get": {
                "security": [],
                "x-amazon-apigateway-integration": {"type": "mock", "passthroughBehavior": "never"},
            }
        }
    },
}


@pytest.fixture
def deployments() -> tuple[Reading, list[Deployed]]:
    reading = Reading(Names("demo"), ARNS, lambda _: TwoReleases(), lambda _api, stage: stage)
    api = Deployed("api", tokens.REST_API, "demo", "", {"body": json.dumps(BODY)}, Found("api-id", {}))
    declared = [api]
    for name in ("older", "newer"):
        inputs = {"restApi": "api-id", "description": _digest(name)}
        found = READERS[tokens.DEPLOYMENT].read(reading, inputs)
        declared.append(Deployed(name, tokens.DEPLOYMENT, name, "", inputs, found))
    return reading, declared


def test_each_release_has_the_deployment_of_its_contract(deployments: tuple[Reading, list[Deployed]]) -> None:
    _, (_, *declared) = deployments
    assert [each.found and each.found.id for each in declared] == ["older", "newer"]


def test_a_route_of_an_earlier_release_is_no_stray_and_one_of_todays_is(
    deployments: tuple[Reading, list[Deployed]], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, declared = deployments
    assert list(READERS[tokens.DEPLOYMENT].beyond(reading, declared)) == []
    snapshots = {**TwoReleases.snapshots, "newer": TwoReleases.snapshots["older"]}
    monkeypatch.setattr(TwoReleases, "snapshots", snapshots)
    again = Reading(Names("demo"), ARNS, lambda _: TwoReleases(), lambda _api, stage: stage)
    found = list(READERS[tokens.DEPLOYMENT].beyond(again, declared))
    assert [(each.on, each.property) for each in found] == [("Deployment newer", "methods.GET /gone")]
