"""Every route that a function serves, in one table: the router and the authorizer's policy read it.

Whatever is read by GET can be asked for by HEAD (RFC 9110, 9.1), by the same callers; the gateway leaves out
the content.

The table is `route_table`, which packing writes from the contract's parts: a cold start parses no YAML.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache


@dataclass(frozen=True, slots=True)
class Route:
    """`path` is the gateway's resource path; `scope` is None where no token is needed; `parameters` are
    those that its query may hold."""

    method: str
    path: str
    group: str
    operation: str
    scope: str | None = None
    parameters: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def stated() -> tuple[Route, ...]:
    """The contract's."""
    from agreed.route_table import ROUTES  # made when the code is packed

    return tuple(Route(*each) for each in ROUTES)


@cache
def table() -> tuple[Route, ...]:
    """The contract's, and a HEAD behind each GET."""
    return tuple(
        route
        for each in stated()
        for route in ((each, replace(each, method="HEAD")) if each.method == "GET" else (each,))
    )


@cache
def _by_request() -> dict[tuple[str, str, str], Route]:
    return {(route.group, route.method, route.path): route for route in table()}


def find(group: str, method: str, path: str) -> Route | None:
    """The group's own route, or None: a function never serves a route of another group."""
    return _by_request().get((group, method, path))


def methods(group: str, path: str) -> tuple[str, ...]:
    """The methods that the group serves on a path; empty when the path is not the group's."""
    return tuple(route.method for route in table() if (route.group, route.path) == (group, path))


def scopes(groups: Collection[str]) -> frozenset[str]:
    """Those that open the routes of these groups."""
    return frozenset(route.scope for route in stated() if route.scope and route.group in groups)


def installed(group: str) -> bool:
    """Whether the platform has the group, whichever tenants switch it on."""
    return any(route.group == group for route in table())


def served(operation: str) -> bool:
    """Whether the platform has the route: one that needs another group is not there without it."""
    return any(route.operation == operation for route in table())
