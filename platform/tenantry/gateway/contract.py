"""Read the API's contract: routes, groups and the scopes that they need."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tenantry.errors import WrongInput
from tenantry.paths import CONTRACT, ROOT
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


class ContractError(WrongInput):
    """The contract cannot be served; the message names file and line, where they are known."""


class Located(dict[str, Any]):
    """A mapping that knows its place in a file, as `file:line`."""

    place = ""


class _Loader(yaml.CSafeLoader):
    pass


def load(path: Path = CONTRACT) -> Document:
    """The parsed contract, of `Located` mappings.

    Raises:
        ContractError: it is not YAML, or not a mapping with paths.
    """
    shown = _shown(path)
    with path.open("rb") as file:
        try:
            document = yaml.load(file, Loader=_Loader)  # noqa: S506 - a safe loader's own
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise ContractError(f"{shown}:{line}: {error.problem}; write valid YAML") from None
        except yaml.reader.ReaderError as error:
            raise ContractError(f"{shown}:1: {error.reason}; write valid YAML in UTF-8") from None
    if not isinstance(document, Located) or not isinstance(document.get("paths"), Located):
        raise ContractError(f"{shown}:1: there is no mapping of paths; write an OpenAPI document")
    return document


def refused(where: Document, what: str) -> ContractError:
    """What is wrong with a part of the contract."""
    place = where.place if isinstance(where, Located) else ""
    return ContractError(f"{place}: {what}" if place else what)


def member(where: Document, name: str) -> Any:
    """Raises ContractError: the mapping lacks it."""
    if name not in where:
        raise refused(where, f"there is no {name}; write it")
    return where[name]


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


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _located(loader: Any, node: Any) -> Iterator[Located]:
    """The mapping comes before what it holds, as PyYAML's own does: an alias in it may lead back to it."""
    mapping = Located()
    mapping.place = f"{_shown(Path(node.start_mark.name))}:{node.start_mark.line + 1}"
    yield mapping
    mapping.update(loader.construct_mapping(node))


_Loader.add_constructor("tag:yaml.org,2002:map", _located)
