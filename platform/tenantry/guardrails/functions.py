"""Rules on functions: a role, a caller and logs of their own, traces, and no secret in plain sight."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from tenantry.guardrails.resources import UNKNOWN, Resource, Stack
from tenantry.guardrails.violations import Violation
from tenantry.rules.kinds.tokens import FUNCTION, PERMISSION, STAGE

# Whoever may look at a function sees its environment. These are shapes of what nobody should see there.
_SECRET_NAME = re.compile(r"(^|_)(SECRET|PASSWORD|PASSPHRASE|TOKEN|(PRIVATE|API|SIGNING)_KEY)(_ARN)?$", re.I)
_SECRET_VALUE = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r'|"(?:d|k)"\s*:\s*"'  # the private member of a JSON Web Key
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # the id of an AWS access key
)


def every_role_runs_one_function(stack: Stack) -> Iterator[Violation]:
    users: dict[object, list[Resource]] = defaultdict(list)
    for function in stack.of(FUNCTION):
        users[_role(function)].append(function)
    for role, functions in users.items():
        if role and len(functions) > 1:
            for function in functions:
                others = ", ".join(each.name for each in functions if each is not function)
                yield Violation(function, f"runs under the role of {others}; give it one of its own")


def _role(function: Resource) -> object:
    """What distinguishes roles; in a preview no ARN is known, but where it will come from is."""
    role = function.at("role")
    return function.sources.get("role") if role is UNKNOWN else role


def a_tenants_functions_are_bounded_together(stack: Stack) -> Iterator[Violation]:
    tenants: dict[object, list[Resource]] = defaultdict(list)
    for function in stack.of(FUNCTION):
        tenants[function.at("tags.tenant")].append(function)
    for functions in tenants.values():
        bounded = [each for each in functions if each.at("reservedConcurrentExecutions") is not None]
        if 0 < len(bounded) < len(functions):
            for function in functions:
                has = "has a" if function in bounded else "has no"
                what = f"{has} reserved concurrency, but its tenant's functions differ in that"
                yield Violation(function, f"{what}; set reservedConcurrentExecutions on all or on none")


def a_tenants_functions_trace_as_its_stage_does(stack: Stack) -> Iterator[Violation]:
    """Trace all of a call or nothing: half a trace misleads its reader."""
    traced = {stage.at("tags.tenant"): stage.at("xrayTracingEnabled") for stage in stack.of(STAGE)}
    for function in stack.of(FUNCTION):
        mode = "PassThrough" if traced.get(function.at("tags.tenant")) is False else "Active"
        if function.at("tracingConfig.mode") not in (mode, UNKNOWN):
            yield Violation(
                function, f"does not trace like its tenant's stage; set tracingConfig.mode to {mode}"
            )


def no_permission_is_open(stack: Stack) -> Iterator[Violation]:
    for permission in stack.of(PERMISSION):
        source = permission.at("sourceArn")
        if not source or source == "*":
            yield Violation(permission, "lets in anything that calls in the principal's name; set sourceArn")
        if permission.at("principal") == "*":
            yield Violation(permission, "lets in everybody; name the service as its principal")
        if permission.at("functionUrlAuthType") == "NONE":
            yield Violation(permission, "opens a function URL to everybody; call it through the API")


def no_environment_holds_a_secret(stack: Stack) -> Iterator[Violation]:
    for function in stack.of(FUNCTION):
        variables = function.at("environment.variables")
        for name, value in variables.items() if isinstance(variables, Mapping) else ():
            if not isinstance(value, str):
                continue
            named = _SECRET_NAME.search(name)
            if (named and not value.startswith("arn:")) or _SECRET_VALUE.search(value):
                yield Violation(
                    function, f"shows a secret in {name}; keep it in Secrets Manager and give its ARN"
                )
