"""Try every action that a role holds on everything that is not its tenant's, and keep the statements that
decide.

A role must stay with its tenant by its own policy. What only the boundary stops counts as a leak too: the
boundary is there for the day when a policy is wrong, not instead of a right one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain

from tenantry.isolation import neighbours, targets
from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.evaluation import NOTHING, Decision, Request
from tenantry.isolation.leaks import Leak
from tenantry.isolation.partitions import partition_keys
from tenantry.isolation.roles import Role, roles
from tenantry.isolation.targets import SERVICES, Target, TargetKind, TenantPlace

# No ARN exists to narrow these; they write a trace and read none.
HARMLESS = frozenset({"xray:puttelemetryrecords", "xray:puttracesegments"})
WHY = "a role reaches its own tenant's alone"
Reached = tuple[str, Target]
"""Whose, and what."""


@dataclass
class Square:
    """One role and one kind of resource: how much was tried in vain, by what it was denied, and the leaks."""

    tried: int = 0
    denied_by: set[str] = field(default_factory=set)
    leaks: dict[tuple[str, str], Leak] = field(default_factory=dict)

    def leak(self, found: Leak) -> None:
        """One of each action and deciding statement is kept, the others are counted."""
        kept = self.leaks.get((found.action, found.by))
        self.leaks[found.action, found.by] = replace(kept, more=kept.more + 1) if kept else found


@dataclass(frozen=True)
class RoleRow:
    """`own`: the statements that let the role have something of its own tenant's, by kind."""

    role: Role
    own: dict[TargetKind, list[str]]
    others: dict[TargetKind, Square]


def rows(cell: RegisteredCell) -> Iterator[RoleRow]:
    of_tenant = {slug: _targets(TenantPlace(cell, cell.names, slug)) for slug in cell.slugs}
    common = [("all tenants", target) for target in dict.fromkeys(targets.shared(cell))]
    for role in roles(cell):
        foreign = [each for slug, own in of_tenant.items() if slug != role.tenant for each in own]
        foreign += [each for place in neighbours.possible(cell, role.tenant) for each in _targets(place)]
        for place, target in neighbours.covered(cell, role.tenant, role.holder.key_patterns()):
            foreign.append((str(place), target))
        withheld = targets.withheld(cell, role.tenant, role.group)
        foreign += [(role.tenant, target) for target in withheld]
        own = [target for _, target in of_tenant[role.tenant] if target not in withheld]
        yield RoleRow(role, _own(role, own), tried(role, [*common, *_beside_own(role, foreign)]))


def _targets(place: TenantPlace) -> list[Reached]:
    whose = str(place)
    return [(whose, target) for target in dict.fromkeys(place.targets())]


def _beside_own(role: Role, foreign: list[Reached]) -> Iterator[Reached]:
    """Each key alone, and in one request with keys of the role's own tenant."""
    for whose, target in foreign:
        yield whose, target
        if target.keys is not None:
            yield whose, replace(target, keys=(*target.keys, *partition_keys(role.tenant)))


def tried(role: Role, foreign: list[Reached]) -> dict[TargetKind, Square]:
    """Try all that the role holds on what is not its own."""
    squares = {kind: Square() for kind in TargetKind}
    for whose, target, action in chain(_asked(role, foreign), _unknown_services(role)):
        square = squares[target.kind]
        square.tried += 1
        verdict = role.holder.decide(Request(action, target.resource, target.keys))
        if verdict.decision is Decision.DENIED:
            square.denied_by.add(verdict.by)
        else:
            by = verdict.by if verdict.decision is Decision.ALLOWED else f"{verdict.by}, {verdict.decision}"
            square.leak(Leak(role.name, action, str(target), by, whose, why=WHY))
    return squares


def _own(role: Role, own: list[Target]) -> dict[TargetKind, list[str]]:
    allowed: dict[TargetKind, set[str]] = defaultdict(set)
    for _, target, action in _asked(role, [("", target) for target in own]):
        verdict = role.holder.decide(Request(action, target.resource, target.keys))
        if verdict.decision is Decision.ALLOWED:
            allowed[target.kind].add(verdict.by)
    return {kind: sorted(allowed[kind]) for kind in TargetKind if kind in allowed}


def _asked(role: Role, reached: Iterable[Reached]) -> Iterator[tuple[str, Target, str]]:
    """Each target with each action that the role holds of the services that know such a target."""
    by_service: dict[str, list[str]] = defaultdict(list)
    for action in sorted(role.holder.actions()):
        by_service[_service(action)].append(action)
    held = {
        kind: [action for service in services for action in by_service[service]]
        for kind, services in SERVICES.items()
    }
    for whose, target in reached:
        for action in held[target.kind]:
            yield whose, target, action


def _unknown_services(role: Role) -> Iterator[tuple[str, Target, str]]:
    """What is granted of a service that this proof knows no resource of, it cannot prove harmless."""
    listed = {service for services in SERVICES.values() for service in services}
    for action in sorted(role.holder.actions()):
        if _service(action) not in listed and action.lower() not in HARMLESS:
            for resource in sorted({"*", *role.holder.resources()}):
                yield "whoever owns it", Target(TargetKind.REST, resource), action


def _service(action: str) -> str:
    return action.partition(":")[0].lower()


def deciders(square: Square) -> list[str]:
    """The statements that let through or deny what was tried; where no statement speaks of it, that."""
    return sorted({leak.by for leak in square.leaks.values()} or square.denied_by or {NOTHING})
