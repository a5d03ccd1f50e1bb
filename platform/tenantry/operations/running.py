"""Read from API Gateway which tenants a place runs: the files may have changed since."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agreed.declarations import Queue
from tenantry.errors import Failed
from tenantry.groups import current
from tenantry.operations.aws import refusals_reported
from tenantry.operations.places import Place
from tenantry.problems import meant
from tenantry.rules.domains import ADDRESS
from tenantry.rules.naming import AUTHORIZER, stage_variable

PAGE = 500  # of a list, API Gateway's most
WAIT = "wait for the update that is under way; if there is none, deploy again"


class NotDeployed(Failed):
    """The place lacks this stack's API, or the tenant or its plan; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key, without its value; `name` is the one in the tenant's file."""

    id: str
    name: str
    created: datetime
    enabled: bool


@dataclass(frozen=True, slots=True)
class PlanQuota:
    """Calls in a `DAY`, `WEEK` or `MONTH`, for each API key."""

    limit: int
    period: str


@dataclass(frozen=True, slots=True)
class RunningTenant:
    """`functions` by name, the authorizer's among them; `queues` are those that it has.

    `url` is the address that its clients are given. A suspended tenant's plan opens no stage. Rate and burst
    hold for each API key.
    """

    slug: str
    tier: str
    suspended: bool
    url: str
    plan_id: str
    rate_per_second: float
    burst: int
    quota: PlanQuota | None
    keys: tuple[Key, ...]
    functions: dict[str, str]
    queues: tuple[Queue, ...]

    @property
    def workers(self) -> tuple[str, ...]:
        """Names of its functions that no route calls."""
        known = {member.name: member for member in current().members}
        return tuple(name for name in self.functions if name in known and not known[name].serves)


@dataclass(frozen=True, slots=True)
class Running:
    """`api_name` is the `ApiName` of API Gateway's metrics; tenants are in the order of their slugs.

    `incomplete` are slugs of stages without a usage plan: an update makes a tenant's plan after its stage,
    and removes it before.
    """

    place: Place
    api_id: str
    api_name: str
    tenants: tuple[RunningTenant, ...]
    incomplete: tuple[str, ...] = ()

    @property
    def left_out(self) -> str:
        """What a report on all tenants says of the incomplete ones; empty if there are none."""
        return f"no usage plan, so left out: {', '.join(self.incomplete)}; {WAIT}" if self.incomplete else ""

    def tenant(self, slug: str) -> RunningTenant:
        """Raises NotDeployed, which says which tenants there are, or what this one lacks."""
        for tenant in self.tenants:
            if tenant.slug == slug:
                return tenant
        if slug in self.incomplete:
            plan = self.place.names.tenant(slug)
            raise NotDeployed(f"{self.place} has a stage {slug}, but no usage plan {plan}; {WAIT}")
        known = [tenant.slug for tenant in self.tenants]
        raise NotDeployed(
            f"{self.place} has no tenant {slug}; {meant(slug, known)}it has {', '.join(known) or 'none'}"
        )


def survey(place: Place) -> Running:
    """Five lists are read, whatever the number of tenants: the control plane answers ten calls a second.

    Raises:
        NotDeployed: there is no such API.
        Failed: AWS refuses.
    """
    with refusals_reported(place.region):
        gateway = place.client("apigateway")
        api = _api(gateway, place)
        plans = {each["name"]: each for each in _all(gateway, "get_usage_plans")}
        keys = _keys(gateway, place)
        queues, rules = _queues(place), _rules(place)
        tenants, incomplete = [], []
        for stage in gateway.get_stages(restApiId=api["id"])["item"]:
            plan = plans.get(place.names.tenant(stage["stageName"]))
            if plan is None:
                incomplete.append(stage["stageName"])
            else:
                tenants.append(_tenant(place, api["id"], stage, plan, keys, queues, rules))
    in_order = tuple(sorted(tenants, key=lambda each: each.slug))
    return Running(place, api["id"], api["name"], in_order, tuple(sorted(incomplete)))


def _api(gateway: Any, place: Place) -> dict[str, Any]:
    named = [each for each in _all(gateway, "get_rest_apis") if each["name"] == place.names.cell]
    if not named:
        raise NotDeployed(f"{place} has no API {place.names.cell}; check the stack's name and the Region")
    if len(named) > 1:
        ids = ", ".join(each["id"] for each in named)
        raise NotDeployed(f"{place} has several APIs named {place.names.cell} ({ids}); delete the stray ones")
    found: dict[str, Any] = named[0]
    return found


def _keys(gateway: Any, place: Place) -> dict[str, list[Key]]:
    """By slug. A slug holds no underscore, so a key's name says whose it is."""
    prefix = place.names.tenants
    keys: dict[str, list[Key]] = {}
    for each in _all(gateway, "get_api_keys", nameQuery=prefix, includeValues=False):
        slug, _, name = each["name"].removeprefix(prefix).partition("_")
        keys.setdefault(slug, []).append(Key(each["id"], name, each["createdDate"], each["enabled"]))
    return keys


def _queues(place: Place) -> set[str]:
    """Names of the queues of this stack."""
    sqs = place.client("sqs")
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=place.names.tenants)
    return {url.rpartition("/")[2] for page in pages for url in page.get("QueueUrls", [])}


def _rules(place: Place) -> set[str]:
    """Names of the rules of this stack, which run what runs by the clock."""
    pages = place.client("events").get_paginator("list_rules").paginate(NamePrefix=place.names.tenants)
    return {rule["Name"] for page in pages for rule in page["Rules"]}


def _tenant(
    place: Place,
    api_id: str,
    stage: dict[str, Any],
    plan: dict[str, Any],
    keys: dict[str, list[Key]],
    queues: set[str],
    rules: set[str],
) -> RunningTenant:
    slug, names = stage["stageName"], place.names
    variables = stage.get("variables", {})
    known = current()
    own = {name: names.function(slug, name) for name in (AUTHORIZER, *known.names)}
    # A group that is off is named to another one's function.
    functions = {name: own[name] for name in own if variables.get(stage_variable(name)) == own[name]}
    has = tuple(queue for queue in known.queues if names.queue(slug, queue.name) in queues)
    workers = [queue.consumer for queue in has]
    workers += [name for name in known.schedules if names.schedule(slug, name) in rules]
    functions |= {name: names.function(slug, name) for name in workers}
    throttle, quota = plan.get("throttle", {}), plan.get("quota")
    return RunningTenant(
        slug=slug,
        tier=stage.get("tags", {}).get("tier", ""),
        suspended=not plan.get("apiStages"),
        url=_address(place, api_id, stage),
        plan_id=plan["id"],
        rate_per_second=float(throttle.get("rateLimit", 0)),
        burst=int(throttle.get("burstLimit", 0)),
        quota=PlanQuota(int(quota["limit"]), quota["period"]) if quota else None,
        keys=tuple(sorted(keys.get(slug, []), key=lambda key: key.name)),
        functions=functions,
        queues=has,
    )


def _address(place: Place, api_id: str, stage: dict[str, Any]) -> str:
    lasting = stage.get("tags", {}).get(ADDRESS)
    return place.called(lasting) if lasting else place.url(api_id, stage["stageName"])


def _all(gateway: Any, operation: str, **parameters: Any) -> list[dict[str, Any]]:
    pages = gateway.get_paginator(operation).paginate(**parameters, PaginationConfig={"PageSize": PAGE})
    return [each for page in pages for each in page["items"]]
