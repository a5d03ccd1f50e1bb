"""Read the API's contract: routes, groups and the scopes that they need."""

from pathlib import Path
from typing import Any

import yaml

from tenantry.paths import CONTRACT

Document = dict[str, Any]


def load(path: Path = CONTRACT) -> Document:
    document: Document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return document


def scopes(contract: Document, groups: tuple[str, ...]) -> list[str]:
    """Every scope that a route of these groups needs, sorted."""
    needed = {
        operation["x-tenantry-scope"]
        for item in contract["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
        and operation.get("x-tenantry-group") in groups
        and "x-tenantry-scope" in operation
    }
    return sorted(needed)
