"""A tenant is what its file says, put into the place that its path names and completed by its tier."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SkipValidation, StringConstraints

from agreed.declarations import Group, Queue, Secret
from agreed.secrets import RUNTIME, SIGNING
from agreed.webhooks import Receiver
from tenantry.config.addresses import Email, Origin
from tenantry.config.auth import Auth
from tenantry.config.domains import Domain
from tenantry.config.lifecycle import Day, Retired, Status, ends_when_it_says, retired_are_out_of_use
from tenantry.config.model import Fault, Fixed, Model, unrepeated
from tenantry.config.slugs import KeyName
from tenantry.config.tiers import EffectiveLimits, Isolation, Tier
from tenantry.config.workload import Workload
from tenantry.groups import Groups, Member
from tenantry.rules.naming import AUTHORIZER

Encryption = Literal["aws-owned", "kms"]

API_KEYS = 10  # rotation needs two; more than a few are better served by tenants of their own
ORIGINS_BYTES = 2_000  # they share a function's environment of 4 KB (Lambda quota, hard)

NAME_PATTERN = r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?$"
RELEASE = r"^[0-9a-f]{12}$"
DisplayName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NAME_PATTERN)]


def in_canonical_order(routes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(routes))


class Data(Model):
    """Where and how the tenant's data is kept."""

    isolation: Isolation | None = Field(
        None, description="pooled: the cell's table; silo: a table of its own. Left out: the tier's."
    )
    encryption: Encryption = Field(
        "aws-owned",
        description="Whose key encrypts the data. aws-owned: a key that AWS owns; kms: a KMS key made "
        "for this tenant alone, which needs isolation: silo and costs $1 a month.",
    )


class Alarms(Model):
    """Who is notified of trouble."""

    email: Email | None = Field(None, description="The e-mail address that this tenant's alarms go to.")


def _origins_agree(values: Mapping[str, Any]) -> Iterable[Fault]:
    origins = values.get("cors_origins")
    if not isinstance(origins, tuple):
        return
    loc = ("cors_origins",)
    if "*" in origins and values.get("cors_credentials") is True:
        yield Fault(
            "is * together with cors_credentials", "list the origins, or take cors_credentials out", loc
        )
    if "*" in origins and len(origins) > 1:
        yield Fault("has * beside other origins", "keep * alone, or list the origins without it", loc)
    size = sum(len(origin) + 1 for origin in origins if isinstance(origin, str))
    if size > ORIGINS_BYTES:
        yield Fault(f"takes {size} bytes, over {ORIGINS_BYTES}", "list fewer origins", loc)


class TenantSettings(Model):
    """Settings that mean the same in the file and in the platform."""

    rules = (
        unrepeated("routes"),
        unrepeated("api_keys"),
        unrepeated("cors_origins"),
        _origins_agree,
        ends_when_it_says,
        retired_are_out_of_use,
    )

    name: DisplayName = Field(description="Display name.", examples=["Acme Corporation"])
    status: Status = Field(
        "active",
        description="suspended: its API answers 403, and everything that belongs to it stays. "
        "offboarding: the same, until the day in `until`. removed: after that day, nothing of it is "
        "deployed; this file records that it was there.",
    )
    reason: DisplayName | None = Field(None, description="Why it is not active, for whoever reads this file.")
    until: Day | None = Field(
        None,
        description="For offboarding and removed: the last day on which its data is kept.",
        examples=["2027-01-31"],
    )
    routes: Annotated[tuple[str, ...], AfterValidator(in_canonical_order)]
    auth: Auth = Field(
        description="Whose tokens open the routes that need one.", examples=[{"managed": {"keys": ["2026"]}}]
    )
    api_keys: tuple[KeyName, ...] = Field(
        min_length=1,
        max_length=API_KEYS,
        description="Names of the API keys. To rotate one: add a second, move the clients, drop the first.",
        examples=[["web"]],
        json_schema_extra={"uniqueItems": True},
    )
    retired: Retired = Field(
        default_factory=Retired,
        description="Keys that were in use and are gone. A deployed key may be removed only if it is "
        "listed here.",
    )
    data: Data = Field(default_factory=Data, description="Where and how the tenant's data is kept.")
    cors_origins: tuple[Origin, ...] = Field(
        (),
        description="Origins whose pages may call the API, written as browsers send them. A host may "
        "begin with *. to stand for every name below its domain. Or * alone.",
        json_schema_extra={"uniqueItems": True},
    )
    cors_credentials: bool = Field(
        False, description="Whether those pages may send cookies and other credentials; not together with *."
    )
    domain: Domain | None = Field(
        None, description="A domain of the tenant's own; its API answers at the root of it too."
    )
    alarms: Alarms = Field(default_factory=Alarms, description="Who is notified of trouble.")
    release: Annotated[str, StringConstraints(pattern=RELEASE)] | None = Field(
        None,
        description="The release that the tenant runs, in quotation marks: one that `tenantry releases` "
        "lists. Left out: the one that the stack's file names, or the newest.",
        examples=["4f0c2d81a9be"],
    )
    workload: Workload = Field(
        default_factory=Workload,
        description="The traffic that is expected. `tenantry cost` and `tenantry fit` use it; it changes "
        "no resource.",
    )


