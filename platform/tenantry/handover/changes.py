"""Changes between two handovers: breaks first, by the rules of `tenantry plan`."""

from collections.abc import Iterator, Mapping
from typing import Any

from tenantry.gateway import published
from tenantry.planning.contracts import breaks

Document = Mapping[str, Any]
NOTHING = "nothing that a client has to follow: descriptions, examples, or more input that is accepted"


def between(old: Document, new: Document) -> Iterator[str]:
    """Each as a sentence; nothing for two documents that say the same."""
    if old == new:
        return
    before, after = (dict(published.operations(dict(each))) for each in (old, new))
    groups = {each["x-tenantry-group"] for each in (*before.values(), *after.values())}
    changes = [f"breaks clients: {each}" for each in breaks(old, new, groups, groups)]
    changes += [f"new: {route}" for route in after if route not in before]
    addresses = [each["servers"][0]["url"] for each in (old, new)]
    if addresses[0] != addresses[1]:
        changes.append(f"breaks clients: the address was {addresses[0]}, and is {addresses[1]}")
    if old.get(published.LIMITS) != new.get(published.LIMITS):
        changes.append("the limits changed")
    yield from changes or [NOTHING]
