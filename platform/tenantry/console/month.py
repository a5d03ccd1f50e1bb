"""What each tenant costs this month so far: measured where it runs, priced by its file."""

from pathlib import Path

from tenantry.config import load_platform
from tenantry.costs import prices
from tenantry.costs.estimate import Terms, actual
from tenantry.errors import WrongInput
from tenantry.operations.metering.consumption import this_month
from tenantry.operations.places import Place
from tenantry.operations.running import survey


def month_so_far(place: Place, folder: Path) -> dict[str, float]:
    """Dollars by slug, by list prices, without free units; tenants without a file are left out.

    Raises:
        WrongInput: the files cannot be read, or the place does not state its cell.
        NotDeployed: the cell does not run there.
        Failed: AWS refuses.
    """
    if place.cell is None:
        raise WrongInput(f"{place}, whose file does not name its cell; set tenantry:cell there")
    cell = load_platform(folder).cell(place.cell)
    found = actual(cell, this_month(survey(place), cell), Terms(prices.load()))
    return {each.tenant: float(each.total) for each in found}
