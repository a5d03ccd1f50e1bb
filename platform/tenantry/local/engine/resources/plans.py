"""Usage plans, API keys, and which key is in which plan."""

from typing import Any

from tenantry.local.clients import REGION
from tenantry.local.engine.resources.maker import Clients, Existing, Inputs, Made, MadeKind, given
from tenantry.rules.kinds import tokens

Patch = dict[str, str]


def _make_api_key(clients: Clients, inputs: Inputs) -> Made:
    made = clients("apigateway").create_api_key(
        **given(
            name=inputs["name"],
            description=inputs["description"],
            value=inputs.get("value"),
            enabled=inputs["enabled"],
            tags=inputs["tags"],
        )
    )
    return Made(made["id"], {"value": made["value"]})


def _update_api_key(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    if not inputs["enabled"]:
        raise NotImplementedError("the emulator goes on taking a key that UpdateApiKey disables")
    gateway = clients("apigateway")
    gateway.update_api_key(
        apiKey=existing.id, patchOperations=[_replaced("/description", inputs["description"])]
    )
    _tag(gateway, f"apikeys/{existing.id}", inputs)
    return Made(existing.id, existing.outputs)


def _remove_api_key(clients: Clients, existing: Existing) -> None:
    clients("apigateway").delete_api_key(apiKey=existing.id)


def _find_api_key(clients: Clients, inputs: Inputs) -> Made | None:
    pages = clients("apigateway").get_paginator("get_api_keys").paginate(includeValues=True)
    for page in pages:
        for each in page["items"]:
            if each["name"] == inputs["name"]:
                return Made(each["id"], {"value": each["value"]})
    return None


API_KEY = MadeKind(
    _make_api_key, _remove_api_key, _update_api_key, _find_api_key, frozenset({"name", "value"})
)


def _make_usage_plan(clients: Clients, inputs: Inputs) -> Made:
    throttle, quota = inputs["throttleSettings"], inputs.get("quotaSettings")
    made = clients("apigateway").create_usage_plan(
        **given(
            name=inputs["name"],
            description=inputs["description"],
            apiStages=[
                {"apiId": each["apiId"], "stage": each["stage"]} for each in inputs.get("apiStages") or []
            ],
            throttle={"rateLimit": throttle["rateLimit"], "burstLimit": int(throttle["burstLimit"])},
            quota={"limit": int(quota["limit"]), "period": quota["period"]} if quota else None,
            tags=inputs["tags"],
        )
    )
    return Made(made["id"], {})


def _update_usage_plan(clients: Clients, existing: Existing, inputs: Inputs) -> Made:
    gateway = clients("apigateway")
    plan = gateway.get_usage_plan(usagePlanId=existing.id)
    throttle = inputs["throttleSettings"]
    gateway.update_usage_plan(
        usagePlanId=existing.id,
        patchOperations=[
            _replaced("/description", inputs["description"]),
            _replaced("/throttle/rateLimit", f"{throttle['rateLimit']:g}"),
            _replaced("/throttle/burstLimit", f"{int(throttle['burstLimit'])}"),
            *_quota_patches(plan, inputs.get("quotaSettings")),
            *_stage_patches(plan, inputs.get("apiStages") or []),
        ],
    )
    _tag(gateway, f"usageplans/{existing.id}", inputs)
    return Made(existing.id, {})


def _quota_patches(plan: dict[str, Any], quota: Inputs | None) -> list[Patch]:
    if not quota:
        return [{"op": "remove", "path": "/quota"}] if plan.get("quota") else []
    return [
        _replaced("/quota/limit", f"{int(quota['limit'])}"),
        _replaced("/quota/period", quota["period"]),
    ]


def _stage_patches(plan: dict[str, Any], stages: list[Inputs]) -> list[Patch]:
    wanted = {f"{each['apiId']}:{each['stage']}" for each in stages}
    there = {f"{each['apiId']}:{each['stage']}" for each in plan.get("apiStages", [])}
    return [
        *({"op": "add", "path": "/apiStages", "value": value} for value in sorted(wanted - there)),
        *({"op": "remove", "path": "/apiStages", "value": value} for value in sorted(there - wanted)),
    ]


def _remove_usage_plan(clients: Clients, existing: Existing) -> None:
    """AWS deletes no plan that has a stage."""
    gateway = clients("apigateway")
    plan = gateway.get_usage_plan(usagePlanId=existing.id)
    if operations := _stage_patches(plan, []):
        gateway.update_usage_plan(usagePlanId=existing.id, patchOperations=operations)
    gateway.delete_usage_plan(usagePlanId=existing.id)


def _find_usage_plan(clients: Clients, inputs: Inputs) -> Made | None:
    for page in clients("apigateway").get_paginator("get_usage_plans").paginate():
        for each in page["items"]:
            if each["name"] == inputs["name"]:
                return Made(each["id"], {})
    return None


USAGE_PLAN = MadeKind(
    _make_usage_plan, _remove_usage_plan, _update_usage_plan, _find_usage_plan, frozenset({"name"})
)


def _make_usage_plan_key(clients: Clients, inputs: Inputs) -> Made:
    clients("apigateway").create_usage_plan_key(
        usagePlanId=inputs["usagePlanId"], keyId=inputs["keyId"], keyType=inputs["keyType"]
    )
    return Made(inputs["keyId"], {})


def _remove_usage_plan_key(clients: Clients, existing: Existing) -> None:
    clients("apigateway").delete_usage_plan_key(usagePlanId=existing.inputs["usagePlanId"], keyId=existing.id)


def _find_usage_plan_key(clients: Clients, inputs: Inputs) -> Made:
    clients("apigateway").get_usage_plan_key(usagePlanId=inputs["usagePlanId"], keyId=inputs["keyId"])
    return Made(inputs["keyId"], {})


USAGE_PLAN_KEY = MadeKind(_make_usage_plan_key, _remove_usage_plan_key, find=_find_usage_plan_key)


def _replaced(path: str, value: str) -> Patch:
    return {"op": "replace", "path": path, "value": value}


def _tag(gateway: Any, path: str, inputs: Inputs) -> None:
    gateway.tag_resource(resourceArn=f"arn:aws:apigateway:{REGION}::/{path}", tags=inputs["tags"])


MAKERS = {
    tokens.API_KEY: API_KEY,
    tokens.USAGE_PLAN: USAGE_PLAN,
    tokens.USAGE_PLAN_KEY: USAGE_PLAN_KEY,
}
