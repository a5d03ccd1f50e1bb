"""UpdateUsagePlan on /apiStages adds stages or takes them out; the emulator puts the value over the list."""

from typing import Any

_PATH = "/apiStages"


def repair() -> None:
    from ministack.services import apigateway_v1 as gateway

    update = gateway._update_usage_plan

    def update_with_stages(plan_id: str, data: dict[str, Any]) -> Any:
        operations = data.get("patchOperations", [])
        others = [each for each in operations if each["path"] != _PATH]
        answer = update(plan_id, {**data, "patchOperations": others})
        plan = gateway._usage_plans.get(plan_id)
        if plan is None or len(others) == len(operations):
            return answer
        for each in operations:
            if each["path"] == _PATH:
                _apply(plan, each)
        return update(plan_id, {"patchOperations": []})

    gateway._update_usage_plan = update_with_stages


def _apply(plan: dict[str, Any], operation: dict[str, str]) -> None:
    """A new list each time: a request that is being served may be reading the old one."""
    api, _, stage = operation["value"].partition(":")
    others = [each for each in plan["apiStages"] if (each["apiId"], each["stage"]) != (api, stage)]
    plan["apiStages"] = others + ([{"apiId": api, "stage": stage}] if operation["op"] == "add" else [])
