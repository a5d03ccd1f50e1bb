"""Who may invoke a function, and what feeds it or runs it by the clock."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tenantry.rules.kinds import tokens
from tenantry.verification.reader import (
    Deployed,
    Found,
    Inputs,
    Reader,
    Stray,
    by_name,
    inputs_of,
    of_type,
    tags,
)
from tenantry.verification.reading import Answer, Reading


def _statements(reading: Reading, function: str) -> list[Answer]:
    there = reading.ask("lambda", "get_policy", FunctionName=function)
    return list(json.loads(there["Policy"])["Statement"]) if there else []


def _permission(reading: Reading, inputs: Inputs) -> Found | None:
    for each in _statements(reading, inputs["function"]):
        if each.get("Sid") == inputs["statementId"]:
            return Found(inputs["statementId"], {"function": inputs["function"], **_permitted(each)})
    return None


def _permitted(statement: Answer) -> Inputs:
    """A condition that is none of a permission's own stays as it is, and differs."""
    principal, condition = statement.get("Principal"), dict(statement.get("Condition") or {})
    known = {test: value for test, value in condition.items() if test in ("ArnLike", "ArnEquals")}
    sources = {key.lower(): value for each in known.values() for key, value in each.items()}
    return {
        "statementId": statement.get("Sid"),
        "action": statement.get("Action"),
        "principal": _only(principal),
        "sourceArn": sources.pop("aws:sourcearn", None),
        "effect": None if statement.get("Effect") == "Allow" else statement.get("Effect"),
        "conditions": {**sources, **{k: v for k, v in condition.items() if k not in known}} or None,
    }


def _only(principal: Any) -> Any:
    if isinstance(principal, dict) and len(principal) == 1:
        return next(iter(principal.values()))
    return principal


def _permissions_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    known = inputs_of(declared, tokens.PERMISSION, "function", "statementId")
    for function in of_type(declared, tokens.FUNCTION):
        for each in _statements(reading, function.inputs["name"]):
            if (function.inputs["name"], each.get("Sid")) not in known:
                yield Stray(str(function), f"policy.{each.get('Sid', '')}", _permitted(each), function.owner)


def _mappings(reading: Reading, function: str) -> list[Answer]:
    return reading.listed(
        "lambda", "list_event_source_mappings", "EventSourceMappings", FunctionName=function
    )


def _mapping(reading: Reading, inputs: Inputs) -> Found | None:
    name = inputs["functionName"].rpartition(":")[2]
    for each in _mappings(reading, name):
        if each.get("EventSourceArn") == inputs["eventSourceArn"]:
            arn = reading.arns.mapping(each["UUID"])
            labels = reading.ask("lambda", "list_tags", Resource=each.get("EventSourceMappingArn", arn)) or {}
            scaling = each.get("ScalingConfig") or {}
            found = {
                "eventSourceArn": each["EventSourceArn"],
                "functionName": each["FunctionArn"],
                "batchSize": each.get("BatchSize"),
                "functionResponseTypes": each.get("FunctionResponseTypes"),
                "scalingConfig": {"maximumConcurrency": scaling.get("MaximumConcurrency")},
                "enabled": False if each.get("State", "").startswith("Disabl") else None,
                "filterCriteria": each.get("FilterCriteria") or None,
                "tags": tags(labels.get("Tags"), inputs),
            }
            return Found(each["UUID"], found)
    return None


def _mappings_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    known = inputs_of(declared, tokens.EVENT_SOURCE_MAPPING, "functionName", "eventSourceArn")
    for function in of_type(declared, tokens.FUNCTION):
        for each in _mappings(reading, function.inputs["name"]):
            if (each["FunctionArn"], each.get("EventSourceArn")) not in known:
                yield Stray(str(function), "eventSource", each.get("EventSourceArn"), function.owner)


def _retries(reading: Reading, inputs: Inputs) -> Found | None:
    name = inputs["functionName"]
    there = reading.ask("lambda", "get_function_event_invoke_config", FunctionName=name)
    if there is None:
        return None
    places = {kind: each for kind, each in (there.get("DestinationConfig") or {}).items() if each}
    found = {
        "functionName": name,
        "maximumEventAgeInSeconds": there.get("MaximumEventAgeInSeconds"),
        "maximumRetryAttempts": there.get("MaximumRetryAttempts"),
        "destinationConfig": places or None,
    }
    return Found(name, found)


def _rule(reading: Reading, inputs: Inputs) -> Found | None:
    there = reading.ask("events", "describe_rule", Name=inputs["name"])
    if there is None:
        return None
    labels = reading.ask("events", "list_tags_for_resource", ResourceARN=there["Arn"]) or {}
    found = {
        "name": there["Name"],
        "description": there.get("Description"),
        "scheduleExpression": there.get("ScheduleExpression"),
        "state": there.get("State"),
        "eventPattern": there.get("EventPattern") or None,
        "tags": tags(labels.get("Tags"), inputs),
    }
    return Found(there["Name"], found, {"arn": there["Arn"]})


def _rules_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    known = {each.inputs["name"] for each in declared if each.type == tokens.EVENT_RULE}
    prefix = reading.names.tenants
    for each in reading.listed("events", "list_rules", "Rules", NamePrefix=prefix):
        if each["Name"] not in known:
            yield by_name(reading, "EventRule", each["Name"], each["Arn"])


def _targets(reading: Reading, rule: str) -> list[Answer]:
    return reading.listed("events", "list_targets_by_rule", "Targets", Rule=rule)


def _target(reading: Reading, inputs: Inputs) -> Found | None:
    for each in _targets(reading, inputs["rule"]):
        if each["Id"] == inputs["targetId"]:
            transformer, retry = each.get("InputTransformer") or {}, each.get("RetryPolicy") or {}
            found = {
                "rule": inputs["rule"],
                "targetId": each["Id"],
                "arn": each["Arn"],
                "inputTransformer": {
                    "inputPaths": transformer.get("InputPathsMap"),
                    "inputTemplate": transformer.get("InputTemplate"),
                },
                "retryPolicy": {
                    "maximumEventAgeInSeconds": retry.get("MaximumEventAgeInSeconds"),
                    "maximumRetryAttempts": retry.get("MaximumRetryAttempts"),
                },
                "roleArn": each.get("RoleArn"),
                "input": each.get("Input"),
            }
            return Found(f"{inputs['rule']}-{each['Id']}", found)
    return None


def _targets_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    known = inputs_of(declared, tokens.EVENT_TARGET, "rule", "targetId")
    for rule in of_type(declared, tokens.EVENT_RULE):
        for each in _targets(reading, rule.inputs["name"]):
            if (rule.inputs["name"], each["Id"]) not in known:
                yield Stray(str(rule), f"targets.{each['Id']}", each["Arn"], rule.owner)


READERS = {
    tokens.PERMISSION: Reader(_permission, beyond=_permissions_beside),
    tokens.EVENT_SOURCE_MAPPING: Reader(_mapping, beyond=_mappings_beside),
    tokens.EVENT_INVOKE_CONFIG: Reader(_retries),
    tokens.EVENT_RULE: Reader(_rule, beyond=_rules_beside),
    tokens.EVENT_TARGET: Reader(_target, beyond=_targets_beside),
}
