"""Record a deployment onto this machine, with how many resources of whom it changed, wherever it ends."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tenantry.config import Cell
from tenantry.local.engine.changes import Change
from tenantry.operations.trail import kept


@contextmanager
def recorded(action: str, cell: Cell) -> Iterator[list[Change]]:
    """For each change that is done.

    Raises:
        Unrecorded: it cannot be recorded, and must not begin.
    """
    done: list[Change] = []
    slugs = [tenant.slug for tenant in cell.tenants]
    with kept.of_cell(cell.name).act(action, None, tenants=slugs) as act:
        try:
            yield done
        finally:
            owners = Counter(each.owner for each in done)
            act.outcome["shared"] = owners.pop("", 0)
            act.outcome["changed"] = dict(owners)
