"""The platform is its cells; a cell bounds its tenants in number and in what one mistake can reach."""

from typing import Annotated

from pydantic import AfterValidator, Field

from tenantry.config.domains import CellDomain, addresses
from tenantry.config.model import Fixed, Model
from tenantry.config.rings import RingsFile
from tenantry.config.sites import Site
from tenantry.config.tenants import Tenant
from tenantry.config.tiers import Tier
from tenantry.errors import WrongInput
from tenantry.problems import unknown


class UnknownName(WrongInput):
    """There is no such cell or tenant; the message lists the existing ones."""


class Cell(Model):
    """`removed` are the slugs of tenants whose files have the status removed."""

    name: str
    tenants: tuple[Tenant, ...]
    stages_quota: int
    removed: tuple[str, ...] = ()
    domain: CellDomain | None = None

    def addresses(self, tenant: Tenant) -> tuple[str, ...]:
        """The tenant's addresses that stay when another cell serves it."""
        return addresses(tenant.slug, tenant.domain, self.domain)

    @property
    def tenants_addresses(self) -> dict[str, tuple[str, ...]]:
        """By slug."""
        return {tenant.slug: self.addresses(tenant) for tenant in self.tenants}

    @property
    def zoned(self) -> frozenset[str]:
        """The domains whose DNS records are made together with them."""
        domains = (self.domain, *(tenant.domain for tenant in self.tenants))
        return frozenset(domain.name for domain in domains if domain and domain.zone)

    def without_domains(self) -> "Cell":
        """The cell for a second environment, without domains: a domain leads to one place."""
        tenants = tuple(each.model_copy(update={"domain": None}) for each in self.tenants)
        return self.model_copy(update={"domain": None, "tenants": tenants})


class Platform(Model):
    """Cells, tenants and tiers are in the order of their names; `sites` are those of the cells, by name."""

    tiers: tuple[Tier, ...]
    cells: tuple[Cell, ...]
    sites: Annotated[dict[str, Site], AfterValidator(Fixed)] = Field(default_factory=Fixed)
    rings: RingsFile = RingsFile()

    @property
    def tenants(self) -> tuple[Tenant, ...]:
        return tuple(tenant for cell in self.cells for tenant in cell.tenants)

    def cell(self, name: str) -> Cell:
        """Raises UnknownName, which says which cells there are."""
        for cell in self.cells:
            if cell.name == name:
                return cell
        raise UnknownName(unknown("cell", name, [cell.name for cell in self.cells]))

    def tenant(self, slug: str) -> Tenant:
        """Raises UnknownName, which says which tenants there are."""
        for tenant in self.tenants:
            if tenant.slug == slug:
                return tenant
        raise UnknownName(unknown("tenant", slug, [tenant.slug for tenant in self.tenants]))
