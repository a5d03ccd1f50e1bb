"""Rules on queues: what is put into a tenant's comes out at the same tenant, whoever it passes.

Each rule yields the leaks that break it.
"""

import json
from collections.abc import Iterator
from typing import Any

from tenantry.execution.registration import Registered
from tenantry.isolation.cells import Cell
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules.kinds.tokens import EVENT_SOURCE_MAPPING, FUNCTION, QUEUE, QUEUE_POLICY


def a_queue_feeds_its_own_tenants_function(cell: Cell) -> Iterator[Leak]:
    queues = {each.arn: cell.owner(each) for each in cell.of(QUEUE)}
    functions = {
        key: cell.owner(each)
        for each in cell.of(FUNCTION)
        for key in (each.arn, each.inputs["name"], each.id)
    }
    for mapping in cell.of(EVENT_SOURCE_MAPPING):
        source, function = mapping.inputs.get("eventSourceArn"), mapping.inputs["functionName"]
        ends = {queues.get(str(source)), functions.get(function)}
        if ends != {cell.owner(mapping)} or None in ends:
            yield leak(mapping, "sqs:ReceiveMessage", str(source), f"a mapping to {function}")


def dead_letters_stay_with_their_tenant(cell: Cell) -> Iterator[Leak]:
    queues = {each.arn: cell.owner(each) for each in cell.of(QUEUE)}
    for queue in cell.of(QUEUE):
        target = _document(queue, "redrivePolicy").get("deadLetterTargetArn")
        if target is not None and queues.get(target) != cell.owner(queue):
            yield leak(queue, "sqs:SendMessage", target, "its redrive policy")


def a_queue_lets_nobody_in_by_a_policy_of_its_own(cell: Cell) -> Iterator[Leak]:
    """Roles of the same account need none, and nobody else has any business with a queue."""
    policies = [(each, each.inputs.get("queueUrl")) for each in cell.of(QUEUE_POLICY)]
    policies += [(each, each.arn) for each in cell.of(QUEUE) if each.inputs.get("policy")]
    for resource, queue in policies:
        for number, statement in enumerate(_document(resource, "policy")["Statement"], start=1):
            if statement["Effect"] == "Allow":
                by = f"policy/{statement.get('Sid') or f'statement {number}'}"
                yield leak(resource, str(statement.get("Action")), str(queue), by)


def _document(resource: Registered, key: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resource.inputs.get(key) or "{}")
    return found
