"""Change what a cell has registered, as a mistake in the program would have."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from tenantry.execution.registration import Registered
from tenantry.isolation.cells import RegisteredCell
from tenantry.rules.kinds.tokens import COMPONENTS

Statement = dict[str, Any]
Mutation = Callable[[RegisteredCell], RegisteredCell]

ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"


def found(cell: RegisteredCell, kind: str, name: str) -> Registered:
    [resource] = [
        each
        for each in cell.resources
        if not each.type.startswith(COMPONENTS) and each.type.endswith(f":{kind}") and each.name == name
    ]
    return resource


def set_input(kind: str, logical_name: str, /, **inputs: Any) -> Mutation:
    """Inputs of one resource, given anew; one of None is taken out."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        target = found(cell, kind, logical_name)
        changed = {key: value for key, value in {**target.inputs, **inputs}.items() if value is not None}
        return replaced(cell, target, replace(target, inputs=changed))

    return mutate


def ignored(kind: str, logical_name: str, *inputs: str) -> Mutation:
    """Changes of those inputs are ignored from now on."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        target = found(cell, kind, logical_name)
        return replaced(cell, target, replace(target, ignored=inputs))

    return mutate


def replaced(cell: RegisteredCell, old: Registered, new: Registered) -> RegisteredCell:
    return cell.with_resources(new if each is old else each for each in cell.resources)


def added(like: str, logical_name: str, kind: str, /, **inputs: Any) -> Mutation:
    """One more resource, of the type token `kind`, below the parent of the role policy `like`."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        beside = found(cell, "RolePolicy", like)
        more = replace(beside, urn=f"{beside.urn}-more", type=kind, name=logical_name, inputs=inputs)
        return cell.with_resources((*cell.resources, more))

    return mutate


def granted(function: str, *statements: Statement) -> Mutation:
    """Statements beside those that the function's role has."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        policy = found(cell, "RolePolicy", function)
        document = policy.document("policy")
        document["Statement"] += statements
        return set_input("RolePolicy", function, policy=json.dumps(document))(cell)

    return mutate


def restated(function: str, sid: str, change: Callable[[Statement], Any]) -> Mutation:
    """One statement of the function's role, changed in place."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        policy = found(cell, "RolePolicy", function)
        document = policy.document("policy")
        [statement] = [each for each in document["Statement"] if each["Sid"] == sid]
        change(statement)
        return set_input("RolePolicy", function, policy=json.dumps(document))(cell)

    return mutate


def set_variable(kind: str, name: str, path: str, **values: str | None) -> Mutation:
    """Members of the mapping at `path`, such as `environment.variables`; one of None is taken out."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        first, *rest = path.split(".")
        inputs = deepcopy(found(cell, kind, name).inputs[first])
        mapping = inputs
        for step in rest:
            mapping = mapping[step]
        mapping.update(values)
        for key in [key for key, value in mapping.items() if value is None]:
            del mapping[key]
        return set_input(kind, name, **{first: inputs})(cell)

    return mutate


def in_body(*path: str, **members: Any) -> Mutation:
    """Members of what is at `path` of the API's body; one of None is taken out."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        body = found(cell, "RestApi", "demo").document("body")
        at = body
        for step in path:
            at = at[step]
        at.update(members)
        for name in [name for name, value in at.items() if value is None]:
            del at[name]
        return set_input("RestApi", "demo", body=json.dumps(body))(cell)

    return mutate


def bounded(change: Callable[[list[Statement]], list[Statement]]) -> Mutation:
    """The statements of the cell's boundary, changed."""

    def mutate(cell: RegisteredCell) -> RegisteredCell:
        document = found(cell, "Policy", "demo").document("policy")
        document["Statement"] = change(document["Statement"])
        return set_input("Policy", "demo", policy=json.dumps(document))(cell)

    return mutate


def both(*mutations: Mutation) -> Mutation:
    def mutate(cell: RegisteredCell) -> RegisteredCell:
        for each in mutations:
            cell = each(cell)
        return cell

    return mutate


def allow(action: Any, resource: Any, condition: Any = None, **more: Any) -> Statement:
    statement = {"Sid": "Wide", "Effect": "Allow", "Action": action, "Resource": resource, **more}
    statement |= {"Condition": condition} if condition else {}
    return {name: value for name, value in statement.items() if value is not None}
