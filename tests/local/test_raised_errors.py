"""What a handler raises ends its invocation, and not the process that serves the next one."""

import json
from typing import Any

from tenantry.local.clients import Session
from tests.local.cloud import make_function, make_role

COUNTING = """
    served = 0
    def handle(event, context):
        global served
        served += 1
        if event["raise"]:
            raise RuntimeError(event["raise"])
        return served
"""


def asked(root: Session, raised: str) -> dict[str, Any]:
    return root.client("lambda").invoke(FunctionName="counting", Payload=json.dumps({"raise": raised}))


def served_after_an_error(root: Session) -> int:
    """How many invocations the process has served that answers after one that raised."""
    make_function(root, "counting", COUNTING, make_role(root, "counting"))
    refused = asked(root, "no such luck")
    assert refused["FunctionError"] == "Unhandled"
    assert json.loads(refused["Payload"].read())["errorMessage"] == "no such luck"
    return int(asked(root, "")["Payload"].read())


def test_the_process_that_raised_serves_the_next_call(root: Session) -> None:
    assert served_after_an_error(root) == 2


def test_the_untouched_emulator_starts_another_process(untouched: Session) -> None:
    """When this fails, the repair is no longer needed."""
    assert served_after_an_error(untouched) == 1
