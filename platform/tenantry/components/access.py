"""Declare who may call a tenant: its stage, its plan with the limits, and its API keys.

A key opens every stage of its plan, so a plan holds one tenant's stage and nothing else. A suspended
tenant's plan holds none: its keys stay, and open nothing.
"""

import pulumi
import pulumi_aws as aws

from tenantry.components.site import Site


class Access(pulumi.ComponentResource):
    """Usage plan and named keys."""

    def __init__(
        self, site: Site, stage_name: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        name = site.slug
        super().__init__("tenantry:index:Access", name, None, opts)
        children = pulumi.ResourceOptions(parent=self)
        tenant, names = site.tenant, site.deployment.names
        limits = tenant.limits
        stage = aws.apigateway.UsagePlanApiStageArgs(api_id=site.cell.api, stage=stage_name)
        quota = limits.quota
        plan = aws.apigateway.UsagePlan(
            name,
            name=names.tenant(tenant.slug),
            description=f"Limits of {tenant.slug}",
            api_stages=[stage] if tenant.status == "active" else None,
            throttle_settings={"rate_limit": limits.rate_per_second, "burst_limit": limits.burst},
            quota_settings={"limit": quota.limit, "period": quota.period.upper()} if quota else None,
            tags=site.tags,
            opts=children,
        )
        self.plan: pulumi.Output[str] = plan.id
        self.keys: dict[str, aws.apigateway.ApiKey] = {}
        for key_name in tenant.api_keys:
            logical = f"{name}.{key_name}"
            key = aws.apigateway.ApiKey(
                logical,
                name=names.api_key(tenant.slug, key_name),
                description=f"Key {key_name} of {tenant.slug}",
                value=site.deployment.key_values.get((tenant.slug, key_name)),
                enabled=True,
                tags=site.tags,
                opts=children,
            )
            aws.apigateway.UsagePlanKey(
                logical,
                key_id=key.id,
                key_type="API_KEY",
                usage_plan_id=plan.id,
                # It repeats the key's value, which the provider marks secret on the key alone.
                opts=pulumi.ResourceOptions(parent=self, additional_secret_outputs=["value"]),
            )
            self.keys[key_name] = key
        self.register_outputs({"plan": self.plan})
