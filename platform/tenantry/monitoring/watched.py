"""Say what there is to watch of a tenant, by name: all that alarms and dashboards are made of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, get_args

from agreed.declarations import Group, Queue
from agreed.metrics import Metric
from tenantry.config.tenants import Tenant
from tenantry.config.tiers import AlarmsOf, Quota
from tenantry.gateway.contract import Route
from tenantry.groups import Member, current
from tenantry.rules.naming import AUTHORIZER, Names, log_group

ALARMS_OF: tuple[AlarmsOf, ...] = get_args(AlarmsOf)

# Stands for the slug where a dashboard's variable does. No slug has capitals, and no other text has this.
ANY_TENANT = "TENANTSLUG"


class WatchedQueue(NamedTuple):
    """A queue by its declaration, with the names of it and of its dead letters'."""

    declared: Queue
    name: str
    dead_letters: str


class WatchedReceiver(NamedTuple):
    """Of webhooks; `off` counts by tenant and receiver what ends since it is switched off."""

    queue: str
    name: str
    off: Metric


@dataclass(frozen=True, slots=True)
class Watched:
    """One tenant, or what any of several has.

    Attributes:
        functions: their physical names by name, the authorizer's too.
        members: what its groups declare of those functions.
        routes: the routes that its groups serve.
        memory_mb: by function; None where it differs between the tenants.
        pooled: the cell's table, if it keeps data there.
        silo: its own table, if it has one.
        quota: None where there is none, or where it differs.
        counted: whether its functions count, so that there are metrics of this platform's own.
        alarms: whose its alarms are: its own, the cell's for all such tenants, or nobody's.
        receivers: those of its webhooks; none of several tenants'.
    """

    tenant: str
    api: str
    functions: dict[str, str]
    members: tuple[Member, ...]
    routes: tuple[Route, ...]
    memory_mb: Mapping[str, int] | None
    pooled: str | None
    silo: str | None
    queues: tuple[WatchedQueue, ...]
    quota: Quota | None
    access_log: str
    counted: bool
    alarms: AlarmsOf
    receivers: tuple[WatchedReceiver, ...] = ()

    @property
    def workers(self) -> tuple[str, ...]:
        """Functions that no route calls."""
        return tuple(member.name for member in self.members if not member.serves)

    @property
    def groups(self) -> tuple[Group, ...]:
        return tuple(member.group for member in self.members if member.serves)

    @property
    def logs(self) -> dict[str, str]:
        """Log group by who writes it."""
        return {"access": self.access_log} | {
            group: log_group(name) for group, name in self.functions.items()
        }


def of_tenant(names: Names, tenant: Tenant, routes: tuple[Route, ...]) -> Watched:
    """`routes` are all of the contract's."""
    return _watched(names, tenant.slug, (tenant,), routes)


def of_any(names: Names, tenants: Iterable[Tenant], routes: tuple[Route, ...]) -> Watched:
    """What any of these tenants has, each name with `ANY_TENANT` in the place of a slug."""
    return _watched(names, ANY_TENANT, tuple(tenants), routes)


def _watched(names: Names, slug: str, tenants: tuple[Tenant, ...], routes: tuple[Route, ...]) -> Watched:
    members = [member for each in tenants for member in each.members]
    members = [member for member in current().members if member in members]
    queues = [member.queue for member in members if member.queue]
    groups = {member.group.name for member in members}
    isolations = {each.isolation for each in tenants}
    watching = [each.tier.monitoring for each in tenants]
    quotas = {each.limits.quota for each in tenants}
    return Watched(
        tenant=slug,
        api=names.cell,
        functions={
            name: names.function(slug, name) for name in (AUTHORIZER, *(member.name for member in members))
        },
        members=tuple(members),
        routes=tuple(route for route in routes if route.group in groups),
        memory_mb=_memory(tenants),
        pooled=names.table if "pooled" in isolations else None,
        silo=names.tenant(slug) if "silo" in isolations else None,
        queues=tuple(
            WatchedQueue(each, names.queue(slug, each.name), names.dead_letters(slug, each.name))
            for each in queues
        ),
        quota=quotas.pop() if len(quotas) == 1 else None,
        access_log=names.access_log(slug),
        counted=any(each.metrics == "detail" for each in watching),
        alarms=next((of for of in ALARMS_OF if any(each.alarms == of for each in watching)), "none"),
        receivers=tuple(_receivers(tenants[0])) if len(tenants) == 1 else (),
    )


def _memory(tenants: Iterable[Tenant]) -> Mapping[str, int] | None:
    found: dict[str, int] = {}
    for tenant in tenants:
        for function, megabytes in tenant.memory_mb.items():
            if found.setdefault(function, megabytes) != megabytes:
                return None
    return found


def _receivers(tenant: Tenant) -> Iterator[WatchedReceiver]:
    for member in tenant.members:
        webhooks = member.group.webhooks
        if webhooks and member.calls_receivers:
            for name in tenant.called(member.group):
                yield WatchedReceiver(webhooks.queue, name, webhooks.off)
