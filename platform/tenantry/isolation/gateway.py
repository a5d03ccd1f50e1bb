"""Rules on stages, plans, keys and anything else that opens a door: each leads to its own tenant, or nowhere.

Each rule yields the leaks that break it.
"""

import re
from collections.abc import Iterator

from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.functions import INVOKE
from tenantry.isolation.leaks import Leak, leak
from tenantry.rules.kinds.tokens import (
    API_KEY,
    BASE_PATH_MAPPING,
    CERTIFICATE,
    DOMAIN_NAME,
    FUNCTION,
    LOG_GROUP,
    RECORD,
    REST_API,
    STAGE,
    USAGE_PLAN,
    USAGE_PLAN_KEY,
)

_VARIABLE = r"\$\{stageVariables\.(\w+)\}"


def a_stage_calls_its_own_tenants_functions(cell: RegisteredCell) -> Iterator[Leak]:
    owners = {each.inputs["name"]: cell.owner(each) for each in cell.of(FUNCTION)}
    used = {name for api in cell.of(REST_API) for name in re.findall(_VARIABLE, api.inputs["body"])}
    for stage in cell.of(STAGE):
        variables = stage.inputs.get("variables") or {}
        for name, function in variables.items():
            if owners.get(function) != cell.owner(stage):
                yield leak(stage, INVOKE, function, f"stage variable {name}")
        for name in sorted(used - variables.keys()):
            yield leak(stage, INVOKE, "nothing", f"stage variable {name}, not set")


def a_stage_logs_to_its_own_tenants_group(cell: RegisteredCell) -> Iterator[Leak]:
    groups = {each.arn: cell.owner(each) for each in cell.of(LOG_GROUP)}
    for stage in cell.of(STAGE):
        log = stage.inputs["accessLogSettings"]["destinationArn"]
        if groups.get(log) != cell.owner(stage):
            yield leak(stage, "logs:PutLogEvents", log, "its access log settings")


def a_plan_opens_its_own_tenants_stage_alone(cell: RegisteredCell) -> Iterator[Leak]:
    stages = {(each.inputs["restApi"], each.inputs["stageName"]): cell.owner(each) for each in cell.of(STAGE)}
    for plan in cell.of(USAGE_PLAN):
        for each in plan.inputs.get("apiStages") or []:
            if stages.get((each["apiId"], each["stage"])) != cell.owner(plan):
                yield leak(plan, "execute-api:Invoke", f"stage {each['stage']}", "its stages")


def a_mapping_leads_to_its_own_tenants_stage(cell: RegisteredCell) -> Iterator[Leak]:
    """And no other mapping takes its place: of two with one path, the later decides who answers."""
    stages = {(each.inputs["restApi"], each.inputs["stageName"]): cell.owner(each) for each in cell.of(STAGE)}
    taken: dict[tuple[str, str], str] = {}
    for each in cell.of(BASE_PATH_MAPPING):
        domain, stage = each.inputs["domainName"], each.inputs.get("stageName")
        path = each.inputs.get("basePath") or ""
        owner, at = cell.owner(each), f"{domain}/{path}"
        if owner is None or stages.get((each.inputs["restApi"], stage)) != owner:
            yield leak(each, "execute-api:Invoke", f"stage {stage or 'of the path'}", at)
        before = taken.setdefault((domain.lower(), path), each.name)
        if before != each.name:
            yield leak(each, "execute-api:Invoke", f"the place of mapping {before}", at)


def a_record_leads_to_its_own_domain(cell: RegisteredCell) -> Iterator[Leak]:
    """Or says of its own certificate what ACM asks for. Any other may lead clients to anybody."""
    ours: set[tuple[str | None, str, str, str]] = set()
    for each in cell.of(DOMAIN_NAME):
        target = (each.computed["regionalDomainName"], each.computed["regionalZoneId"])
        ours.add((cell.owner(each), each.inputs["domainName"], *target))
    proofs = {
        (cell.owner(each), asked["resourceRecordName"], asked["resourceRecordValue"], "")
        for each in cell.of(CERTIFICATE)
        for asked in each.computed["domainValidationOptions"]
    }
    for record in cell.of(RECORD):
        name = record.inputs["name"]
        led = [(each["name"], each["zoneId"]) for each in record.inputs.get("aliases") or []]
        led += [(each, "") for each in record.inputs.get("records") or []]
        for target, zone in led or [("nothing", "")]:
            if (cell.owner(record), name, target, zone) not in ours | proofs:
                yield leak(record, "leads clients", target, name)


def a_key_is_in_its_own_tenants_plan_alone(cell: RegisteredCell) -> Iterator[Leak]:
    keys = {each.id: cell.owner(each) for each in cell.of(API_KEY)}
    plans = {each.id: cell.owner(each) for each in cell.of(USAGE_PLAN)}
    for member in cell.of(USAGE_PLAN_KEY):
        key, plan = member.inputs["keyId"], member.inputs["usagePlanId"]
        if None in (keys.get(key), plans.get(plan)) or keys[key] != plans[plan]:
            yield leak(member, "execute-api:Invoke", f"plan {plan}", f"key {key}")
