"""Make, change and remove each resource type that the program registers, for real, on the emulator.

A maker takes a resource's inputs as the engine sees them (camelCase, resolved) and answers its id and the
outputs that the AWS provider would add. There is a kind for every type in use, and none that only pretends.
"""

from dataclasses import replace

from tenantry.local.engine.resources import (
    alarms,
    compute,
    data,
    domains,
    encryption,
    gateway,
    identity,
    keys,
    messaging,
    observability,
    plans,
    schedules,
)
from tenantry.local.engine.resources.maker import Existing, Made, MadeKind
from tenantry.rules.kinds import KINDS, Kind

_FAMILIES = (
    alarms,
    compute,
    data,
    domains,
    encryption,
    gateway,
    identity,
    keys,
    messaging,
    observability,
    plans,
    schedules,
)


def _named(maker: MadeKind, row: Kind) -> MadeKind:
    return replace(maker, name=row.name if row.name and row.unique else None)


MAKERS = {
    token: _named(maker, KINDS[token]) for family in _FAMILIES for token, maker in family.MAKERS.items()
}

__all__ = ["MAKERS", "Existing", "Made", "MadeKind"]
