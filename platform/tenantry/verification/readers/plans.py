"""Usage plans, API keys, and which key is in which plan. The value of a key is never asked for."""

from collections.abc import Iterator, Sequence

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


def _keys(reading: Reading) -> list[Answer]:
    prefix = reading.names.tenants
    return reading.listed("apigateway", "get_api_keys", "items", nameQuery=prefix, includeValues=False)


def _key(reading: Reading, inputs: Inputs) -> Found | None:
    for each in _keys(reading):
        if each["name"] == inputs["name"]:
            found = {name: each.get(name) for name in ("name", "description", "enabled")}
            return Found(each["id"], {**found, "tags": tags(each.get("tags"), inputs)})
    return None


def _keys_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    known = {each.found.id for each in of_type(declared, tokens.API_KEY) if each.found}
    for each in _keys(reading):
        if each["id"] not in known and each["name"].startswith(reading.names.tenants):
            yield by_name(reading, "ApiKey", each["name"], each["id"])


def _plans(reading: Reading) -> list[Answer]:
    return reading.listed("apigateway", "get_usage_plans", "items")


def _plan(reading: Reading, inputs: Inputs) -> Found | None:
    for each in _plans(reading):
        if each["name"] == inputs["name"]:
            throttle, quota = each.get("throttle") or {}, each.get("quota") or {}
            found = {
                "name": each["name"],
                "description": each.get("description"),
                "apiStages": [
                    {"apiId": of["apiId"], "stage": of["stage"], "throttles": of.get("throttle") or None}
                    for of in each.get("apiStages") or []
                ]
                or None,
                "throttleSettings": {name: throttle.get(name) for name in ("rateLimit", "burstLimit")},
                "quotaSettings": {name: quota[name] for name in ("limit", "period")} if quota else None,
                "tags": tags(each.get("tags"), inputs),
            }
            return Found(each["id"], found)
    return None


def _plans_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    """Another plan that opens a stage of this API opens it to its own keys, under its own limits."""
    known = {each.found.id for each in of_type(declared, tokens.USAGE_PLAN) if each.found}
    apis = {each.found.id for each in of_type(declared, tokens.REST_API) if each.found}
    prefix = reading.names.tenants
    for each in _plans(reading):
        opened = [of["stage"] for of in each.get("apiStages") or [] if of["apiId"] in apis]
        owner = each["name"].removeprefix(prefix) if each["name"].startswith(prefix) else ""
        if each["id"] not in known and (opened or owner):
            yield Stray(f"UsagePlan {each['name']}", "apiStages", opened, owner)


def _members(reading: Reading, plan: str) -> list[Answer]:
    return reading.listed("apigateway", "get_usage_plan_keys", "items", usagePlanId=plan)


def _member(reading: Reading, inputs: Inputs) -> Found | None:
    for each in _members(reading, inputs["usagePlanId"]):
        if each["id"] == inputs["keyId"]:
            return Found(each["id"], {**inputs, "keyType": each.get("type", inputs["keyType"])})
    return None


def _members_beside(reading: Reading, declared: Sequence[Deployed]) -> Iterator[Stray]:
    known = inputs_of(declared, tokens.USAGE_PLAN_KEY, "usagePlanId", "keyId")
    for plan in of_type(declared, tokens.USAGE_PLAN):
        identifier = plan.found.id if plan.found else ""
        for each in _members(reading, identifier):
            if (identifier, each["id"]) not in known:
                yield Stray(str(plan), "keys", f"{each['id']} ({each.get('name', '')})", plan.owner)


READERS = {
    tokens.API_KEY: Reader(_key, beyond=_keys_beside),
    tokens.USAGE_PLAN: Reader(_plan, beyond=_plans_beside),
    tokens.USAGE_PLAN_KEY: Reader(_member, beyond=_members_beside),
}
