"""The contract as clients get it: the routes of one tenant or of all, and the components that these need."""

from collections.abc import Container, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tenantry.gateway.contract import Document
from tenantry.gateway.parts import METHODS

if TYPE_CHECKING:
    from tenantry.config import Tenant

CORE = "core"
SCOPES = "x-tenantry-scopes"
LIMITS = "x-tenantry-limits"
ISSUER = "x-tenantry-issuer"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a tenant's API is; `issuer` is the `iss` of its tokens."""

    url: str
    issuer: str


def of_tenant(
    document: Document,
    tenant: "Tenant",
    address: Address | None = None,
    lasting: Sequence[str] = (),
    closed: bool = False,
) -> Document:
    """What a tenant answers, with its limits and scopes; without an address, the pattern of AWS's own.

    Args:
        lasting: addresses by a domain, which stay; they come first.
        closed: AWS's own answers nobody.
    """
    groups = tenant.routes
    paths = {path: _served(item, groups) for path, item in document["paths"].items()}
    kept = deepcopy(document)
    kept["info"]["title"] = f"{tenant.name} API"
    kept["info"]["description"] = f"{document['info']['description']} {limits(tenant)}"
    kept[LIMITS] = tenant.limits.model_dump(exclude_none=True)
    kept["paths"] = {path: item for path, item in paths.items() if item}
    kept["tags"] = [tag for tag in document["tags"] if tag["name"] == CORE or tag["name"] in groups]
    kept["components"] = _needed(document, kept["paths"])
    _name_scopes(kept, tenant, address)
    if address is not None:
        kept["servers"] = [{"url": address.url, "description": tenant.name}]
    elif closed:
        kept["servers"] = []
    else:
        for server in kept["servers"]:
            server["variables"]["tenant"]["default"] = tenant.slug
    kept["servers"] = [{"url": each, "description": tenant.name} for each in lasting] + kept["servers"]
    return kept


def limits(tenant: "Tenant") -> str:
    """As a sentence."""
    own = tenant.limits
    rate = f"Each API key may make {own.rate_per_second:,} requests a second and {own.burst:,} at once"
    return f"{rate}, {own.quota.limit:,} a {own.quota.period}." if own.quota else f"{rate}."


def _name_scopes(document: Document, tenant: "Tenant", address: Address | None) -> None:
    """On the scheme of tokens: OpenAPI 3.0 has no place for the scopes of a bearer token."""
    scopes: dict[str, list[str]] = {}
    for _, operation in operations(document):
        if scope := operation.get("x-tenantry-scope"):
            scopes.setdefault(scope, []).append(operation["operationId"])
    token = document["components"]["securitySchemes"]["token"] = deepcopy(
        document["components"]["securitySchemes"]["token"]
    )
    token[SCOPES] = dict(sorted(scopes.items()))
    if address:
        token[ISSUER] = address.issuer
    token["description"] += f" Its audience is {tenant.audience}"
    token["description"] += f", its issuer {address.issuer}." if address else "."


def operations(document: Document) -> Iterator[tuple[str, Document]]:
    """Each with its route, such as `GET /items/{collection}`, in the document's order."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def _served(item: Document, groups: Container[str]) -> Document:
    return {
        method: operation
        for method, operation in item.items()
        if method in METHODS
        and (operation["x-tenantry-group"] == CORE or operation["x-tenantry-group"] in groups)
        and not is_page(operation)
    }


def is_page(operation: Document) -> bool:
    """Whether it is for browsers: no client calls it."""
    return not operation["security"] and operation["x-tenantry-group"] != CORE


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
