"""Rules on what a function is bound to: a role of its own, and one caller.

Each rule yields the leaks that break it. A resource's owner is read from the component above it, not from its
name.
"""

from collections import Counter
from collections.abc import Iterator

from tenantry.execution.registration import Registered
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules.kinds.tokens import (
    EVENT_RULE,
    FUNCTION,
    PERMISSION,
    POLICY,
    REST_API,
    ROLE,
    ROLE_POLICY,
    ROLE_POLICY_ATTACHMENT,
    STAGE,
)
from tenantry.rules.naming import AUTHORIZER, GATEWAY_LOGGING

INVOKE = "lambda:InvokeFunction"


def no_role_serves_two_functions(cell: RegisteredCell) -> Iterator[Leak]:
    used = Counter(each.inputs["role"] for each in cell.of(FUNCTION))
    owners = {role.arn: cell.owner(role) for role in cell.of(ROLE)}
    for function in cell.of(FUNCTION):
        role = function.inputs["role"]
        if used[role] > 1:
            yield leak(function, "runs", role, "a role that another function also has")
        elif owners.get(role) != cell.owner(function):
            yield leak(function, "runs", role, "a role that is not its tenant's")


def only_its_service_assumes_a_role(cell: RegisteredCell) -> Iterator[Leak]:
    """Lambda takes a tenant's roles; API Gateway takes the account's logging role."""
    for role in cell.of(ROLE):
        taker = {"Service": f"{'lambda' if cell.owner(role) else 'apigateway'}.amazonaws.com"}
        for number, statement in enumerate(role.document("assumeRolePolicy")["Statement"], start=1):
            if statement["Effect"] == "Allow" and statement.get("Principal") != taker:
                by = f"trust/{statement.get('Sid') or f'statement {number}'}"
                yield leak(role, "sts:AssumeRole", role.arn, by)


def a_role_of_all_tenants_writes_logs_alone(cell: RegisteredCell) -> Iterator[Leak]:
    """It is API Gateway's: what it held beside, every stage could use."""
    shared = {name: role for role in cell.of(ROLE) if not cell.owner(role) for name in role.spellings}
    logging = cell.arns.managed(GATEWAY_LOGGING)
    for each in cell.of(ROLE_POLICY, ROLE_POLICY_ATTACHMENT):
        held = each.inputs.get("policyArn", "a policy of its own")
        if each.inputs["role"] in shared and held != logging:
            yield leak(each, "whatever it allows", "anything", held)
    for role in {role.urn: role for role in shared.values()}.values():
        held = [*(role.inputs.get("managedPolicyArns") or []), *(role.inputs.get("inlinePolicies") or [])]
        if any(each != logging for each in held):
            yield leak(role, "whatever it allows", "anything", "policies within it")


def every_role_has_the_cells_boundary(cell: RegisteredCell) -> Iterator[Leak]:
    boundaries = {each.arn for each in cell.of(POLICY) if cell.owner(each) is None}
    for role in cell.of(ROLE):
        if cell.owner(role) and role.inputs.get("permissionsBoundary") not in boundaries:
            yield leak(role, "whatever its policy allows", "anything", "no boundary of the cell's")


def only_its_own_stage_or_schedule_invokes_a_function(cell: RegisteredCell) -> Iterator[Leak]:
    """The API's authorizers are all stages': which one's function they call, a stage variable says."""
    functions = {key: each for each in cell.of(FUNCTION) for key in (each.inputs["name"], each.arn, each.id)}
    for permission in cell.of(PERMISSION):
        inputs = permission.inputs
        function, source = functions.get(inputs["function"]), inputs.get("sourceArn") or ""
        if (
            not function
            or inputs["action"] != INVOKE
            or not _may_call(cell, function, inputs.get("principal"), source)
        ):
            by = f"permission {inputs.get('statementId')} from {source or 'anywhere'}"
            yield leak(permission, inputs["action"], inputs["function"], by)


def _may_call(cell: RegisteredCell, function: Registered, service: str | None, source: str) -> bool:
    if service == "apigateway.amazonaws.com":
        return source.startswith(tuple(_stages(cell, function)))
    rules = {rule.arn for rule in cell.of(EVENT_RULE) if cell.owner(rule) == cell.owner(function)}
    return service == "events.amazonaws.com" and source in rules


def _stages(cell: RegisteredCell, function: Registered) -> list[str]:
    """What the ARN of a call begins with: the stage, to its end, or the API's authorizers."""
    if function.name.endswith(f".{AUTHORIZER}"):
        return [cell.arns.execute_api(api.id, "authorizers/") for api in cell.of(REST_API)]
    return [
        cell.arns.execute_api(stage.inputs["restApi"], f"{stage.inputs['stageName']}/")
        for stage in cell.of(STAGE)
        if cell.owner(stage) == cell.owner(function)
    ]
