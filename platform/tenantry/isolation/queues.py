"""Rules on queues: what goes into a tenant's queue comes out at the same tenant, whatever it passes through.

Each rule yields the leaks that break it.
"""

import json
from collections.abc import Iterator
from typing import Any

from tenantry.execution.registration import Registered
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules.kinds.tokens import EVENT_SOURCE_MAPPING, FUNCTION, QUEUE


def a_queue_feeds_its_own_tenants_function(cell: RegisteredCell) -> Iterator[Leak]:
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


def dead_letters_stay_with_their_tenant(cell: RegisteredCell) -> Iterator[Leak]:
    queues = {each.arn: cell.owner(each) for each in cell.of(QUEUE)}
    for queue in cell.of(QUEUE):
        target = _document(queue, "redrivePolicy").get("deadLetterTargetArn")
        if target is not None and queues.get(target) != cell.owner(queue):
            yield leak(queue, "sqs:SendMessage", target, "its redrive policy")
        for source in _sources(_document(queue, "redriveAllowPolicy")):
            if queues.get(source) != cell.owner(queue):
                yield leak(queue, "sqs:SendMessage", queue.arn, f"dead letters taken from {source}")


def _sources(allowed: dict[str, Any]) -> list[str]:
    """Whose dead letters it takes; AWS takes those of the whole account where nothing is stated."""
    if not allowed or allowed.get("redrivePermission") == "denyAll":
        return []
    return allowed.get("sourceQueueArns") or ["any queue"]


def _document(resource: Registered, key: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resource.inputs.get(key) or "{}")
    return found
