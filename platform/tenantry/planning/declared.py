"""What a project declares, as plain data, so that two releases of it can be compared.

`python -m tenantry.planning.declared FOLDER` prints it as JSON; each release is asked by its own code.
"""

import hashlib
import json
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self, TypeVar

from tenantry import paths
from tenantry.config import Platform, load_platform
from tenantry.config.capacity import account_capacity, cell_capacity
from tenantry.costs import prices
from tenantry.costs.estimate import Terms
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.isolation import cells
from tenantry.isolation.cells import RegisteredCell
from tenantry.packing import functions
from tenantry.packing.artifact import Artifact
from tenantry.planning.facts import DeclaredTenant, declared_tenant
from tenantry.rules.kinds.tokens import COMPONENTS, STACK

T = TypeVar("T")
STAGES = "stages of {}"  # the name of a cell's quota


@dataclass(frozen=True, slots=True)
class DeclaredResource:
    """As the engine gets it.

    Attributes:
        owner: a tenant, or empty for what a cell's tenants share.
        sources: URNs of the resources that an input is made of, by input.
        retained: it stays when it is no longer declared.
    """

    urn: str
    type: str
    name: str
    owner: str
    inputs: dict[str, Any]
    ignored: list[str]
    sources: dict[str, list[str]]
    retained: bool

    @property
    def kind(self) -> str:
        """Its type's last name, such as `Function`."""
        return self.type.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class DeclaredQuota:
    used: int
    limit: int


@dataclass(frozen=True, slots=True)
class Declared:
    """`contract` is that of all groups that are installed; `quotas` are those of each cell and of all cells
    in one account, by a name such as `stages of demo`."""

    tenants: dict[str, DeclaredTenant]
    resources: dict[str, DeclaredResource]
    contract: contract.Document
    quotas: dict[str, DeclaredQuota]

    @classmethod
    def read(cls, text: str) -> Self:
        """What another release printed; fields that this one does not know are left out, and those that have
        a default may be missing.

        Raises:
            LookupError: it says less than this release asks for.
        """
        stored = json.loads(text)
        return cls(
            {slug: _known(DeclaredTenant, each) for slug, each in stored["tenants"].items()},
            {urn: _known(DeclaredResource, each) for urn, each in stored["resources"].items()},
            stored["contract"],
            {name: _known(DeclaredQuota, each) for name, each in stored["quotas"].items()},
        )


def declared(folder: Path) -> Declared:
    """Of the tenants' files below `folder`, by this release.

    Raises:
        ConfigErrors: the files are wrong.
    """
    return of_platform(load_platform(folder))


def of_platform(
    platform: Platform,
    slugs: Collection[str] | None = None,
    known: Mapping[str, DeclaredTenant] | None = None,
    sharing: Collection[str] = (),
) -> Declared:
    """What a platform declares.

    Args:
        slugs: the tenants whose resources are wanted, with what their cells share; by default all.
        known: what is said of tenants already, by slug.
        sharing: cells whose shared resources are wanted even if none of `slugs` is there.
    """
    terms, found = Terms(prices.load()), dict(known or {})
    for cell in platform.cells:
        found |= {
            each.slug: declared_tenant(each, cell, terms) for each in cell.tenants if each.slug not in found
        }
    tenants = {each.slug: found[each.slug] for each in platform.tenants}
    return Declared(tenants, _resources(platform, slugs, sharing), contract.load(), _quotas(platform))


def _quotas(platform: Platform) -> dict[str, DeclaredQuota]:
    stages = {STAGES.format(cell.name): cell_capacity(cell)[0] for cell in platform.cells}
    account = {f"{each.name} of one account": each for each in account_capacity(platform)}
    return {name: DeclaredQuota(each.used, each.limit) for name, each in (stages | account).items()}


def _resources(
    platform: Platform, slugs: Collection[str] | None, sharing: Collection[str]
) -> dict[str, DeclaredResource]:
    groups = current()
    code = Artifact(paths.CONTRACT, _digest(functions.sources(groups)))
    layer = Artifact(paths.CONTRACT, _digest({"": paths.LAYER_REQUIREMENTS.read_bytes()}))
    return {
        each.urn: each
        for cell in platform.cells
        if slugs is None or cell.name in sharing or any(tenant.slug in slugs for tenant in cell.tenants)
        for each in declared_resources(cells.registered(cell, code, layer, slugs))
    }


def declared_resources(cell: RegisteredCell) -> Iterator[DeclaredResource]:
    """In the order of registration, without components."""
    for each in cell.resources:
        if each.type == STACK or each.type.startswith(COMPONENTS):
            continue
        # Where this release lies is no difference.
        inputs = json.loads(json.dumps(each.inputs, default=str).replace(str(paths.ROOT), "."))
        yield DeclaredResource(
            urn=each.urn,
            type=each.type,
            name=each.name,
            owner=cell.owner(each) or "",
            inputs=inputs,
            ignored=list(each.ignored),
            sources={name: sorted(urns) for name, urns in each.sources.items()},
            retained=each.retained,
        )


def _digest(content: dict[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name, each in sorted(content.items()):
        whole.update(f"{name}\0{len(each)}\0".encode() + each)
    return whole.hexdigest()


def _known(kind: type[T], stored: dict[str, Any]) -> T:
    known = fields(kind)  # type: ignore[arg-type]  # a dataclass, as all callers' are
    names = [each.name for each in known if each.default is MISSING or each.name in stored]
    return kind(**{name: stored[name] for name in names})


if __name__ == "__main__":
    print(json.dumps(asdict(declared(Path(sys.argv[1])))))
