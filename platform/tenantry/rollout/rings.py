"""Put each stack into one ring, by itself: no other stack that comes or goes moves it."""

import hashlib
from collections.abc import Sequence

from tenantry.config.rings import REST, Ring


def ring_of(stack: str, tenants: Sequence[tuple[str, str]], rings: Sequence[Ring]) -> str:
    """The name of the first ring that takes it.

    Args:
        tenants: slug and tier of those that the stack declares.
    """
    return next((ring.name for ring in rings if _takes(ring, stack, tenants)), REST)


def _takes(ring: Ring, stack: str, tenants: Sequence[tuple[str, str]]) -> bool:
    tiers = {tier for _, tier in tenants}
    return (
        stack in ring.stacks
        or any(slug in ring.tenants for slug, _ in tenants)
        or (bool(tiers) and tiers <= set(ring.tiers))
        or (ring.share is not None and position(stack) < ring.share)
    )


def position(stack: str) -> float:
    """From 0 to 100, spread evenly over all names."""
    return int.from_bytes(hashlib.sha256(stack.encode()).digest()[:4], "big") / 2**32 * 100
