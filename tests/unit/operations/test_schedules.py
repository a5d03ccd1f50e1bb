"""A schedule is run by hand with the event that its rule would send, for one tenant alone."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from agreed import schedules
from tenantry.operations.schedules import NoSchedule, trigger
from tenantry.rules.naming import Names

NAMES = Names("demo")


class Asked:
    """Lambda, which notes what it is asked and has the function that the test says."""

    def __init__(self) -> None:
        self.client = boto3.client(
            "lambda", "eu-west-3", aws_access_key_id="testing", aws_secret_access_key="testing"
        )
        self.stub = Stubber(self.client)
        self.params: dict[str, Any] = {}
        self.client.meta.events.register("provide-client-params.lambda.Invoke", self._note)

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        self.params = params


def test_the_event_is_the_one_that_the_rule_sends_and_lambda_repeats_it_if_it_fails() -> None:
    asked = Asked()
    expected = {"FunctionName": "tenantry_demo_acme_sweep", "InvocationType": "Event", "Payload": ANY}
    asked.stub.add_response("invoke", {"StatusCode": 202}, expected)
    with asked.stub:
        run = trigger(NAMES, "acme", "sweep", asked.client)
    event = json.loads(asked.params["Payload"])
    assert event == schedules.event("sweep", run, event[schedules.TIME])


def test_a_tenant_without_the_schedule_is_said_with_where_it_was_looked_for() -> None:
    asked = Asked()
    asked.stub.add_client_error("invoke", "ResourceNotFoundException")
    with asked.stub, pytest.raises(NoSchedule, match="acme has no schedule sweep in stack demo"):
        trigger(NAMES, "acme", "sweep", asked.client)
