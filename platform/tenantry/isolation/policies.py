"""Rules on policies that resources carry, and on whom topics and functions write to.

A role of the same account needs no policy of a resource's, and nobody else has any business with these.
Each rule yields the leaks that break it.
"""

from collections.abc import Iterator
from typing import Any

from tenantry.execution.registration import Registered
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak, leak
from tenantry.isolation.reading import listed
from tenantry.rules.kinds.tokens import (
    BUCKET,
    QUEUE,
    ROLE_POLICY,
    SECRET,
    TOPIC,
    TOPIC_POLICY,
    TOPIC_SUBSCRIPTION,
)


def no_policy_beside_the_roles_lets_anybody_in(cell: RegisteredCell) -> Iterator[Leak]:
    for resource in cell.of(BUCKET, QUEUE, SECRET):
        for by, action, _ in _allowing(resource):
            yield leak(resource, action, resource.arn, by)


def a_topic_is_open_to_services_alone(cell: RegisteredCell) -> Iterator[Leak]:
    for resource in cell.of(TOPIC, TOPIC_POLICY):
        for by, action, principal in _allowing(resource):
            if not isinstance(principal, dict) or set(principal) != {"Service"}:
                yield leak(resource, action, str(resource.inputs.get("arn") or resource.arn), by)


def a_topic_notifies_people_alone(cell: RegisteredCell) -> Iterator[Leak]:
    """By e-mail: a queue, a function or an address of whomever could be another tenant's."""
    for subscription in cell.of(TOPIC_SUBSCRIPTION):
        protocol = subscription.inputs.get("protocol")
        if protocol != "email":
            reached = str(subscription.inputs.get("endpoint"))
            yield leak(subscription, "sns:Subscribe", reached, f"its protocol {protocol}")


def a_function_mails_its_own_tenants_address_alone(cell: RegisteredCell) -> Iterator[Leak]:
    """Those that its tenant's file names for a group, and by a condition on all that a mail names."""
    addresses = {
        tenant.slug: {value for options in tenant.options.values() for value in options.values()}
        for tenant in cell.config.tenants
    }
    for policy in cell.of(ROLE_POLICY):
        own = addresses.get(str(cell.owner(policy)), set())
        for statement in listed(policy.document("policy")["Statement"]):
            mails = [each for each in listed(statement.get("Action", [])) if each.lower().startswith("ses:")]
            receivers = _receivers(statement)
            if statement["Effect"] == "Allow" and mails and not (receivers and receivers <= own):
                reached = ", ".join(sorted(receivers - own)) or "anybody"
                yield leak(policy, mails[0], reached, f"ses:Recipients of own/{statement.get('Sid')}")


def _receivers(statement: dict[str, Any]) -> set[str]:
    """Empty where the condition lets through a mail to somebody else, or does not look at whom it goes to."""
    condition = statement.get("Condition") or {}
    if (condition.get("Null") or {}).get("ses:Recipients") != "false":
        return set()
    return set(listed((condition.get("ForAllValues:StringEquals") or {}).get("ses:Recipients", [])))


def _allowing(resource: Registered) -> Iterator[tuple[str, str, object]]:
    """Of each statement that allows: its name, its action, whom it lets in."""
    if not resource.inputs.get("policy"):
        return
    for number, statement in enumerate(resource.document("policy")["Statement"], start=1):
        if statement["Effect"] == "Allow":
            by = f"policy/{statement.get('Sid') or f'statement {number}'}"
            yield by, str(statement.get("Action")), statement.get("Principal")
