"""Hand registrations to the guardrails, and break them as a mistake in the program would."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pulumi
from pulumi.runtime import rpc

from tenantry.guardrails.resources import UNKNOWN, Resource, Stack
from tests.support.engine import RecordingMonitor

Mutation = Callable[[Stack], Stack]
TAGS = {"managed-by": "tenantry", "stack": "demo", "cell": "demo"}


def stack(engine: RecordingMonitor) -> Stack:
    """What was registered, with the values of secrets, and without those that a preview does not know."""
    return Stack(
        tuple(
            Resource(each.type, each.name, each.urn, plain(each.inputs), each.parent, each.sources)
            for each in engine.registered
        )
    )


def plain(value: Any) -> Any:
    value = rpc.unwrap_rpc_secret(value)
    if isinstance(value, pulumi.output.Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def found(stack: Stack, kind: str, name: str) -> Resource:
    [resource] = [each for each in stack.on_aws() if each.type.endswith(f":{kind}") and each.name == name]
    return resource


def made(kind: str, name: str, **properties: Any) -> Resource:
    """A resource of the cell's that the program does not declare; `kind` as `sqs/queue:Queue`."""
    properties = {"name": name, "tags": TAGS, **properties}
    return Resource(f"aws:{kind}", name, f"urn:pulumi:demo::tenantry::aws:{kind}::{name}", properties)


def with_also(*more: Resource) -> Mutation:
    return lambda stack: Stack((*stack.resources, *more))


def without(kind: str, name: str) -> Mutation:
    def mutate(stack: Stack) -> Stack:
        gone = found(stack, kind, name)
        return Stack(tuple(each for each in stack.resources if each is not gone))

    return mutate


def set_at(kind: str, name: str, path: str, value: Any) -> Mutation:
    """A value below `path`, such as `tracingConfig.mode`; None takes it out."""

    def mutate(stack: Stack) -> Stack:
        target = found(stack, kind, name)
        properties = deepcopy(dict(target.properties))
        *steps, last = path.split(".")
        holder = properties
        for step in steps:
            holder = holder[step]
        holder[last] = value
        if value is None:
            del holder[last]
        changed = replace(target, properties=properties)
        return Stack(tuple(changed if each is target else each for each in stack.resources))

    return mutate


def restated(kind: str, name: str, key: str, change: Callable[[dict[str, Any]], Any]) -> Mutation:
    """A property that holds JSON, changed in place."""

    def mutate(stack: Stack) -> Stack:
        document = found(stack, kind, name).document(key)
        change(document)
        return set_at(kind, name, key, json.dumps(document))(stack)

    return mutate


def stated(kind: str, name: str, key: str = "policy", sid: str = "", **elements: Any) -> Mutation:
    """Elements of one statement of a policy, given anew; one of None is taken out."""

    def change(document: dict[str, Any]) -> None:
        [statement] = [each for each in document["Statement"] if each["Sid"] == sid]
        statement.update(elements)
        for element in [element for element, value in elements.items() if value is None]:
            del statement[element]

    return restated(kind, name, key, change)
