"""See a resource as rules need it, whoever hands it over; what nobody knows yet is never called missing."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from tenantry.rules.kinds.kind import values_at
from tenantry.rules.kinds.tokens import TENANT


class Unknown(Enum):
    """An output that a preview cannot know. It is true, so `not value` says "known to be missing"."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True)
class Resource:
    """`properties` are camelCase: inputs before it is made, outputs after.

    `sources` are the URNs that a property is made of. They are known when its value is not.
    """

    type: str
    name: str
    urn: str
    properties: Mapping[str, Any]
    parent: str = ""
    sources: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.type.rpartition(':')[2]} {self.name}"

    def at(self, path: str) -> Any:
        """The value at `path`, such as `tracingConfig.mode`; None where it, or what would hold it, is not."""
        value: Any = self.properties
        for step in path.split("."):
            if value is UNKNOWN:
                return UNKNOWN
            value = value.get(step) if isinstance(value, Mapping) else None
        return value

    def document(self, path: str) -> Any:
        """The same, where it may be JSON as text."""
        return _parsed(self.at(path))

    def documents(self, path: str) -> Iterator[Any]:
        """The same, where lists may lie on the way."""
        return map(_parsed, values_at(self.properties, path))


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


@dataclass(frozen=True)
class Stack:
    """All resources that a rule may look at: a whole stack, or one resource that is about to be made."""

    resources: tuple[Resource, ...]

    def of(self, *types: str) -> Iterator[Resource]:
        return (each for each in self.resources if each.type in types)

    def on_aws(self) -> Iterator[Resource]:
        return (each for each in self.resources if each.type.startswith("aws:"))

    def tenant_of(self, resource: Resource) -> str | None:
        """The slug of the tenant below whose component it is; None for what tenants share."""
        above: Resource | None = resource
        while above is not None:
            if above.type == TENANT:
                return above.name
            above = self._by_urn.get(above.parent)
        return None

    @cached_property
    def _by_urn(self) -> dict[str, Resource]:
        return {each.urn: each for each in self.resources}
