"""Have a tenant's own function send a signed test event to receivers, and return what each answered."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from agreed.webhooks import RESULTS, TEST
from tenantry.errors import Failed


class Result(NamedTuple):
    """`id` is the event's; `problem` is None where the receiver took it."""

    receiver: str
    id: str
    problem: str | None


def send_test(function: str, receivers: Sequence[str], lambda_: Any) -> list[Result]:
    """In the order of the names; no attempt follows a failure.

    Raises:
        Failed: the function did not run, or failed itself.
    """
    answer = lambda_.invoke(FunctionName=function, Payload=json.dumps({TEST: list(receivers)}).encode())
    body = answer["Payload"].read()
    if answer.get("FunctionError"):
        raise Failed(f"{function} failed to send a test; its log says why (`tenantry logs`)")
    found = json.loads(body)[RESULTS]
    return [Result(each["receiver"], each["id"], each.get("problem")) for each in found]
