"""YAML whose mappings know where they stand, so that what is wrong with one is reported by file and line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tenantry.errors import WrongInput
from tenantry.paths import shown


class ContractError(WrongInput):
    """The contract cannot be served; the message names file and line, where they are known."""


class Located(dict[str, Any]):
    """A mapping that knows its place in a file, as `file:line`."""

    place = ""


class Loader(yaml.CSafeLoader):
    pass


def refused(where: dict[str, Any], what: str) -> ContractError:
    """What is wrong with a part of the contract."""
    place = where.place if isinstance(where, Located) else ""
    return ContractError(f"{place}: {what}" if place else what)


def member(where: dict[str, Any], name: str) -> Any:
    """Raises ContractError: the mapping lacks it."""
    if name not in where:
        raise refused(where, f"there is no {name}; write it")
    return where[name]


def _located(loader: Any, node: Any) -> Iterator[Located]:
    """The mapping comes before what it holds, as PyYAML's own does: an alias in it may lead back to it."""
    mapping = Located()
    mapping.place = f"{shown(Path(node.start_mark.name))}:{node.start_mark.line + 1}"
    yield mapping
    mapping.update(loader.construct_mapping(node))


Loader.add_constructor("tag:yaml.org,2002:map", _located)
