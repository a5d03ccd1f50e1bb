"""The shape of what is expected: one resource with all of its inputs, and whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from agreed.secrets import RUNTIME
from tenantry.config import Tenant
from tenantry.deployment import Deployment
from tenantry.execution.registration import Registered
from tenantry.isolation.cells import RegisteredCell
from tenantry.releases import Release, Releases
from tenantry.rules.arns import Arns
from tenantry.rules.kinds.tokens import KEY, RANDOM_ID, REST_API, SECRET
from tenantry.rules.naming import Names, generation

Inputs = Mapping[str, Any]


class Free(NamedTuple):
    """An input that may hold anything of its kind, and why that is harmless."""

    reason: str


class Kept(NamedTuple):
    """A value that the program must mark secret."""

    value: Any


SHOWN = Free("people alone read it, and nothing acts by it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """One resource. Documents in JSON are written as they are, not as text.

    Attributes:
        tenant: the slug of whose it is; empty for what tenants share.
        inputs: all of them; one of None is not there.
        within: the component that it hangs on, where two are of one type and logical name.
    """

    type: str
    name: str
    tenant: str
    inputs: Inputs
    within: str = ""
    retained: bool = False
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """What expectations are derived from: the files, the deployment, and the ids that AWS chooses."""

    cell: RegisteredCell

    @property
    def deployment(self) -> Deployment:
        return self.cell.deployment

    @property
    def names(self) -> Names:
        return self.cell.names

    @property
    def arns(self) -> Arns:
        return self.cell.arns

    @property
    def releases(self) -> Releases:
        return self.cell.releases

    @property
    def tags(self) -> dict[str, str]:
        return {"managed-by": "tenantry", "stack": self.names.stack, "cell": self.cell.config.name}

    @property
    def api(self) -> str:
        return self.id(REST_API, self.cell.config.name)

    def id(self, token: str, name: str, within: str = "") -> str:
        """Of the one that is registered so; empty where none is."""
        return next((each.id for each in self.cell.of(token) if is_called(each, name, within)), "")

    def arn(self, token: str, name: str) -> str:
        return next((each.arn for each in self.cell.of(token) if each.name == name), "")

    def computed(self, token: str, name: str, output: str) -> Any:
        """An output that is no input, such as a key that was drawn; empty where nothing is registered so."""
        found = (each for each in self.cell.of(token) if each.name == name)
        return next((each.computed[output] for each in found), "")

    def drawn(self, name: str) -> str:
        """The digits that tell this creation of a name from the next."""
        return str(self.computed(RANDOM_ID, name, "hex"))

    def expected(self, token: str, name: str, inputs: Inputs, **more: Any) -> Expected:
        return Expected(type=token, name=name, tenant="", inputs=inputs, **more)


@dataclass(frozen=True)
class TenantPlace(Place):
    """The same for what is one tenant's."""

    tenant: Tenant

    @property
    def slug(self) -> str:
        return self.tenant.slug

    @property
    def tags(self) -> dict[str, str]:
        return {**super().tags, "tenant": self.slug, "tier": self.tenant.tier.name}

    @property
    def release(self) -> Release:
        return self.releases.runs[self.slug]

    @property
    def key(self) -> str | None:
        """Of KMS, which all that it keeps is under; None where that is AWS's."""
        return self.arn(KEY, self.slug) if self.tenant.data.encryption == "kms" else None

    def secret_name(self, secret: str) -> str:
        """Of one that its functions read, by the name that the groups know it by."""
        drawn = self.drawn(self.slug if secret == RUNTIME else f"{self.slug}.{secret}")
        return generation(self.names.secret(self.slug, secret), drawn)

    def secret_arn(self, secret: str) -> str:
        name = self.secret_name(secret)
        return next((each.arn for each in self.cell.of(SECRET) if each.inputs.get("name") == name), "")

    def expected(self, token: str, name: str, inputs: Inputs, **more: Any) -> Expected:
        return Expected(type=token, name=name, tenant=self.slug, inputs=inputs, **more)


def is_called(resource: Registered, name: str, within: str = "") -> bool:
    """Whether it has that logical name, below a component of that kind if one is named."""
    return resource.name == name and (not within or f":{within}$" in resource.urn)
