"""What the stack's last update declared, by its own outputs.

An update that fails leaves them as they were: the next one is compared with the last that went through.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tenantry.releases import Release

INSTEAD_OF = "instead_of"  # in the output of a tenant that is held


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
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ListedTenant:
    """Of a tenant in a stack of its own, what the cell's stack remembers."""

    status: str
    api_keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class LastUpdate:
    """Nothing, before the first one. `left` are slugs whose own tables are kept, and declared no more.

    Attributes:
        listed: tenants in stacks of their own, as the update of the cell's stack found them in their files;
            None where the tenants were declared with the cell.
        asked: whether the outputs were read. Who only asks what files come to knows no release but today's.
        releases: those that it kept, oldest first.
        runs: ids of the releases that tenants ran.
        instead: ids of those that they would have run, of tenants that were held after a rollback.
        run_elsewhere: ids of those that listed tenants run by their own stacks.
        records: domains whose records in DNS it made.
        domain: the one that it made for the cell; empty where it made none.
    """

    cell: str = ""
    tenants: Mapping[str, DeployedTenant] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    listed: Mapping[str, ListedTenant] | None = None
    asked: bool = False
    releases: tuple[Release, ...] = ()
    runs: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    run_elsewhere: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()
    domain: str = ""

    @property
    def everyone(self) -> Mapping[str, DeployedTenant | ListedTenant]:
        """Whoever was on the cell, as far as this stack knows."""
        return {**self.tenants, **(self.listed or {})}

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
                frozenset(each.get("addresses") or ()),
            )
            for slug, each in outputs.get("tenants", {}).items()
        }
        allowed, left = frozenset(outputs.get("allowed", ())), frozenset(outputs.get("left", ()))
        listed, known = outputs.get("listed"), of_releases(outputs)
        return cls(
            outputs.get("cell", ""),
            tenants,
            allowed,
            left,
            None if listed is None else _listed(listed),
            asked=True,
            releases=known.releases,
            runs=known.runs,
            instead=known.instead,
            records=frozenset(outputs.get("records", ())),
            domain=_domain(outputs),
        )


def _domain(outputs: Mapping[str, Any]) -> str:
    """Of the stack's domains, the one below which it maps tenants."""
    below = outputs.get("shared", {}).get("domain")
    return below if below in outputs.get("domains", ()) else ""


def _listed(output: Mapping[str, Any]) -> dict[str, ListedTenant]:
    return {slug: ListedTenant(each["status"], frozenset(each["api_keys"])) for slug, each in output.items()}


def of_releases(outputs: Mapping[str, Any]) -> LastUpdate:
    """Of releases alone, for who compares nothing else with what was."""
    kept = tuple(Release.of_json(each) for each in json.loads(outputs.get("releases", "[]")))
    runs, instead = run_by(outputs)
    return LastUpdate(asked=True, releases=kept, runs=runs, instead=instead)


def run_by(outputs: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """What tenants ran and, of those that were held, what they would have run; ids by slug."""
    tenants = outputs.get("tenants", {}).items()
    return (
        {slug: each["release"] for slug, each in tenants if each.get("release")},
        {slug: each[INSTEAD_OF] for slug, each in tenants if each.get(INSTEAD_OF)},
    )


NONE_YET = LastUpdate()
