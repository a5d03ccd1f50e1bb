"""Rules on policies that resources carry, and on whom topics notify: people and services of AWS alone.

A role of the same account needs no such policy, and nobody else has any business with these resources.
Each rule yields the leaks that break it.
"""

from collections.abc import Iterator

from tenantry.execution.registration import Registered
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules.kinds.tokens import (
    BUCKET,
    QUEUE,
    SECRET,
    TOPIC,
    TOPIC_POLICY,
    TOPIC_SUBSCRIPTION,
)


def nobody_is_let_in_by_a_policy_beside_the_roles(cell: RegisteredCell) -> Iterator[Leak]:
    for resource in cell.of(BUCKET, QUEUE, SECRET):
        for by, action, _ in _allowing(resource):
            yield leak(resource, action, resource.arn, by)


def a_topic_is_open_to_services_alone(cell: RegisteredCell) -> Iterator[Leak]:
    for resource in cell.of(TOPIC, TOPIC_POLICY):
        for by, action, principal in _allowing(resource):
            if not isinstance(principal, dict) or set(principal) != {"Service"}:
                yield leak(resource, action, str(resource.inputs.get("arn") or resource.arn), by)


def a_topic_tells_people_alone(cell: RegisteredCell) -> Iterator[Leak]:
    """By e-mail: a queue, a function or an address of whomever could be another tenant's."""
    for subscription in cell.of(TOPIC_SUBSCRIPTION):
        protocol = subscription.inputs.get("protocol")
        if protocol != "email":
            reached = str(subscription.inputs.get("endpoint"))
            yield leak(subscription, "sns:Subscribe", reached, f"its protocol {protocol}")


def _allowing(resource: Registered) -> Iterator[tuple[str, str, object]]:
    """Of each statement that allows: its name, its action, whom it lets in."""
    if not resource.inputs.get("policy"):
        return
    for number, statement in enumerate(resource.document("policy")["Statement"], start=1):
        if statement["Effect"] == "Allow":
            by = f"policy/{statement.get('Sid') or f'statement {number}'}"
            yield by, str(statement.get("Action")), statement.get("Principal")
