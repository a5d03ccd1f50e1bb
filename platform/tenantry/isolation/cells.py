"""What one cell registers, with who owns it: a tenant, or all of them together."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from tenantry import paths, program
from tenantry.config import Cell
from tenantry.deployment import Deployment
from tenantry.execution import registration
from tenantry.execution.registration import Registered
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.packing.artifact import Artifact, LambdaTarget
from tenantry.releases import Releases
from tenantry.rules.arns import Arns
from tenantry.rules.kinds.tokens import TENANT
from tenantry.rules.naming import Names

# Any account and Region serve: no policy decides by them.
SOMEWHERE = Arns("aws", "us-east-1", "000000000000")
SENDER = "contact@example.com"  # nor by the sender's address, nor by what the cell may cost


@dataclass(frozen=True)
class RegisteredCell:
    """The resources of a cell, as the engine would get them, beside the files that they were made of."""

    config: Cell
    deployment: Deployment
    resources: tuple[Registered, ...]

    @property
    def names(self) -> Names:
        return self.deployment.names

    @property
    def arns(self) -> Arns:
        return self.deployment.arns

    @cached_property
    def slugs(self) -> tuple[str, ...]:
        return tuple(tenant.slug for tenant in self.config.tenants)

    @cached_property
    def releases(self) -> Releases:
        return program.releases_of(self.config, self.deployment, contract.load())

    def of(self, *kinds: str) -> Iterator[Registered]:
        """Those of the types with these tokens."""
        return (each for each in self.resources if each.type in kinds)

    def owner(self, resource: Registered) -> str | None:
        """The slug of the tenant below whose component it is; None for what tenants share."""
        above: Registered | None = resource
        while above is not None:
            if above.type == TENANT:
                return above.name
            above = self._by_urn.get(above.parent)
        return None

    def with_resources(self, resources: Iterable[Registered]) -> "RegisteredCell":
        return replace(self, resources=tuple(resources))

    @cached_property
    def _by_urn(self) -> dict[str, Registered]:
        return {each.urn: each for each in self.resources}


UNREAD = Artifact(paths.CONTRACT, "0" * 64)  # what functions are made of grants nothing


def registered(
    cell: Cell, code: Artifact = UNREAD, layer: Artifact = UNREAD, slugs: Collection[str] | None = None
) -> RegisteredCell:
    """Run the program for the cell, as a stack of the cell's name; with `slugs`, of these tenants alone."""
    deployment = Deployment(
        cell=cell.name,
        names=Names(cell.name),
        arns=SOMEWHERE,
        target=LambdaTarget("python3.13", "arm64"),
        code=code,
        layer=layer,
        manage_account=True,
        mail_from=SENDER,
        group_layers={each.name: layer for each in current().installed if each.requirements},
        budget=1,
        domain=cell.domain,
    )

    def declare() -> dict[str, Any]:
        return program.declare(cell, deployment, slugs)

    engine, _ = registration.run(declare, cell.name, SOMEWHERE)
    return RegisteredCell(cell, deployment, tuple(engine.registered))
