"""Invent possible tenants whose slugs are as close to this one's as slugs can be.

An excessive wildcard reaches nobody today and somebody tomorrow; these tenants show it today.
"""

from collections.abc import Iterator

from tenantry.config.slugs import is_slug
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.targets import Target, TargetKind, TenantPlace
from tenantry.rules.naming import Names


def possible(cell: RegisteredCell, slug: str) -> Iterator[TenantPlace]:
    """Tenants that do not exist yet, but that an excessive wildcard would reach."""
    near = (f"{slug[:29]}-eu", f"{slug[:31]}x", slug[:-1], f"x{slug[1:]}", f"{slug[:-1]}x", f"x{slug[:31]}")
    for each in dict.fromkeys(near):
        if is_slug(each) and each not in (slug, *cell.slugs):
            yield TenantPlace(cell, cell.names, each)
    stack = cell.names.stack
    yield TenantPlace(cell, Names(f"{stack[:10]}{'x' if not stack.endswith('x') else 'y'}"), slug)


def covered(
    cell: RegisteredCell, slug: str, patterns: frozenset[str]
) -> Iterator[tuple[TenantPlace, Target]]:
    """Keys of other slugs that patterns of leading keys cover, found by filling in their wildcards."""
    for pattern in patterns:
        for filler in ("", "xyz", "-xyz#", "xyz#"):
            key = pattern.replace("*", filler).replace("?", "x")
            whose = key.partition("#")[0]
            if whose != slug and is_slug(whose):
                target = Target(TargetKind.KEYS, cell.arns.table(cell.names.table), (key,))
                yield TenantPlace(cell, cell.names, whose), target
