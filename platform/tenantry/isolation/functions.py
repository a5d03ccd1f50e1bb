"""Rules on what a function is bound to: a role of its own, one caller, its tenant's resources.

Each rule yields the leaks that break it. Whose a resource is, the component above it says, not its name.
"""

from collections import Counter
from collections.abc import Iterator

from tenantry.execution.registration import Registered
from tenantry.isolation.cells import Cell
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules.kinds.tokens import (
    FUNCTION,
    PERMISSION,
    POLICY,
    REST_API,
    ROLE,
    SECRET,
    STAGE,
    TABLE,
)
from tenantry.rules.naming import AUTHORIZER


def no_role_serves_two_functions(cell: Cell) -> Iterator[Leak]:
    used = Counter(each.inputs["role"] for each in cell.of(FUNCTION))
    owners = {role.arn: cell.owner(role) for role in cell.of(ROLE)}
    for function in cell.of(FUNCTION):
        role = function.inputs["role"]
        if used[role] > 1:
            yield leak(function, "runs", role, "a role that another function has too")
        elif owners.get(role) != cell.owner(function):
            yield leak(function, "runs", role, "a role that is not its tenant's")


def only_its_service_takes_a_role(cell: Cell) -> Iterator[Leak]:
    """Lambda takes a tenant's roles; API Gateway takes the account's logging role."""
    for role in cell.of(ROLE):
        taker = {"Service": f"{'lambda' if cell.owner(role) else 'apigateway'}.amazonaws.com"}
        for number, statement in enumerate(role.document("assumeRolePolicy")["Statement"], start=1):
            if statement["Effect"] == "Allow" and statement.get("Principal") != taker:
                by = f"trust/{statement.get('Sid') or f'statement {number}'}"
                yield leak(role, "sts:AssumeRole", role.arn, by)


def every_role_has_the_cells_boundary(cell: Cell) -> Iterator[Leak]:
    boundaries = {each.arn for each in cell.of(POLICY) if cell.owner(each) is None}
    for role in cell.of(ROLE):
        if cell.owner(role) and role.inputs.get("permissionsBoundary") not in boundaries:
            yield leak(role, "whatever its policy allows", "anything", "no boundary of the cell's")


def only_its_own_stage_invokes_a_function(cell: Cell) -> Iterator[Leak]:
    """The API's authorizers are all stages': which one's function they call, a stage variable says."""
    functions = {key: each for each in cell.of(FUNCTION) for key in (each.inputs["name"], each.arn, each.id)}
    for permission in cell.of(PERMISSION):
        inputs = permission.inputs
        function, source = functions.get(inputs["function"]), inputs.get("sourceArn") or ""
        callers = _callers(cell, function) if function else []
        if inputs.get("principal") != "apigateway.amazonaws.com" or not source.startswith(tuple(callers)):
            by = f"permission {inputs.get('statementId')} from {source or 'anywhere'}"
            yield leak(permission, inputs["action"], inputs["function"], by)


def an_environment_names_its_own_tenants(cell: Cell) -> Iterator[Leak]:
    tables = {cell.owner(each): each.inputs["name"] for each in cell.of(TABLE)}
    named = {each.arn: (cell.owner(each), each.inputs["name"]) for each in cell.of(SECRET)}
    for function in cell.of(FUNCTION):
        tenant, said = cell.owner(function), function.inputs["environment"]["variables"]
        secrets = {
            "SECRET_ARN": cell.names.secret(str(tenant)),
            "DELIVERY_SECRET_ARN": cell.names.delivery_secret(str(tenant)),
        }
        if said.get("TENANT") != tenant:
            yield leak(function, "acts", str(said.get("TENANT")), "TENANT in its environment")
        if "TABLE" in said and said["TABLE"] != tables.get(tenant, tables.get(None)):
            yield leak(function, "works", said["TABLE"], "TABLE in its environment")
        for variable, secret in secrets.items():
            if variable in said and named.get(said[variable]) != (tenant, secret):
                yield leak(function, "works", said[variable], f"{variable} in its environment")
        if "QUEUE_URL" in said and said["QUEUE_URL"].rpartition("/")[2] != cell.names.queue(str(tenant)):
            yield leak(function, "works", said["QUEUE_URL"], "QUEUE_URL in its environment")


def _callers(cell: Cell, function: Registered) -> list[str]:
    """What the ARN of a call begins with: the stage, to its end, or the API's authorizers."""
    if function.name.endswith(f".{AUTHORIZER}"):
        return [cell.arns.execute_api(api.id, "authorizers/") for api in cell.of(REST_API)]
    return [
        cell.arns.execute_api(stage.inputs["restApi"], f"{stage.inputs['stageName']}/")
        for stage in cell.of(STAGE)
        if cell.owner(stage) == cell.owner(function)
    ]
