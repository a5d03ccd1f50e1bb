"""Give each hosted zone that the files name a zone of this machine, which the world does not ask."""

from collections.abc import Callable
from typing import Any, TypeVar

from tenantry.config import Cell
from tenantry.config.domains import CellDomain, Domain

D = TypeVar("D", Domain, CellDomain)


def localized(cell: Cell, route53: Any) -> Cell:
    """The cell with the ids that its zones have here. They are made where they are missing."""
    here: dict[str, str] = {}

    def at_home(zone: str) -> str:
        if zone not in here:
            made = route53.create_hosted_zone(Name=f"{zone.lower()}.test", CallerReference=zone)
            here[zone] = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
        return here[zone]

    tenants = tuple(
        each.model_copy(update={"domain": _moved(each.domain, at_home)}) if each.domain else each
        for each in cell.tenants
    )
    domain = _moved(cell.domain, at_home) if cell.domain else None
    return cell.model_copy(update={"tenants": tenants, "domain": domain})


def _moved(domain: D, at_home: Callable[[str], str]) -> D:
    return domain.model_copy(update={"zone": at_home(domain.zone)}) if domain.zone else domain
