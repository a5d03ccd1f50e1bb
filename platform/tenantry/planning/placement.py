"""Choose the cell of a new tenant: the one with most left of its scarcest quota. A placed tenant keeps its
cell.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tenantry.config import Cell, Platform
from tenantry.config.capacity import QuotaUsage, account_capacity, cell_capacity
from tenantry.config.granted import DEFAULTS, Granted, least
from tenantry.config.sites import Site
from tenantry.errors import WrongInput


@dataclass(frozen=True, slots=True)
class Room:
    """What a cell has left. `scarcest` is the quota that it will meet first, its account's or its own.

    `refused` says why it takes no new tenant; empty where it does.
    """

    cell: str
    scarcest: QuotaUsage
    refused: str

    @property
    def left(self) -> float:
        """As a share of the quota."""
        return max(0.0, 1 - self.scarcest.used / self.scarcest.limit) if self.scarcest.limit else 0.0


@dataclass(frozen=True, slots=True)
class Placement:
    """`placed` says that the tenant had the cell before. `rooms` begin with what has most left."""

    slug: str
    cell: str
    placed: bool
    rooms: tuple[Room, ...]


def place(
    slug: str, platform: Platform, granted: Mapping[str, Granted], residency: str | None = None
) -> Placement:
    """
    Args:
        granted: what AWS grants the account of a cell, by cell; the defaults of those that are not in it.

    Raises:
        WrongInput: no cell takes it; the message gives each cell's reason.
    """
    found = sorted((_room(cell, platform, granted, residency) for cell in platform.cells), key=_order)
    for tenant in platform.tenants:
        if tenant.slug == slug:
            return Placement(slug, tenant.cell, True, tuple(found))
    if not found or found[0].refused:
        reasons = "; ".join(f"{each.cell}: {each.refused}" for each in found)
        raise WrongInput(f"no cell takes {slug}: {reasons or 'there are none'}; make another cell")
    return Placement(slug, found[0].cell, False, tuple(found))


def _order(room: Room) -> tuple[bool, float, str]:
    return bool(room.refused), -room.left, room.cell


def _room(cell: Cell, platform: Platform, granted: Mapping[str, Granted], residency: str | None) -> Room:
    site = platform.sites.get(cell.name, Site())
    beside = tuple(each for each in platform.cells if _account(each, platform) == _account(cell, platform))
    limits = least(granted.get(each.name, DEFAULTS) for each in beside)
    shared = account_capacity(platform.model_copy(update={"cells": beside}), limits)
    scarcest = max((cell_capacity(cell)[0], *shared), key=_used)
    return Room(cell.name, scarcest, _refusal(site, scarcest, residency))


def _account(cell: Cell, platform: Platform) -> tuple[str | None, str | None]:
    """Cells without a stated account share one."""
    site = platform.sites.get(cell.name, Site())
    return site.account, site.region


def _used(quota: QuotaUsage) -> float:
    return quota.used / quota.limit if quota.limit else 1.0


def _refusal(site: Site, scarcest: QuotaUsage, residency: str | None) -> str:
    if site.closed:
        return "platform.yaml closes it"
    if residency is not None and site.residency != residency:
        return f"its residency is {site.residency or 'not stated'}"
    if scarcest.used >= scarcest.limit:
        return f"{scarcest.used:,} of {scarcest.limit:,} {scarcest.name} are in use"
    return ""
