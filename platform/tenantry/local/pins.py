"""Let a tenant run the newest release here, where its file pins it to one that only its stack on AWS keeps.

A release's id includes runtime and architecture, so another machine has none of the same id.
"""

from collections.abc import Collection, Mapping

from tenantry.config import Cell


def localized(cell: Cell, kept: Collection[str]) -> Cell:
    """The cell without the pins to releases that are not kept here."""
    tenants = tuple(
        each.model_copy(update={"release": None}) if each.release and each.release not in kept else each
        for each in cell.tenants
    )
    return cell.model_copy(update={"tenants": tenants})


def left_out(cell: Cell, runs: Mapping[str, str]) -> list[str]:
    """A line for each tenant that does not run what its file pins.

    Args:
        runs: the ids of the releases that tenants run here, by slug.
    """
    return [
        f"{each.slug} is pinned to release {each.release}, which is not kept here; it runs the newest"
        for each in cell.tenants
        if each.release and runs.get(each.slug) != each.release
    ]
