"""Let the Pulumi engine ask the project's rules: `pulumi preview --policy-pack policy-pack`.

A rule that one resource decides is asked about its inputs, before it is made; the others about the
outputs of all, at the end.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

# This environment holds the SDK alone; the rules, and the declarations they ask, are read where they stand.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "platform"))
sys.path.insert(1, str(Path(__file__).resolve().parents[1] / "functions"))

from tenantry.guardrails.resources import UNKNOWN, Resource, Stack
from tenantry.guardrails.rules import RULES
from tenantry.guardrails.violations import Rule


def policy(rule: Rule) -> Policy:
    kind = ResourceValidationPolicy if rule.alone else StackValidationPolicy

    def validate(args: ResourceValidationArgs | StackValidationArgs, report: ReportViolation) -> None:
        resources = [args] if isinstance(args, ResourceValidationArgs) else args.resources
        for violation in rule.check(Stack(tuple(resource(each) for each in resources))):
            report(str(violation), violation.resource.urn)

    return kind(rule.name, rule.why, validate)


def resource(validated: ResourceValidationArgs | PolicyResource) -> Resource:
    whole = isinstance(validated, PolicyResource)
    return Resource(
        type=validated.resource_type,
        name=validated.name,
        urn=validated.urn,
        properties=known(validated.props),
        parent=validated.parent.urn if whole and validated.parent else "",
        sources={
            name: frozenset(each.urn for each in of) for name, of in validated.property_dependencies.items()
        }
        if whole
        else {},
    )


def known(value: Any) -> Any:
    """Plain values. The SDK raises at the touch of an unknown one, which would end the rule."""
    if isinstance(value, Mapping):
        return {key: _at(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_at(value, index) for index in range(len(value))]
    return value


def _at(holder: Any, key: str | int) -> Any:
    try:
        return known(holder[key])
    except UnknownValueError:
        return UNKNOWN


PolicyPack("tenantry", [policy(rule) for rule in RULES], EnforcementLevel.MANDATORY)