class Tenant(TenantSettings):
    """`options` and `webhooks` are what it sets for its groups; `groups` are all that are installed."""

    slug: str
    cell: str
    tier: Tier
    limits: EffectiveLimits
    groups: SkipValidation[Groups]
    options: Annotated[dict[str, Annotated[dict[str, str], AfterValidator(Fixed)]], AfterValidator(Fixed)] = (
        Field(default_factory=Fixed)
    )
    webhooks: Annotated[dict[str, tuple[Receiver, ...]], AfterValidator(Fixed)] = Field(default_factory=Fixed)

    @property
    def members(self) -> tuple[Member, ...]:
        """Its functions beside the authorizer."""
        return self.groups.of_tenant(self.routes, self.options, self.webhooks)

    @property
    def signers(self) -> tuple[Member, ...]:
        """Those of its functions that read its private keys, to sign tokens."""
        return tuple(each for each in self.members if each.function.reads(SIGNING))

    @property
    def queues(self) -> tuple[Queue, ...]:
        return self.groups.queues_of(self.routes, self.options, self.webhooks)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """The secrets whose values functions read; the signing keys are not among them."""
        found = self.groups.secrets_of(self.routes, self.options, self.webhooks)
        sealed = self.tier.cursors == "sealed"
        return found if sealed else tuple(each for each in found if each.name != RUNTIME)

    @property
    def traced(self) -> bool:
        """Whether X-Ray keeps some of its calls."""
        return self.tier.monitoring.traces == "sampled"

    def called(self, group: Group) -> tuple[str, ...]:
        """Names of the receivers of the group's events that are called over https; an option's first."""
        if group.webhooks is None:
            return ()
        single = group.webhooks.single
        by_option = "://" in self.options.get(group.name, {}).get(single, "")
        return (*([single] if by_option else []), *(each.name for each in self.webhooks.get(group.name, ())))

    @property
    def mails(self) -> bool:
        """Whether one of its functions sends mail."""
        return any(self.mailed(member) for member in self.members)

    def mailed(self, member: Member) -> list[str]:
        """The one address that the file names for that function's mail; empty where it sends none."""
        mails, options = member.function.mails, self.options.get(member.group.name, {})
        return [options[mails.option]] if mails and mails.holds(options) else []

    @property
    def ends(self) -> date | None:
        """The last day on which its data is kept; None where no end is in sight."""
        return date.fromisoformat(self.until) if self.until else None

    @property
    def memory_mb(self) -> dict[str, int]:
        """By function: what its group declares, or the tier's."""
        tiers = self.tier.memory_mb
        return {AUTHORIZER: tiers} | {each.name: each.function.memory_mb or tiers for each in self.members}

    def concurrency(self, member: Member | None) -> int | None:
        """The concurrency that is reserved for one function, and its maximum; None where the tier sets no
        bound.

        `member` None is the authorizer. A function that a queue feeds gets what the queue lets run at a time:
        with less, Lambda would take entries only to throttle them. A function that the clock runs gets 1.
        """
        if self.tier.reserved_concurrency is None:
            return None
        if member and member.queue:
            return member.queue.concurrency
        return 1 if member and member.schedule else self.tier.reserved_concurrency

    @property
    def isolation(self) -> Isolation:
        return self.data.isolation or self.tier.isolation

    @property
    def audience(self) -> str:
        """`aud` of the tokens that open this tenant."""
        return audience(self.slug, self.auth)


def audience(slug: str, auth: Auth) -> str:
    return auth.oidc.audience if auth.oidc else auth.audience or slug
