"""Rules on policy statements, whatever carries them: roles, boundary, topics, queues, keys, buckets."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tenantry.guardrails.exemptions import BOUNDARY_ON_ANYTHING, ON_ANYTHING, UNBOUNDED_SERVICES
from tenantry.guardrails.resources import UNKNOWN, Resource, Stack
from tenantry.guardrails.violations import Violation
from tenantry.rules.kinds import KINDS
from tenantry.rules.kinds.tokens import KEY, KEY_POLICY, POLICY, ROLE

BOUNDARY = POLICY  # the program attaches no managed policy: it bounds
# The properties by which types carry a policy: those that have a row, and what others of the provider's do.
CARRIERS = sorted(
    {path for kind in KINDS.values() for path in kind.policies} | {"policyDocument", "resourcePolicy"}
)
# AWS: in a key's own policy `*` means the key that carries it.
CARRIED_BY_KEYS = (KEY, KEY_POLICY)

# `*` alone, and what names a kind of thing without naming one: `arn:aws:dynamodb:r:a:table/*`.
_ANYTHING = re.compile(r"[*?]+|arn:[^:]*:[^:]*:[^:]*:[^:]*:([\w-]+[/:])?[*?].*")


class Allowed(NamedTuple):
    """A statement that allows, with who carries it and a name to report it by."""

    carrier: Resource
    name: str
    statement: dict[str, Any]

    def violation(self, fault: str) -> Violation:
        return Violation(self.carrier, f"statement {self.name} {fault}")


def no_action_is_a_wildcard(stack: Stack) -> Iterator[Violation]:
    for allowed in _allowed(stack):
        if "NotAction" in allowed.statement:
            yield allowed.violation("allows all actions except some; list those that are used")
        for action in _listed(allowed.statement.get("Action")):
            if "*" in action or "?" in action:
                yield allowed.violation(f"allows {action}; list the actions that are used")


def no_resource_is_a_wildcard(stack: Stack) -> Iterator[Violation]:
    for allowed in _allowed(stack):
        if "NotResource" in allowed.statement:
            yield allowed.violation("allows on all resources except some; name those that are used")
        actions = _listed(allowed.statement.get("Action"))
        excused = set(ON_ANYTHING)
        if allowed.carrier.type == BOUNDARY:
            excused |= set(BOUNDARY_ON_ANYTHING)
        if allowed.carrier.type in CARRIED_BY_KEYS or (actions and set(actions) <= excused):
            continue
        for resource in _listed(allowed.statement.get("Resource")):
            if _ANYTHING.fullmatch(resource):
                advice = "name the resource, or list the actions in ON_ANYTHING with a reason"
                yield allowed.violation(f"allows on {resource}; {advice}")


def no_principal_is_everybody(stack: Stack) -> Iterator[Violation]:
    for allowed in _allowed(stack):
        principal = allowed.statement.get("Principal")
        of_accounts = principal.get("AWS") if isinstance(principal, dict) else principal
        if "NotPrincipal" in allowed.statement or "*" in _listed(of_accounts):
            yield allowed.violation("is open to everybody; name who may")


def every_role_is_bounded(stack: Stack) -> Iterator[Violation]:
    for role in stack.of(ROLE):
        if role.at("assumeRolePolicy") is UNKNOWN:
            continue
        takers = {
            taker
            for allowed in _allowed(Stack((role,)))
            for taker in _listed((allowed.statement.get("Principal") or {}).get("Service"))
        }
        excused = takers and takers <= UNBOUNDED_SERVICES.keys()
        if not excused and not role.at("permissionsBoundary"):
            yield Violation(role, "has no permissions boundary; give it the cell's")


def _allowed(stack: Stack) -> Iterator[Allowed]:
    for each in stack.on_aws():
        for path in CARRIERS:
            for document in each.documents(path):
                if isinstance(document, dict):
                    yield from _statements(each, document)


def _statements(carrier: Resource, document: dict[str, Any]) -> Iterator[Allowed]:
    for number, statement in enumerate(_listed(document.get("Statement")), start=1):
        if statement is not UNKNOWN and statement.get("Effect") == "Allow":
            yield Allowed(carrier, statement.get("Sid") or str(number), statement)


def _listed(value: Any) -> list[Any]:
    """A policy may write one value without the list."""
    if value is None or value is UNKNOWN:
        return []
    return value if isinstance(value, list) else [value]
