"""Show what `update` would change for each tenant, as `tenantry plan` does, compared with what runs here."""

import json
import os
from collections import Counter
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tenantry.config import Cell, Platform
from tenantry.deployment import Deployment
from tenantry.errors import Failed
from tenantry.local import key_values
from tenantry.local.engine import inventory
from tenantry.local.engine.inventory import Entry
from tenantry.local.state import LocalPlatform

if TYPE_CHECKING:
    from tenantry.planning.declared import Declared, DeclaredResource
    from tenantry.planning.totals import Total

DECLARED = "declared.json"


def keep(directory: Path, cell: Cell) -> None:
    """Remember what the files said that are deployed now. They name receivers of messages: mode 0600."""
    part = directory / f"{DECLARED}.part"
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(_declared(cell)), file)
    part.replace(directory / DECLARED)


def kept(directory: Path) -> bool:
    return (directory / DECLARED).exists()


def preview(platform: LocalPlatform, cell: Cell, here: Cell, deployment: Deployment) -> "Total":
    """What an update would do now. Of AWS's calls and their time it says nothing.

    Args:
        cell: the platform's own, as its files say it now.
        here: the same as it is deployed here, with how: what `platform.declared` answers.

    Raises:
        DeploymentError, ArtifactError, UpdateUnderWay: the update would be refused.
        Failed: what was deployed is not known.
    """
    from tenantry.local.engine.previewing import foreseen
    from tenantry.planning.declared import Declared
    from tenantry.planning.previews import Preview
    from tenantry.planning.steps import Stepped
    from tenantry.planning.totals import of_stack
    from tenantry.program import declare

    directory = platform.record.directory
    if not kept(directory):
        raise Failed(
            "what this platform was made from is not recorded; `tenantry update` records it, and a preview "
            "after the next edit compares with that"
        )
    before = Declared.read((directory / DECLARED).read_text())
    program = partial(declare, here, replace(deployment, key_values=key_values.of_cell(cell)))
    clients = platform.root_session().client
    with inventory.looked_into(directory) as made:
        found = foreseen(program, deployment.names.stack, clients, made, deployment.arns)
    was = {each.before.urn: _resource(each.before) for each in found if each.before}
    steps = [Stepped(each.step, _resource(each.resource)) for each in found]
    total = of_stack(before, _declared(cell), cell.name, Preview(was, steps, ""))
    return replace(total, calls=Counter())


def _declared(cell: Cell) -> "Declared":
    """Without resources, which the inventory has."""
    from tenantry.planning.declared import of_platform

    return of_platform(Platform(tiers=(), cells=(cell,)), ())


def _resource(entry: Entry) -> "DeclaredResource":
    from tenantry.planning.declared import DeclaredResource

    said = (entry.urn, entry.type, entry.name, entry.owner, entry.inputs)
    return DeclaredResource(*said, ignored=[], sources={}, retained=entry.retained)
