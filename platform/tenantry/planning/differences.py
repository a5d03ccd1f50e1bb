"""Say what a changed file takes from a tenant's clients or gives them: rules alone.

A line needs a person where it takes something from somebody: access, room, data. The rest is for the record.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tenantry.planning.declared import DeclaredTenant


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    needs_person: bool = False


def differences(old: DeclaredTenant, new: DeclaredTenant) -> Iterator[Line]:
    yield from _listed("API key", old.api_keys, new.api_keys)
    yield from _listed("signing key", old.signing_keys, new.signing_keys)
    yield from _listed("route group", old.routes, new.routes)
    yield from _listed("scope", old.scopes, new.scopes)
    if old.status != new.status:
        yield Line(f"status: {old.status} → {new.status}", new.status != "active")
    for what, was, is_ in (
        ("rate a second", old.rate_per_second, new.rate_per_second),
        ("burst", old.burst, new.burst),
    ):
        if was != is_:
            yield Line(f"{what}: {was:,} → {is_:,}", is_ < was)
    if old.quota != new.quota:
        yield Line(f"quota: {old.quota} → {new.quota}", new.calls_a_day < old.calls_a_day)
    for what in ("auth", "issuer", "audience"):
        if getattr(old, what) != getattr(new, what):
            change = f"{what}: {getattr(old, what) or 'own'} → {getattr(new, what) or 'own'}"
            yield Line(f"{change}; tokens of before are refused", needs_person=True)
    if old.isolation != new.isolation:
        change = f"isolation: {old.isolation} → {new.isolation}"
        yield Line(f"{change}; it starts without its records, which stay where they were", needs_person=True)
    if old.encryption != new.encryption:
        yield Line(f"encryption: {old.encryption} → {new.encryption}", needs_person=True)
    if old.tier != new.tier:
        yield Line(f"tier: {old.tier} → {new.tier}")
    if old.cell != new.cell:
        yield Line(f"cell: {old.cell} → {new.cell}; URL, keys and data are others there", needs_person=True)


def _listed(what: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Line]:
    was, is_ = set(old), set(new)
    for name in sorted(was - is_):
        yield Line(f"{what} {name} goes: whoever uses it is refused", needs_person=True)
    for name in sorted(is_ - was):
        yield Line(f"{what} {name} is new")
