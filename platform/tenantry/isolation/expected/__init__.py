"""State all that the program should register, from the tenants' files and the groups' declarations alone.

It is written a second time here, and not read off the program's components: what both say is meant. Policies
are taken from the rules that the program takes them from; the matrix decides what they open.
"""

from tenantry.isolation.cells import RegisteredCell
from tenantry.isolation.expected import functions, gateway, storage, watching
from tenantry.isolation.expected.expectation import Expected, Free, Kept, Place, TenantPlace, is_called

__all__ = ["Expected", "Free", "Kept", "expected", "is_called"]

_PARTS = (gateway, functions, storage, watching)


def expected(cell: RegisteredCell) -> list[Expected]:
    """Every resource of the cell; the id of another, which AWS chooses, is the registered one's."""
    places = [TenantPlace(cell, tenant) for tenant in cell.config.tenants]
    found = [each for part in _PARTS for each in part.of_cell(Place(cell))]
    return found + [each for part in _PARTS for place in places for each in part.of_tenant(place)]
