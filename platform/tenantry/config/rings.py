"""Say in which order stacks get a change, and what has to hold before more of them do."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import Field

from tenantry.config.model import Fault, Model, unrepeated
from tenantry.config.slugs import KeyName

MEMBERS = ("stacks", "tenants", "tiers", "share")


def _takes_something(values: Mapping[str, Any]) -> Iterable[Fault]:
    if not any(name in values for name in MEMBERS):
        yield Fault("takes no stack", f"give it one of {', '.join(MEMBERS)}")


class Gate(Model):
    """What has to hold in a ring's stacks before the next ring begins, against the hour before."""

    more_5xx_percent: float = Field(
        1.0, ge=0, le=100, description="By how many points the share of calls answered 5xx may grow."
    )
    slower_p99: float = Field(1.5, ge=1, le=100, description="How many times as long p99 may take.")
    alarms: bool = Field(True, description="Whether an alarm that began to ring during the rollout counts.")
    calls: bool = Field(
        False,
        description="Whether each tenant's front door is called, as `tenantry verify --call` does.",
    )


class Ring(Model):
    """Stacks that get a change together. A stack belongs to the first ring that takes it."""

    rules = (_takes_something, unrepeated("stacks"), unrepeated("tenants"), unrepeated("tiers"))

    name: KeyName = Field(description="Its name, in reports.", examples=["canary"])
    stacks: tuple[str, ...] = Field(
        (), description="Stacks by name.", json_schema_extra={"uniqueItems": True}, examples=[["demo"]]
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
        description="A share of all stacks, in percent, by a digest of their names: a stack stays in its "
        "ring as others come. Of two rings with shares, the later one's counts the earlier one's too.",
    )
    soak_minutes: int = Field(0, ge=0, le=10_080, description="How long to wait before the gate is asked.")
    gate: Gate | None = Field(None, description="What has to hold then. Left out: nothing.")


class RingsFile(Model):
    """How a change is rolled out. Without this file all stacks are one ring, without a gate."""

    rules = (unrepeated("rings", "name"),)

    rings: tuple[Ring, ...] = Field(
        (), description="In their order. Stacks that none of them takes come last, in a ring called `rest`."
    )
    at_once: int = Field(4, ge=1, le=64, description="How many stacks are updated at a time.")
    auto_rollback: bool = Field(
        False,
        description="Whether a gate that fails has what the rollout touched taken back at once, as by "
        "`tenantry fleet rollback`.",
    )
    failing_percent: int = Field(
        20, ge=0, le=100, description="A ring of whose stacks a larger share fails is the rollout's last."
    )
