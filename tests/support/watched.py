"""A tenant that has everything there is to watch."""

from typing import Any

from tenantry.config.tiers import Quota
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.monitoring.watched import Watched, WatchedQueue, WatchedReceiver
from tenantry.rules.naming import AUTHORIZER, Names

NAMES = Names("demo")
ROUTES = contract.installed_routes()
FUNCTIONS = (AUTHORIZER, *(member.name for member in current().members))


def watched(slug: str = "acme", names: Names = NAMES, **changes: Any) -> Watched:
    everything: dict[str, Any] = {
        "tenant": slug,
        "api": names.cell,
        "functions": {name: names.function(slug, name) for name in FUNCTIONS},
        "members": current().members,
        "routes": ROUTES,
        "memory_mb": dict.fromkeys(FUNCTIONS, 256),
        "pooled": names.table,
        "silo": names.tenant(slug),
        "queues": tuple(
            WatchedQueue(each, names.queue(slug, each.name), names.dead_letters(slug, each.name))
            for each in current().queues
        ),
        "quota": Quota(limit=10_000, period="day"),
        "access_log": names.access_log(slug),
        "counted": True,
        "alarms": "own",
        "receivers": tuple(
            WatchedReceiver(group.webhooks.queue, "crm", group.webhooks.off)
            for group in current()
            if group.webhooks
        ),
    }
    return Watched(**everything | changes)
