"""One row for each type of resource that the platform knows, read by all who need to know something of it.

The registration without AWS, the local platform, the proof of isolation and the guardrails each derive
their own from these rows. Nothing but the standard library is needed to read them.
"""

from tenantry.rules.kinds import domains, functions, gateway, identity, storage, watching
from tenantry.rules.kinds.kind import Kind

KINDS: dict[str, Kind] = {
    kind.token: kind
    for kinds in (gateway, domains, functions, identity, storage, watching)
    for kind in kinds.KINDS
}

__all__ = ["KINDS", "Kind"]
