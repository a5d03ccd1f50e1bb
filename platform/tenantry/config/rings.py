"""In which order stacks get a change, and what has to hold before the next ones do."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from tenantry.config.model import Fault, Model, unrepeated
from tenantry.config.slugs import KeyName

REST = "rest"  # the ring of stacks that no other takes
MEMBERS = ("stacks", "tenants", "tiers", "share")


def _takes_something(values: Mapping[str, Any]) -> Iterable[Fault]:
    if not any(name in values for name in MEMBERS):
        yield Fault("takes no stack", f"give it one of {', '.join(MEMBERS)}")


def _not_the_rest(values: Mapping[str, Any]) -> Iterable[Fault]:
    if values.get("name") == REST:
        yield Fault("is the ring of the stacks that no other takes", "choose another name", ("name",))


class Gate(Model):
    """What has to hold in a ring's stacks before the next ring begins, compared with the hour before the
    ring's first update.
    """

    more_5xx_percent: float = Field(
        1.0,
        ge=0,
        le=100,
        description="By how many percentage points the share of a tenant's calls that "
        "are answered 5xx may grow.",
    )
    slower_p99: float = Field(
        1.5, ge=1, le=100, description="By what factor a tenant's p99 latency may grow."
    )
    alarms: bool = Field(
        True, description="Whether an alarm that has gone off since that update fails the gate."
    )
    calls: bool = Field(
        False,
        description="Whether the gate calls each tenant's front door, as `tenantry verify --call` does.",
    )


class Ring(Model):
    """Stacks that get a change together. A stack belongs to the first ring that takes it."""

    rules = (
        _takes_something,
        _not_the_rest,
        unrepeated("stacks"),
        unrepeated("tenants"),
        unrepeated("tiers"),
    )

    name: KeyName = Field(description="The ring's name in reports.", examples=["canary"])
    stacks: tuple[str, ...] = Field(
        (), description="Names of stacks.", json_schema_extra={"uniqueItems": True}, examples=[["demo"]]
    )
    tenants: tuple[str, ...] = Field(
        (), description="The stacks that declare these tenants.", json_schema_extra={"uniqueItems": True}
    )
    tiers: tuple[KeyName, ...] = Field(
        (),
        description="Stacks whose tenants are all of these tiers.",
        json_schema_extra={"uniqueItems": True},
    )
    share: int | None = Field(
        None,
        ge=1,
        le=100,
        description="A share of all stacks, in percent, chosen by a digest of their names, so that a "
        "stack stays in its ring when others are added. If two rings have shares, the later one's "
        "includes the earlier one's.",
    )
    soak_minutes: int = Field(
        0, ge=0, le=10_080, description="How long to wait before the gate is checked, in minutes."
    )
    gate: Gate | None = Field(None, description="What has to hold then. Left out: nothing is checked.")


class RingsFile(Model):
    """How a change is rolled out. Without this file all stacks are one ring, without a gate."""

    rules = (unrepeated("rings", "name"),)

    rings: tuple[Ring, ...] = Field(
        (),
        description="The rings, in order. Stacks that none of them takes come last, in a ring called `rest`.",
    )
    at_once: int = Field(4, ge=1, le=64, description="How many stacks are updated at a time.")
    auto_rollback: bool = Field(
        False,
        description="Whether a gate that fails takes back at once what the rollout touched, as `tenantry "
        "fleet rollback` does.",
    )
    failing_percent: int = Field(
        20,
        ge=0,
        le=100,
        description="The percentage of a ring's stacks that may fail; if more fail, "
        "the rollout ends with that ring.",
    )
