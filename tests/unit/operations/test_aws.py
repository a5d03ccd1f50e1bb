"""Whatever AWS refuses is told with its code, the Region and what to do, never as a traceback."""

import boto3
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)

from tenantry.config import load_platform
from tenantry.errors import Failed
from tenantry.operations import deployed
from tenantry.operations.aws import refusals_reported
from tenantry.operations.erasure import erase
from tenantry.operations.stacks import Stack
from tenantry.rules.naming import Names
from tests.support.command import TENANTS

STACK = Stack(Names("demo"), "eu-west-3", "demo")


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "not\nlike this."}}, "Scan")


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("AccessDenied", "a role that has this permission"),
        ("AccessDeniedException", "a role that has this permission"),
        ("ExpiredToken", "sign in"),
        ("ExpiredTokenException", "sign in"),
        ("ResourceNotFoundException", "check the stack's name and the Region"),
        ("ThrottlingException", "try again"),
    ],
)
def test_a_refusal_is_told_on_one_line(code: str, remedy: str) -> None:
    with (
        pytest.raises(Failed, match=f"^AWS, Region eu-west-3: {code}: not like this; .*{remedy}"),
        refusals_reported("eu-west-3"),
    ):
        raise refusal(code)


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (NoRegionError(), "check the Region"),
        (NoCredentialsError(), "set AWS_PROFILE"),
        (EndpointConnectionError(endpoint_url="https://x.example"), "the network"),
    ],
)
def test_what_keeps_from_asking_is_told_like_a_refusal(error: BotoCoreError, remedy: str) -> None:
    told = f"Region eu-west-3: {type(error).__name__}: .*{remedy}"
    with pytest.raises(Failed, match=told), refusals_reported("eu-west-3"):
        raise error


@pytest.mark.usefixtures("no_credentials")
def test_without_credentials_neither_erase_nor_token_leaves_a_traceback() -> None:
    told = "Region eu-west-3: NoCredentialsError"
    with pytest.raises(Failed, match=told):
        erase(STACK.names, "gone", deployed.clients(STACK.region), lambda *_: None)
    with pytest.raises(Failed, match=told):
        deployed.token(load_platform(TENANTS).tenant("acme"), STACK, "somebody", None, 60)


@pytest.mark.usefixtures("no_credentials")
def test_a_profile_or_region_that_cannot_be_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Failed, match="InvalidRegionError"):
        deployed.clients("eu west")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(Failed, match="ProfileNotFound"):
        deployed.clients("eu-west-3")


@pytest.mark.usefixtures("no_credentials")
def test_clients_ask_in_the_region_of_the_stack_not_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made = deployed.clients("eu-west-3")
    assert {each.meta.region_name for each in (made.dynamodb, made.secretsmanager, made.lambda_)} == {
        "eu-west-3"
    }
    assert boto3.Session().region_name == "us-east-1"
