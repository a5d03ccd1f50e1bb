"""What the program declares: a cell, its tenants, and the parts of each."""

from tenantry.components.cell import Cell
from tenantry.components.tenant import Tenant

__all__ = ["Cell", "Tenant"]
