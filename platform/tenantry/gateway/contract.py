"""Read the API's contract: routes, groups and the scopes that they need."""

from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tenantry.paths import CONTRACT
from tenantry.rules.naming import GROUPS

Document = dict[str, Any]
IDEMPOTENCY_KEY = "#/components/parameters/IdempotencyKey"


class Route(NamedTuple):
    """`repeatable`: it takes an Idempotency-Key."""

    method: str
    resource: str
    group: str
    repeatable: bool

    def __str__(self) -> str:
        """As log lines and metrics name it."""
        return f"{self.method} {self.resource}"


def load(path: Path = CONTRACT) -> Document:
    document: Document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return document


def routes(contract: Document) -> tuple[Route, ...]:
    """Those that functions serve, in the contract's order."""
    return tuple(
        Route(
            method.upper(),
            resource,
            operation["x-tenantry-group"],
            {"$ref": IDEMPOTENCY_KEY} in operation.get("parameters", []),
        )
        for resource, item in contract["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and operation.get("x-tenantry-group") in GROUPS
    )


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
