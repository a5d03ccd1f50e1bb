"""A tenant that has everything there is to watch."""

from typing import Any

from tenantry.config.tiers import Quota
from tenantry.gateway import contract
from tenantry.monitoring.watched import Queues, Watched
from tenantry.rules.naming import AUTHORIZER, GROUPS, NOTIFIER, Names

NAMES = Names("demo")
ROUTES = contract.routes(contract.load())


def watched(slug: str = "acme", names: Names = NAMES, **changes: Any) -> Watched:
    everything: dict[str, Any] = {
        "tenant": slug,
        "api": names.cell,
        "functions": {group: names.function(slug, group) for group in (AUTHORIZER, *GROUPS, NOTIFIER)},
        "routes": ROUTES,
        "memory_mb": 256,
        "pooled": names.table,
        "silo": names.tenant(slug),
        "queues": Queues(names.queue(slug), names.dead_letters(slug)),
        "quota": Quota(limit=10_000, period="day"),
        "access_log": names.access_log(slug),
    }
    return Watched(**everything | changes)
