"""A tenant is what its file says, put into the place that its path names and completed by its tier."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from tenantry.config.addresses import Email, Notify, Origin
from tenantry.config.auth import Auth
from tenantry.config.model import Fault, Model, unrepeated
from tenantry.config.slugs import KeyName
from tenantry.config.tiers import EffectiveLimits, Isolation, Limits, Tier, effective_limits
from tenantry.config.workload import Workload
from tenantry.rules.naming import GROUPS

Group = Literal["contact", "items", "tools"]
Status = Literal["active", "suspended"]
Encryption = Literal["aws-owned", "kms"]

API_KEYS = 10  # rotation needs two; more than a few are better served by tenants of their own
ORIGINS_BYTES = 2_000  # they share a function's environment of 4 KB (Lambda quota, hard)

NAME_PATTERN = r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?$"
DisplayName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=NAME_PATTERN)]


def _in_canonical_order(routes: tuple[Group, ...]) -> tuple[Group, ...]:
    return tuple(sorted(routes, key=GROUPS.index))


class Data(Model):
    """Where and how the tenant's data is kept."""

    isolation: Isolation | None = Field(
        None, description="pooled: the cell's table; silo: a table of its own. Left out: the tier's."
    )
    encryption: Encryption = Field(
        "aws-owned",
        description="Whose key the data is kept under: one that AWS owns, or (kms) a KMS key made for this "
        "tenant alone, which needs isolation: silo and costs $1 a month.",
    )


class Contact(Model):
    """The route group `contact`."""

    notify: Notify | None = Field(
        None,
        description="Where contact messages go: an e-mail address or an https webhook.",
        examples=["office@example.com"],
    )


class Alarms(Model):
    """Who hears of trouble."""

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
    """What means the same in the file and in the platform."""

    rules = (unrepeated("routes"), unrepeated("api_keys"), unrepeated("cors_origins"), _origins_agree)

    name: DisplayName = Field(description="Display name.", examples=["Acme Corporation"])
    status: Status = Field(
        "active", description="A suspended tenant keeps its data, and its API answers 403."
    )
    routes: Annotated[tuple[Group, ...], AfterValidator(_in_canonical_order)] = Field(
        min_length=1,
        description="Route groups that are switched on; the others answer 404.",
        examples=[["items"]],
        json_schema_extra={"uniqueItems": True},
    )
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
    data: Data = Field(default_factory=Data, description="Where and how the tenant's data is kept.")
    cors_origins: tuple[Origin, ...] = Field(
        (),
        description="Origins whose pages may call the API, as browsers send them; or * alone.",
        json_schema_extra={"uniqueItems": True},
    )
    cors_credentials: bool = Field(
        False, description="Whether those pages may send cookies and the like; not together with *."
    )
    contact: Contact = Field(default_factory=Contact, description="Options of the route group contact.")
    alarms: Alarms = Field(default_factory=Alarms, description="Who hears of trouble.")
    workload: Workload = Field(
        default_factory=Workload,
        description="The traffic that is expected: for `tenantry cost` and `tenantry fit`, and no resource.",
    )


class TenantFile(TenantSettings):
    """One tenant of Tenantry. The file's name is the tenant's slug; its folder is the tenant's cell."""

    tier: str = Field(description="One of the tiers in tiers.yaml.", examples=["bronze"])
    limits: Limits = Field(default_factory=Limits, description="Overrides of the tier's limits.")

    def placed(self, slug: str, cell: str, tier: Tier) -> "Tenant":
        settings = {name: getattr(self, name) for name in TenantSettings.model_fields}
        return Tenant(slug=slug, cell=cell, tier=tier, limits=effective_limits(tier, self.limits), **settings)


class Tenant(TenantSettings):
    slug: str
    cell: str
    tier: Tier
    limits: EffectiveLimits

    @property
    def isolation(self) -> Isolation:
        return self.data.isolation or self.tier.isolation

    @property
    def webhook(self) -> str | None:
        """Where its contact messages are posted to."""
        return self._notify if self._notify and "://" in self._notify else None

    @property
    def mailbox(self) -> str | None:
        """Whom its contact messages are mailed to."""
        return self._notify if self._notify and "://" not in self._notify else None

    @property
    def delivers(self) -> bool:
        return self._notify is not None

    @property
    def _notify(self) -> str | None:
        """Without the route group there is no message to tell of."""
        return self.contact.notify if "contact" in self.routes else None

    @property
    def audience(self) -> str:
        """`aud` of the tokens that open this tenant."""
        return audience(self.slug, self.auth)


def audience(slug: str, auth: Auth) -> str:
    return auth.oidc.audience if auth.oidc else auth.audience or slug
