"""Every invocation is measured under its function, whoever invokes."""

import json

import pytest

from tenantry.local.clients import ACCOUNT, REGION, Session
from tests.local.cloud import ALLOW, ECHO, Api, make_function, make_role
from tests.support.command import eventually
from tests.support.measurements import measured

LAMBDA = "AWS/Lambda"
FAILING = """
    def handle(event, context):
        raise RuntimeError("no")
"""
CONSUMER = """
    def handle(event, context):
        return {}
"""
CONSUME = {
    "Effect": "Allow",
    "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    "Resource": "*",
}


def told(root: Session, function: str) -> dict[str, float | None]:
    metrics = ("Invocations", "Errors", "Throttles")
    return {metric: measured(root, LAMBDA, metric, FunctionName=function) for metric in metrics}


def called(root: Session) -> Api:
    """A stage after one call; its authorizer lets the caller in."""
    role = make_role(root, "functions")
    make_function(root, "items", ECHO, role)
    make_function(root, "authorizer", ALLOW, role)
    api = Api.make(root, items="items", authorizer="authorizer")
    api.add_stage("acme")
    assert api.get("acme", **{"Authorization": "Bearer a", "x-api-key": "key"})[0] == 200
    return api


def test_the_gateways_invocations_are_measured_and_a_cached_verdict_is_none(root: Session) -> None:
    api = called(root)
    assert api.get("acme", **{"Authorization": "Bearer a", "x-api-key": "key"})[0] == 200
    assert told(root, "items") == {"Invocations": 2, "Errors": 0, "Throttles": 0}
    assert told(root, "authorizer") == {"Invocations": 1, "Errors": 0, "Throttles": 0}
    assert measured(root, LAMBDA, "Duration", "SampleCount", FunctionName="items") == 2
    assert measured(root, LAMBDA, "ConcurrentExecutions", "Maximum", FunctionName="items") == 1
    assert (measured(root, LAMBDA, "Duration", "p50", FunctionName="items") or 0) > 0


def test_an_invocation_that_fails_is_an_error_and_one_refused_a_throttle(root: Session) -> None:
    client = root.client("lambda")
    make_function(root, "failing", FAILING, make_role(root, "failing"))
    client.invoke(FunctionName="failing")
    client.put_function_concurrency(FunctionName="failing", ReservedConcurrentExecutions=0)
    with pytest.raises(client.exceptions.TooManyRequestsException) as refused:
        client.invoke(FunctionName="failing")
    attempts = 1 + refused.value.response["ResponseMetadata"]["RetryAttempts"]
    assert told(root, "failing") == {"Invocations": 1, "Errors": 1, "Throttles": attempts}


def test_an_event_sources_invocations_are_measured(root: Session) -> None:
    make_function(root, "consumer", CONSUMER, make_role(root, "consumer", CONSUME))
    queue = root.client("sqs").create_queue(QueueName="events")["QueueUrl"]
    root.client("lambda").create_event_source_mapping(
        FunctionName="consumer", EventSourceArn=f"arn:aws:sqs:{REGION}:{ACCOUNT}:events", BatchSize=1
    )
    root.client("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps({}))
    assert eventually(lambda: told(root, "consumer")["Invocations"] == 1)


def test_the_untouched_emulator_measures_no_invocation_by_the_gateway(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    called(untouched)
    assert told(untouched, "items")["Invocations"] is None
