"""State what a tenant's resources need of their cell, wherever each of the two is declared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from tenantry.releases import Release

Made = Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True, slots=True)
class Shared:
    """Outputs of the cell's resources, or the plain texts that the last update of its own stack left.

    Attributes:
        topic: ARN, as is `boundary`.
        deployments: ids, by the digest of the contract of each release that is kept.
        codes: keys of objects in `bucket`, by the digest of the code.
        layers: ARNs, by `layer_name`.
        domain: below which tenants' paths are.
        first: what must be there before a stage is.
    """

    api: pulumi.Input[str]
    bucket: pulumi.Input[str]
    table: pulumi.Input[str]
    topic: pulumi.Input[str]
    boundary: pulumi.Input[str]
    deployments: Made
    codes: Made
    layers: Made
    domain: pulumi.Input[str] | None = None
    first: Sequence[pulumi.Resource] = ()

    def exported(self) -> dict[str, Any]:
        """What `imported` takes, by an output of the stack."""
        texts = {name: getattr(self, name) for name in (*_TEXTS, "domain")}
        return texts | {name: dict(getattr(self, name)) for name in _MADE}

    @classmethod
    def imported(cls, exported: Mapping[str, Any]) -> "Shared":
        """Raises KeyError: the cell was last deployed by a program that gave less."""
        return cls(**{name: exported[name] for name in (*_TEXTS, *_MADE)}, domain=exported.get("domain"))

    def foreseen(self, release: Release, domain: str | None) -> "Shared":
        """For a preview: as if the cell were deployed with that release and domain. What only its update can
        say is unknown.
        """
        unknown: pulumi.Output[Any] = pulumi.Output.from_input(pulumi.UNKNOWN)
        layers = {layer_name(group, each.digest): unknown for group, each in release.layers.items()}
        return replace(
            self,
            deployments={release.contract.digest: unknown, **self.deployments},
            codes={release.code.digest: object_key("code", release.code.digest), **self.codes},
            layers={**layers, **self.layers},
            domain=domain,
        )


_TEXTS = ("api", "bucket", "table", "topic", "boundary")
_MADE = ("deployments", "codes", "layers")


def layer_name(group: str, digest: str) -> str:
    """The platform's own layer is that of no group."""
    return f"{group}/{digest}"


def object_key(kind: str, digest: str) -> str:
    """Equal layers of two groups are two objects."""
    return f"{kind.replace('.', '/')}/{digest}.zip"
