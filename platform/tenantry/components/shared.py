"""State what a tenant's resources need of their cell, wherever each of the two is declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi


@dataclass(frozen=True, slots=True)
class Shared:
    """Outputs of the cell's resources, or the plain texts that the last update of its own stack left.

    Attributes:
        code: key of the functions' code in `bucket`.
        layer: ARN, as are `group_layers` by group, `topic` and `boundary`.
        first: what must be there before a stage is.
    """

    api: pulumi.Input[str]
    deployment: pulumi.Input[str]
    bucket: pulumi.Input[str]
    code: pulumi.Input[str]
    layer: pulumi.Input[str]
    table: pulumi.Input[str]
    topic: pulumi.Input[str]
    boundary: pulumi.Input[str]
    group_layers: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    first: Sequence[pulumi.Resource] = ()

    def exported(self) -> dict[str, Any]:
        """What `imported` takes, by an output of the stack."""
        return {name: getattr(self, name) for name in _NAMES} | {"group_layers": dict(self.group_layers)}

    @classmethod
    def imported(cls, exported: Mapping[str, Any]) -> "Shared":
        """Raises KeyError: the cell was last deployed by a program that gave less."""
        texts = {name: exported[name] for name in _NAMES}
        return cls(**texts, group_layers=exported.get("group_layers", {}))


_NAMES = ("api", "deployment", "bucket", "code", "layer", "table", "topic", "boundary")
