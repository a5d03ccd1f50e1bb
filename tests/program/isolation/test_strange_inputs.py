"""What no row understands is found and named, as is what refers to another tenant's or to nobody's."""

import pytest

from tenantry.isolation.cells import SOMEWHERE as ARNS
from tenantry.isolation.cells import RegisteredCell
from tests.support.leaks import assert_found
from tests.support.mutations import Mutation, added, ignored, set_input, set_variable

ITEMS = "tenantry_demo_acme_items"
STRANGE: dict[str, tuple[Mutation, str, str]] = {
    "an input that the proof cannot read": (
        set_input("Function", "acme.items", ephemeralStorage={"size": 1024}),
        "Function acme.items",
        "ephemeralStorage of aws:lambda/function:Function, which this proof does not read",
    ),
    "a member of an input that the proof cannot read": (
        set_variable("Function", "acme.items", "tracingConfig", sampling="all"),
        "Function acme.items",
        "tracingConfig.sampling of aws:lambda/function:Function",
    ),
    "a policy that stays as it was": (
        ignored("RolePolicy", "acme.items", "policy"),
        "RolePolicy acme.items",
        "policy of aws:iam/rolePolicy:RolePolicy, whose changes are ignored",
    ),
    "a type of a provider that nobody knows": (
        added("acme.items", "run", "command:local/command:Command", create="curl example.com"),
        "Command run",
        "command:local/command:Command, which this proof does not read",
    ),
    "a layer of another account": (
        set_input("Function", "acme.items", layers=["arn:aws:lambda:us-east-1:999999999999:layer:x:1"]),
        "Function acme.items",
        "layers of aws:lambda/function:Function",
    ),
    "code from another bucket": (
        set_input("Function", "acme.items", s3Bucket="elsewhere"),
        "Function acme.items",
        "s3Bucket of",
    ),
    "code that the cell did not put there": (
        set_input("Function", "acme.items", s3Key="code/else.zip"),
        "Function acme.items",
        "s3Key of",
    ),
    "an alarm that tells another tenant": (
        set_input("CompositeAlarm", "acme.unhealthy", alarmActions=[ARNS.topic("tenantry_demo_globex")]),
        "CompositeAlarm acme.unhealthy",
        "alarmActions of",
    ),
    "an alias for another tenant's key": (
        set_input("Alias", "globex", targetKeyId="acme-eu-id"),
        "Alias globex",
        "targetKeyId of",
    ),
    "settings of another tenant's stage": (
        set_input("MethodSettings", "acme", stageName="acme-eu"),
        "MethodSettings acme",
        "stageName of",
    ),
    "dead letters of calls": (
        set_input(
            "Function", "acme.items", deadLetterConfig={"targetArn": ARNS.queue("tenantry_demo_globex")}
        ),
        "Function acme.items",
        "deadLetterConfig of",
    ),
    "a destination of what a function answers": (
        added(
            "acme.items",
            "answers",
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
            functionName=ITEMS,
            destinationConfig={"onSuccess": {"destination": ARNS.queue("tenantry_demo_globex_contact")}},
        ),
        "FunctionEventInvokeConfig answers",
        "destinationConfig of",
    ),
    "a file system": (
        set_input("Function", "acme.items", fileSystemConfig={"arn": "a", "localMountPath": "/mnt/x"}),
        "Function acme.items",
        "fileSystemConfig of",
    ),
    "a canary": (
        set_input(
            "Stage", "acme", canarySettings={"percentTraffic": 1, "stageVariableOverrides": {"a": "b"}}
        ),
        "Stage acme",
        "canarySettings of",
    ),
}


@pytest.mark.parametrize("mistake", STRANGE)
def test_what_the_proof_does_not_understand_is_found(demo: RegisteredCell, mistake: str) -> None:
    assert_found(demo, *STRANGE[mistake])
