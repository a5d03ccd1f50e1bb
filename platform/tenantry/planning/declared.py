"""What a project declares, as plain data, so that two releases of it can be compared.

`python -m tenantry.planning.declared FOLDER` prints it as JSON; each release is asked by its own code.
"""

import hashlib
import json
import sys
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self, TypeVar

from tenantry import paths
from tenantry.config import Cell, Platform, Tenant, load_platform, rotation
from tenantry.costs import prices
from tenantry.costs.estimate import Terms, estimate
from tenantry.gateway import contract
from tenantry.groups import current
from tenantry.isolation import cells
from tenantry.packing import functions
from tenantry.packing.artifact import Artifact
from tenantry.rules.kinds.tokens import COMPONENTS, STACK

T = TypeVar("T")
UNLIMITED = 1e12  # calls a day: no quota
_DAYS = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True, slots=True)
class DeclaredTenant:
    """`usd` is the estimate of a month; `scopes` are those that open a route; `calls_a_day` is what the quota
    comes to."""

    cell: str
    tier: str
    status: str
    routes: list[str]
    scopes: list[str]
    isolation: str
    encryption: str
    auth: str
    issuer: str
    audience: str
    api_keys: list[str]
    signing_keys: list[str]
    rate_per_second: int
    burst: int
    quota: str
    calls_a_day: float
    usd: float


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
class Declared:
    """`contract` is that of all groups that are installed."""

    tenants: dict[str, DeclaredTenant]
    resources: dict[str, DeclaredResource]
    contract: contract.Document

    @classmethod
    def read(cls, text: str) -> Self:
        """What another release printed; fields that this one does not know are left out.

        Raises:
            LookupError: it says less than this release asks for.
        """
        stored = json.loads(text)
        return cls(
            {slug: _known(DeclaredTenant, each) for slug, each in stored["tenants"].items()},
            {urn: _known(DeclaredResource, each) for urn, each in stored["resources"].items()},
            stored["contract"],
        )


def declared(folder: Path) -> Declared:
    """Of the tenants' files below `folder`, by this release.

    Raises:
        ConfigErrors: the files are wrong.
    """
    platform = load_platform(folder)
    terms = Terms(prices.load())
    tenants = {tenant.slug: _tenant(tenant, platform.cell(tenant.cell), terms) for tenant in platform.tenants}
    return Declared(tenants, _resources(platform), contract.load())


def _tenant(tenant: Tenant, cell: Cell, terms: Terms) -> DeclaredTenant:
    oidc, jwks, quota = tenant.auth.oidc, tenant.auth.jwks, tenant.limits.quota
    return DeclaredTenant(
        cell=cell.name,
        tier=tenant.tier.name,
        status=tenant.status,
        routes=list(tenant.routes),
        scopes=contract.scopes(contract.load(), tenant.routes),
        isolation=tenant.isolation,
        encryption=tenant.data.encryption,
        auth=tenant.auth.mode,
        issuer=(oidc.issuer if oidc else (jwks.issuer if jwks else None)) or "",
        audience=tenant.audience,
        api_keys=list(rotation.keys(tenant, "api")),
        signing_keys=list(rotation.keys(tenant, "signing")),
        rate_per_second=tenant.limits.rate_per_second,
        burst=tenant.limits.burst,
        quota=f"{quota.limit:,} a {quota.period}" if quota else "none",
        calls_a_day=quota.limit / _DAYS[quota.period] if quota else UNLIMITED,
        usd=float(estimate(tenant, cell, terms).total),
    )


def _resources(platform: Platform) -> dict[str, DeclaredResource]:
    groups = current()
    code = Artifact(paths.CONTRACT, _digest(functions.sources(groups)))
    layer = Artifact(paths.CONTRACT, _digest({"": paths.LAYER_REQUIREMENTS.read_bytes()}))
    found = {}
    for cell in platform.cells:
        registered = cells.registered(cell, code, layer)
        for each in registered.resources:
            if each.type == STACK or each.type.startswith(COMPONENTS):
                continue
            owner = registered.owner(each) or ""
            # Where this release lies is no difference.
            inputs = json.loads(json.dumps(each.inputs, default=str).replace(str(paths.ROOT), "."))
            sources = {name: sorted(urns) for name, urns in each.sources.items()}
            found[each.urn] = DeclaredResource(
                each.urn, each.type, each.name, owner, inputs, list(each.ignored), sources, each.retained
            )
    return found


def _digest(content: dict[str, bytes]) -> str:
    whole = hashlib.sha256()
    for name, each in sorted(content.items()):
        whole.update(f"{name}\0{len(each)}\0".encode() + each)
    return whole.hexdigest()


def _known(kind: type[T], stored: dict[str, Any]) -> T:
    names = [each.name for each in fields(kind)]  # type: ignore[arg-type]  # a dataclass, as both callers' are
    return kind(**{name: stored[name] for name in names})


if __name__ == "__main__":
    print(json.dumps(asdict(declared(Path(sys.argv[1])))))
