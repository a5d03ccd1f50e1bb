"""Find what AWS has under a stack's names, and remove of it what the engine knows nothing of.

Only types are looked at that hold nothing, and whose names collide or that AWS makes twice under one name.
Tables, secrets and KMS keys are left out: they are kept on purpose when their declaration goes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from tenantry.operations.checkpoint import Checkpoint
from tenantry.rules.kinds import tokens
from tenantry.rules.naming import Names

Clients = Callable[[str], Any]

_LOOKED_AT = (tokens.API_KEY, tokens.FUNCTION, tokens.ROLE, tokens.STAGE, tokens.USAGE_PLAN)


@dataclass(frozen=True, slots=True)
class Stray:
    """`within` is the API of a stage; empty for the rest."""

    type: str
    id: str
    name: str
    within: str = ""

    @property
    def kind(self) -> str:
        return self.type.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class Own:
    """The one tenant of a stack, and the record of its cell's stack, which holds the API."""

    tenant: str
    cell: Checkpoint


def strays(checkpoint: Checkpoint, names: Names, clients: Clients, own: Own | None = None) -> list[Stray]:
    """Under the stack's own names alone: all types that are looked at are of tenants."""
    of_api = own.cell if own else checkpoint
    apis = [each["id"] for each in of_api.of(tokens.REST_API) if "id" in each]
    if not apis or checkpoint.leaves_tenants_out:  # whoever runs here is deployed from another record
        return []
    listed = [each(names, clients) for each in (_roles, _functions, _plans, _keys)]
    listed += [_stages(api, clients) for api in apis]
    known = {token: _known(checkpoint, token) for token in _LOOKED_AT}
    found = [each for each in chain(*listed) if each.id not in known[each.type]]
    if own:
        found = [each for each in found if _is_of(own.tenant, each, names)]
    in_use = _in_use(clients) if any(each.type == tokens.API_KEY for each in found) else set()
    return [each for each in found if each.type != tokens.API_KEY or each.id not in in_use]


def _is_of(tenant: str, stray: Stray, names: Names) -> bool:
    if stray.type == tokens.STAGE:
        return stray.name == tenant
    return stray.name == names.tenant(tenant) or stray.name.startswith(names.function(tenant, ""))


def remove(stray: Stray, clients: Clients) -> None:
    """Fails as AWS does if something uses it."""
    gateway, iam = clients("apigateway"), clients("iam")
    match stray.type:
        case tokens.ROLE:
            for policy in iam.list_role_policies(RoleName=stray.id)["PolicyNames"]:
                iam.delete_role_policy(RoleName=stray.id, PolicyName=policy)
            iam.delete_role(RoleName=stray.id)
        case tokens.FUNCTION:
            clients("lambda").delete_function(FunctionName=stray.id)
        case tokens.STAGE:
            gateway.delete_stage(restApiId=stray.within, stageName=stray.name)
        case tokens.API_KEY:
            gateway.delete_api_key(apiKey=stray.id)
        case tokens.USAGE_PLAN:  # AWS deletes none that has a stage
            opened = gateway.get_usage_plan(usagePlanId=stray.id).get("apiStages", [])
            patches = [
                {"op": "remove", "path": "/apiStages", "value": f"{each['apiId']}:{each['stage']}"}
                for each in opened
            ]
            if patches:
                gateway.update_usage_plan(usagePlanId=stray.id, patchOperations=patches)
            gateway.delete_usage_plan(usagePlanId=stray.id)


def _known(checkpoint: Checkpoint, token: str) -> set[str]:
    if token == tokens.STAGE:
        return {each["inputs"]["stageName"] for each in checkpoint.of(token)}
    return {each["id"] for each in checkpoint.of(token) if "id" in each}


def _roles(names: Names, clients: Clients) -> Iterator[Stray]:
    kept = names.gateway_role("")  # the account's, of this declaration or of one before
    for page in clients("iam").get_paginator("list_roles").paginate():
        for each in page["Roles"]:
            name = each["RoleName"]
            if name.startswith(names.tenants) and not name.startswith(kept):
                yield Stray(tokens.ROLE, name, name)


def _functions(names: Names, clients: Clients) -> Iterator[Stray]:
    for page in clients("lambda").get_paginator("list_functions").paginate():
        for each in page["Functions"]:
            if each["FunctionName"].startswith(names.tenants):
                yield Stray(tokens.FUNCTION, each["FunctionName"], each["FunctionName"])


def _plans(names: Names, clients: Clients) -> Iterator[Stray]:
    for page in clients("apigateway").get_paginator("get_usage_plans").paginate():
        for each in page["items"]:
            if each["name"].startswith(names.tenants):
                yield Stray(tokens.USAGE_PLAN, each["id"], each["name"])


def _keys(names: Names, clients: Clients) -> Iterator[Stray]:
    for page in clients("apigateway").get_paginator("get_api_keys").paginate():
        for each in page["items"]:
            if each["name"].startswith(names.tenants):
                yield Stray(tokens.API_KEY, each["id"], each["name"])


def _in_use(clients: Clients) -> set[str]:
    """Keys that are in a plan, whoever put them there."""
    gateway = clients("apigateway")
    plans = [each for page in gateway.get_paginator("get_usage_plans").paginate() for each in page["items"]]
    return {
        key["id"]
        for plan in plans
        for page in gateway.get_paginator("get_usage_plan_keys").paginate(usagePlanId=plan["id"])
        for key in page["items"]
    }


def _stages(api: str, clients: Clients) -> Iterator[Stray]:
    for each in clients("apigateway").get_stages(restApiId=api)["item"]:
        yield Stray(tokens.STAGE, each["stageName"], each["stageName"], api)
