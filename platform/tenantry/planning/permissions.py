"""Find what a policy allows now that it didn't: whoever may do more than before is for a person to see."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from tenantry.local.engine.changes import Step
from tenantry.planning.declared import Declared, DeclaredResource
from tenantry.planning.differences import Line
from tenantry.planning.steps import Stepped
from tenantry.rules.kinds import KINDS

Grant = tuple[str, str, str]
"""Who or what may, on which resource, under which conditions."""


def gains(before: Declared, stepped: Iterable[Stepped]) -> Iterator[Line]:
    """Of policies that are there before and after: what is new may do what it is there for."""
    for each in stepped:
        old = before.resources.get(each.resource.urn)
        if old is None or each.step not in (Step.CHANGED, Step.REPLACED):
            continue
        for name in KINDS[each.resource.type].policies:
            for what, on, condition in sorted(_grants(each.resource, name) - _grants(old, name)):
                under = f" if {condition}" if condition else ""
                yield Line(f"{_holder(each)} may now {what} on {on}{under}", needs_person=True)


def _holder(each: Stepped) -> str:
    return f"role {each.resource.name}" if each.kind == "RolePolicy" else f"whoever {each.is_} names"


def _grants(resource: DeclaredResource, name: str) -> set[Grant]:
    found = set()
    for statement in json.loads(resource.inputs.get(name) or '{"Statement": []}')["Statement"]:
        if statement["Effect"] != "Allow":
            continue
        condition = json.dumps(statement["Condition"], sort_keys=True) if "Condition" in statement else ""
        who = _principals(statement.get("Principal"))
        for action in _each(statement.get("Action", "all but what is listed")):
            found |= {
                (f"{action}{by and f' as {by}'}", on, condition)
                for on in _each(statement.get("Resource", "itself"))
                for by in who
            }
    return found


def _principals(stated: Any) -> list[str]:
    """Of a policy of a role's own, whoever has the role."""
    if stated is None:
        return [""]
    if isinstance(stated, str):
        return [stated]
    return [each for named in stated.values() for each in _each(named)]


def _each(value: Any) -> list[str]:
    return [str(each) for each in value] if not isinstance(value, str) else [value]
