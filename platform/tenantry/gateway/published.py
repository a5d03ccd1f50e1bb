"""The contract as clients get it: the routes of one tenant or of all, and the components that these need."""

from collections.abc import Container, Iterator, Sequence
from copy import deepcopy
from typing import Any

from tenantry.gateway.contract import Document
from tenantry.gateway.parts import METHODS

CORE = "core"


def of_tenant(
    document: Document, slug: str, groups: Container[str], addresses: Sequence[str] = ()
) -> Document:
    """What a tenant answers that switches these groups on; `addresses`, which stay, come first."""
    paths = {path: _served(item, groups) for path, item in document["paths"].items()}
    kept = deepcopy(document)
    kept["paths"] = {path: item for path, item in paths.items() if item}
    kept["tags"] = [tag for tag in document["tags"] if tag["name"] == CORE or tag["name"] in groups]
    kept["components"] = _needed(document, kept["paths"])
    for server in kept["servers"]:
        server["variables"]["tenant"]["default"] = slug
    kept["servers"] = [{"url": each} for each in addresses] + kept["servers"]
    return kept


def _served(item: Document, groups: Container[str]) -> Document:
    return {
        method: operation
        for method, operation in item.items()
        if method in METHODS
        and (operation["x-tenantry-group"] == CORE or operation["x-tenantry-group"] in groups)
    }


def _needed(document: Document, paths: Document) -> Document:
    """The components that the paths refer to, and those that these refer to."""
    components: Document = {"securitySchemes": document["components"]["securitySchemes"]}
    open_: list[Any] = [paths]
    while open_:
        for kind, name in _references(open_.pop()):
            known = components.setdefault(kind, {})
            if name not in known:
                known[name] = document["components"][kind][name]
                open_.append(known[name])
    return {
        kind: dict(sorted(components[kind].items())) for kind in document["components"] if kind in components
    }


def _references(value: Any) -> Iterator[tuple[str, str]]:
    """Kind and name of each component that is referred to."""
    if isinstance(value, dict):
        if isinstance(target := value.get("$ref"), str):
            _, _, kind, name = target.split("/")
            yield kind, name
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _references(each)
