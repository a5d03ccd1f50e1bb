"""Find what a policy newly allows: a person should see who may do more than before."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from tenantry.local.engine.changes import Step
from tenantry.planning.declared import Declared, DeclaredResource
from tenantry.planning.differences import Line
from tenantry.planning.steps import Stepped
from tenantry.rules.kinds import KINDS
from tenantry.rules.policies import statements


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One action on one resource; `who` is empty for the policy of a role's own."""

    who: str
    on: str
    where: str
    action: str


def gains(before: Declared, stepped: Iterable[Stepped]) -> Iterator[Line]:
    """Of policies that are there before and after: what is new may do what it is there for.

    By URN: the order of registration is not always the same.
    """
    for each in sorted(stepped, key=lambda stepped: stepped.resource.urn):
        old = before.resources.get(each.resource.urn)
        if old is None or each.step not in (Step.CHANGED, Step.REPLACED):
            continue
        for name in KINDS[each.resource.type].policies:
            if not _readable(each.resource, name):
                yield Line(f"what {_holder(each)} may do is known only after the update", needs_person=True)
                continue
            gained = sorted(_grants(each.resource, name) - _grants(old, name))
            for (who, on, where), same in groupby(gained, lambda of: (of.who, of.on, of.where)):
                what = ", ".join(of.action for of in same)
                yield Line(f"{who or _holder(each)} may now {what} on {on}{where}", needs_person=True)


def _readable(resource: DeclaredResource, name: str) -> bool:
    """A preview of the engine's has no policy that names what is yet to be made."""
    text = resource.inputs.get(name)
    return not text or str(text).startswith("{")


def _holder(each: Stepped) -> str:
    return f"role {each.resource.name}" if each.kind == "RolePolicy" else f"whoever {each.is_} names"


def _grants(resource: DeclaredResource, name: str) -> set[Grant]:
    text = resource.inputs.get(name)
    stated = statements(json.loads(text)) if text and _readable(resource, name) else []
    return {
        Grant(who, _short(on), _where(statement.get("Condition", {})), action)
        for statement in stated
        if statement["Effect"] == "Allow"
        for who in _principals(statement.get("Principal"))
        for on in _each(statement.get("Resource", "itself"))
        for action in _each(statement.get("Action", "everything except what is listed"))
    }


def _short(arn: str) -> str:
    """Without partition, Region and account, which a cell has one of."""
    parts = arn.split(":", 5)
    return f"{parts[2]} {parts[5]}" if len(parts) == 6 else arn


def _where(conditions: Mapping[str, Mapping[str, Any]]) -> str:
    """Every value that is asked for; whether a key has to be there at all is said by its values."""
    asked = [
        f"{key} is {' or '.join(_each(values))}"
        for operator, by_key in sorted(conditions.items())
        if operator != "Null"
        for key, values in sorted(by_key.items())
    ]
    return f", where {' and '.join(asked)}" if asked else ""


def _principals(stated: Any) -> list[str]:
    """Of a policy of a role's own, whoever has the role."""
    if stated is None:
        return [""]
    if isinstance(stated, str):
        return [stated]
    return [each for named in stated.values() for each in _each(named)]


def _each(value: Any) -> list[str]:
    return [str(each) for each in value] if not isinstance(value, str) else [value]
