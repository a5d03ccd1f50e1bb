"""A tier bundles limits and options; a tenant may override its limits, one by one, and nothing else."""

from typing import Literal

from pydantic import Field
from pydantic.config import JsonDict

from tenantry.config.domains import CellDomain
from tenantry.config.model import Model
from tenantry.config.quotas import BURST, CONCURRENCY, MEMORY_MB, REQUESTS_PER_SECOND, STAGES_PER_API
from tenantry.config.quotas import UNRESERVED_CONCURRENCY as UNRESERVED
from tenantry.config.slugs import CellName, KeyName

Isolation = Literal["pooled", "silo"]
Period = Literal["day", "week", "month"]
AlarmsOf = Literal["own", "cell", "none"]

# The values that CloudWatch Logs accepts in PutRetentionPolicy.
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # fmt: skip

_CLOSED: JsonDict = {"additionalProperties": False}  # pydantic leaves it out beside a pattern of names
_RATE = (
    f"Sustained requests per second, for each API key. The account as a whole has {REQUESTS_PER_SECOND:,}."
)
_BURST = f"Requests that may come at once, for each API key. The account as a whole has {BURST:,}."
_QUOTA = "Requests in a period, for each API key. Left out: no quota."


class Quota(Model):
    """API Gateway counts requests on a best-effort basis: a quota is not a cost cap."""

    limit: int = Field(ge=1, le=2_147_483_647, examples=[10_000], description="Requests in a period.")
    period: Period = Field(examples=["day"], description="How often the count starts again.")


class Limits(Model):
    """The limits of its tier that a tenant overrides."""

    rate_per_second: int | None = Field(None, ge=1, le=REQUESTS_PER_SECOND, description=_RATE)
    burst: int | None = Field(None, ge=1, le=BURST, description=_BURST)
    quota: Quota | None = Field(None, description=_QUOTA)


class EffectiveLimits(Model):
    """The limits that hold for a tenant: its tier's, with the tenant's overrides."""

    rate_per_second: int
    burst: int
    quota: Quota | None


class Monitoring(Model):
    """How a tenant is watched; its access log, its functions' logs and AWS's own metrics are always there."""

    alarms: AlarmsOf = Field(
        "own",
        description="own: the tenant has alarms of its own, joined in one; cell: for each condition, one "
        "alarm watches all such tenants of the cell and names the one in trouble; none: nobody is "
        "notified.",
    )
    metrics: Literal["detail", "free"] = Field(
        "detail",
        description="detail: functions count verdicts, writes, consumed capacity and the like, and each "
        "of these metrics is billed; free: only what AWS measures by itself.",
    )
    traces: Literal["sampled", "off"] = Field(
        "sampled", description="sampled: X-Ray keeps some of the calls; off: none."
    )


class TierOptions(Model):
    """A tier as tiers.yaml writes it, under its name."""

    rate_per_second: int = Field(ge=1, le=REQUESTS_PER_SECOND, examples=[50], description=_RATE)
    burst: int = Field(ge=1, le=BURST, examples=[100], description=_BURST)
    quota: Quota | None = Field(None, description=_QUOTA)
    memory_mb: int = Field(
        256, ge=MEMORY_MB[0], le=MEMORY_MB[1], description="Memory of each function; CPU grows with it."
    )
    reserved_concurrency: int | None = Field(
        None,
        ge=1,
        le=CONCURRENCY - UNRESERVED,
        description="Concurrency that is both reserved for and the maximum of the tenant's authorizer "
        "and each of its route groups; a function that a queue feeds gets the queue's concurrency, and "
        "one that runs by the clock gets 1. It is taken out of what all other functions share. Left "
        "out: no function is bounded.",
    )
    log_retention_days: RetentionDays = Field(
        30, description="Days that logs are kept; one of the values that CloudWatch accepts."
    )
    dashboard: Literal["dedicated", "shared", "none"] = Field(
        "shared",
        description="dedicated: one of the tenant's own ($3 a month); shared: the cell's; "
        "none: no dashboard.",
    )
    monitoring: Monitoring = Field(
        default_factory=Monitoring, description="How its tenants are watched, and which metrics are paid for."
    )
    cursors: Literal["sealed", "unsealed"] = Field(
        "sealed",
        description="sealed: positions in listings carry a seal made with the tenant's own key, which is "
        "kept in a secret ($0.40 a month); unsealed: they carry a checksum. A client could forge one, "
        "but would only list its own tenant's records from another position.",
    )
    isolation: Isolation = Field(
        "pooled",
        description="Where data lives unless the tenant's file says otherwise. pooled: the cell's table; "
        "silo: a table of the tenant's own.",
    )


class Tier(TierOptions):
    name: str


class CellOptions(Model):
    """What differs for one cell: what AWS grants its account beyond the defaults, and its domain."""

    stages_quota: int = Field(
        STAGES_PER_API,
        ge=1,
        description="Stages per API that AWS grants this cell's account, and so the most tenants that it "
        f"can hold. {STAGES_PER_API} by default; raise it here once AWS has raised it there.",
    )
    domain: CellDomain | None = Field(
        None, description="The domain of its tenants' lasting addresses, https://<name>/<tenant>."
    )


class TiersFile(Model):
    """Tiers that tenants choose from, and what differs between cells."""

    tiers: dict[KeyName, TierOptions] = Field(
        min_length=1, description="Tiers by name.", json_schema_extra=_CLOSED
    )
    cells: dict[CellName, CellOptions] = Field(
        default_factory=dict,
        description="Cells that have a domain, or whose quotas differ from AWS's defaults, by name.",
        json_schema_extra=_CLOSED,
    )

    def named(self) -> dict[str, Tier]:
        return {name: Tier(name=name, **dict(options)) for name, options in self.tiers.items()}


def effective_limits(tier: Tier, overrides: Limits) -> EffectiveLimits:
    """Override one by one; a quota is replaced as a whole, for a limit means nothing without its period."""
    chosen = {
        name: tiers if override is None else override
        for name in EffectiveLimits.model_fields
        for tiers, override in [(getattr(tier, name), getattr(overrides, name))]
    }
    return EffectiveLimits(**chosen)
