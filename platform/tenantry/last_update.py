"""What the stack's last update declared, by its own outputs.

An update that fails leaves them as they were: the next one is compared with the last that went through.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class DeployedTenant:
    """`granted` is the policy of each function's role, as JSON; `ends` the last day that data is kept."""

    status: str
    isolation: str
    encryption: str
    api_keys: frozenset[str]
    signing_keys: frozenset[str]
    granted: Mapping[str, str] = field(default_factory=dict)
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """Nothing, before the first one. `left` are slugs whose own tables are kept, and declared no more."""

    cell: str = ""
    tenants: Mapping[str, DeployedTenant] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()

    @property
    def silos(self) -> frozenset[str]:
        """Slugs of those that had a table of their own."""
        return frozenset(slug for slug, each in self.tenants.items() if each.isolation == "silo")

    @classmethod
    def of(cls, outputs: Mapping[str, Any]) -> "LastUpdate":
        """Outputs as `program.declare` gives them."""
        granted = json.loads(outputs.get("granted", "{}"))
        tenants = {
            slug: DeployedTenant(
                each["status"],
                each["isolation"],
                each["encryption"],
                frozenset(each["api_key_ids"]),
                frozenset(each.get("signing_keys", ())),
                granted.get(slug, {}),
                date.fromisoformat(each["until"]) if each.get("until") else None,
            )
            for slug, each in outputs.get("tenants", {}).items()
        }
        allowed, left = frozenset(outputs.get("allowed", ())), frozenset(outputs.get("left", ()))
        return cls(outputs.get("cell", ""), tenants, allowed, left)


NONE_YET = LastUpdate()
