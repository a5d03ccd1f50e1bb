"""Say what there is to watch of a tenant, by name: all that alarms and dashboards are made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from tenantry.config.tenants import Tenant
from tenantry.config.tiers import Quota
from tenantry.gateway.contract import Route
from tenantry.rules.naming import AUTHORIZER, GROUPS, NOTIFIER, Names, log_group

# Stands for the slug where a dashboard's variable does. No slug has capitals, and no other text has this.
ANY_TENANT = "TENANTSLUG"


class Queues(NamedTuple):
    """Names of the queue of contact messages, and of its dead letters'."""

    contact: str
    dead_letters: str


@dataclass(frozen=True, slots=True)
class Watched:
    """One tenant, or what any of several has.

    Attributes:
        functions: function name by group, those of authorizer and notifier too.
        routes: the routes that its groups serve.
        memory_mb: of each function; None where it differs between the tenants.
        pooled: the cell's table, if it keeps data there.
        silo: its own table, if it has one.
        queues: None where contact messages are not delivered.
        quota: None where there is none, or where it differs.
    """

    tenant: str
    api: str
    functions: dict[str, str]
    routes: tuple[Route, ...]
    memory_mb: int | None
    pooled: str | None
    silo: str | None
    queues: Queues | None
    quota: Quota | None
    access_log: str

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
    groups = [AUTHORIZER, *(group for group in GROUPS if any(group in each.routes for each in tenants))]
    delivers = any(each.delivers for each in tenants)
    isolations = {each.isolation for each in tenants}
    memory = {each.tier.memory_mb for each in tenants}
    quotas = {each.limits.quota for each in tenants}
    return Watched(
        tenant=slug,
        api=names.cell,
        functions={
            group: names.function(slug, group) for group in (*groups, *([NOTIFIER] if delivers else []))
        },
        routes=tuple(route for route in routes if route.group in groups),
        memory_mb=memory.pop() if len(memory) == 1 else None,
        pooled=names.table if "pooled" in isolations else None,
        silo=names.tenant(slug) if "silo" in isolations else None,
        queues=Queues(names.queue(slug), names.dead_letters(slug)) if delivers else None,
        quota=quotas.pop() if len(quotas) == 1 else None,
        access_log=names.access_log(slug),
    )
