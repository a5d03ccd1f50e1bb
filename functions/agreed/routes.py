"""Every route that a function serves, in one table: the router and the authorizer's policy read it.

The table repeats `openapi.yaml` on purpose, so that a cold start parses no YAML; a contract test
holds the two together.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Route:
    """`path` is the gateway's resource path; `scope` is None where a key alone is enough."""

    method: str
    path: str
    group: str
    operation: str
    scope: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


ROUTES: Final = (
    Route("POST", "/contact", "contact", "sendMessage"),
    Route("GET", "/items/{collection}", "items", "listItems", "items:read"),
    Route("POST", "/items/{collection}", "items", "createItem", "items:write"),
    Route("GET", "/items/{collection}/{id}", "items", "readItem", "items:read"),
    Route("PUT", "/items/{collection}/{id}", "items", "replaceItem", "items:write"),
    Route("DELETE", "/items/{collection}/{id}", "items", "deleteItem", "items:write"),
    Route("GET", "/tools/contacts", "tools", "listContacts", "tools:read"),
    Route("PATCH", "/tools/contacts/{id}", "tools", "changeContact", "tools:write"),
    Route("GET", "/tools/summary", "tools", "readSummary", "tools:read"),
)


_BY_REQUEST: Final = {(route.group, route.method, route.path): route for route in ROUTES}


def find(group: str, method: str, path: str) -> Route | None:
    """The group's own route, or None: a function never serves a route of another group."""
    return _BY_REQUEST.get((group, method, path))


def methods(group: str, path: str) -> tuple[str, ...]:
    """The methods that the group serves on a path; empty when the path is not the group's."""
    return tuple(r.method for r in ROUTES if (r.group, r.path) == (group, path))
