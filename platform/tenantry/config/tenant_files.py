"""A tenant's file: the fields that it has where these groups are installed, and the tenant that it describes.

Which route groups a file may name, and which keys it may set for them, the installed groups say.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, create_model

from agreed.declarations import Option, OptionForm
from tenantry.config import receivers
from tenantry.config.addresses import Email, EmailOrHttps, Https
from tenantry.config.model import Model
from tenantry.config.tenants import NAME_PATTERN, Tenant, TenantSettings, in_canonical_order
from tenantry.config.tiers import Limits, Tier, effective_limits
from tenantry.groups import Groups

OPTIONS: Mapping[OptionForm, Any] = {
    "email": Email,
    "email or https": EmailOrHttps,
    "https": Https,
    "text": Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NAME_PATTERN)],
}


class TenantFile(TenantSettings):
    """One tenant of Tenantry. The file's name is the tenant's slug; its folder is the tenant's cell."""

    tier: str = Field(description="One of the tiers in tiers.yaml.", examples=["bronze"])
    limits: Limits = Field(default_factory=Limits, description="Overrides of the tier's limits.")

    def placed(self, slug: str, cell: str, tier: Tier, groups: Groups) -> Tenant:
        settings = {name: getattr(self, name) for name in TenantSettings.model_fields}
        # Of a group that is off nothing is wanted.
        set_ = {
            group: getattr(self, _field(group.name), None) for group in groups if group.name in self.routes
        }
        options = {
            group.name: own.model_dump(by_alias=True, exclude_none=True, exclude={_field(receivers.KEY)})
            for group, own in set_.items()
            if own
        }
        webhooks = {
            group.name: receivers.receivers(group.webhooks, listed)
            for group, own in set_.items()
            if group.webhooks and (listed := getattr(own, _field(receivers.KEY)))
        }
        limits = effective_limits(tier, self.limits)
        return Tenant(
            slug=slug,
            cell=cell,
            tier=tier,
            limits=limits,
            groups=groups,
            options=options,
            webhooks=webhooks,
            **settings,
        )


@cache
def tenant_file(groups: Groups) -> type[TenantFile]:
    """The model of a tenant's file where these groups are installed."""
    names: Any = Literal.__getitem__(groups.names)
    routes: Any = (
        Annotated[tuple[names, ...], AfterValidator(in_canonical_order)],
        Field(
            min_length=1,
            description="Route groups that are switched on; the others answer 404.",
            examples=[[groups.names[0]]],
            json_schema_extra={"uniqueItems": True},
        ),
    )
    fields: dict[str, Any] = {"routes": routes}
    for group in groups:
        if group.options or group.webhooks:
            said = f"Options of the route group {group.name}."
            own: dict[str, Any] = {_field(option.name): _option(option) for option in group.options}
            base: type[Model] = Model
            if group.webhooks:
                base, own[_field(receivers.KEY)] = receivers.listing(group.webhooks)
            options = create_model(f"{group.name.capitalize()}Options", __base__=base, __doc__=said, **own)
            default = Field(alias=group.name, default_factory=options, description=said)
            fields[_field(group.name)] = (options, default)
    return create_model("TenantFile", __base__=TenantFile, __doc__=TenantFile.__doc__, **fields)


def _option(option: Option) -> Any:
    form = OPTIONS[option.form] | None
    field = Field(None, alias=option.name, description=option.description, examples=[option.example])
    return (form, field)


def _field(name: str) -> str:
    """The field's name in the model, whose methods have names that groups and options may have too, such as
    `copy`.
    """
    return f"{name}_"
