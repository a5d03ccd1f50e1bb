"""Declare a tenant's stage: the address its clients call, naming the functions that serve them."""

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from tenantry.components.function import Function
from tenantry.components.site import Site
from tenantry.config.domains import closed
from tenantry.rules import naming
from tenantry.rules.domains import ADDRESS, CLOSED
from tenantry.rules.naming import AUTHORIZER

# "Variables for access logging for API Gateway". No header, token or key value is among them.
ACCESS_LOG_FORMAT = {
    "request_id": "$context.requestId",  # clients may choose it; the extended one they may not
    "extended_request_id": "$context.extendedRequestId",
    "time": "$context.requestTime",
    "tenant": "$context.stage",
    "api_key_id": "$context.identity.apiKeyId",
    "subject": "$context.authorizer.subject",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "error": "$context.error.responseType",
    "latency_ms": "$context.responseLatency",
    "integration_latency_ms": "$context.integrationLatency",
    "trace_id": "$context.xrayTraceId",
}


class Stage(pulumi.ComponentResource):
    """Stage, its access log and the settings of all its methods."""

    def __init__(
        self, site: Site, functions: Mapping[str, Function], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """`functions` by name; those that the gateway calls exist before the stage and outlive it.

        One that is made after the tenant's plan is not among them.
        """
        slug = name = site.slug
        super().__init__("tenantry:index:Stage", name, None, opts)
        self._site, cell = site, site.cell
        access_log = self._access_log(name)
        serving = [permission for function in functions.values() for permission in function.permissions]
        first = [*serving, *cell.first]
        stage = aws.apigateway.Stage(
            name,
            rest_api=cell.api,
            deployment=cell.deployments[site.release.contract.digest],
            stage_name=slug,
            description=CLOSED if closed(site.deployment.domain) else None,
            variables=self._variables(),
            access_log_settings={"destination_arn": access_log.arn, "format": json.dumps(ACCESS_LOG_FORMAT)},
            xray_tracing_enabled=site.tenant.traced,
            tags=site.tags | ({ADDRESS: site.addresses[0]} if site.addresses else {}),
            opts=pulumi.ResourceOptions(parent=self, depends_on=first),
        )
        self._set_methods(name, stage)
        self.name: pulumi.Output[str] = stage.stage_name
        self.url: pulumi.Input[str] = site.addresses[0] if site.addresses else stage.invoke_url
        self.register_outputs({"url": self.url})

    def _variables(self) -> dict[str, str]:
        """A group that is switched off is named to a function of this tenant, which answers 404."""
        site, on = self._site, self._site.tenant.routes
        serving = {each: each if each in on else on[0] for each in site.tenant.groups.names}
        return {
            naming.stage_variable(each): site.deployment.names.function(site.slug, function)
            for each, function in {AUTHORIZER: AUTHORIZER, **serving}.items()
        }

    def _access_log(self, name: str) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            name,
            name=self._site.deployment.names.access_log(self._site.slug),
            retention_in_days=self._site.tenant.tier.log_retention_days,
            kms_key_id=self._site.key,
            tags=self._site.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _set_methods(self, name: str, stage: aws.apigateway.Stage) -> None:
        limits = self._site.tenant.limits
        aws.apigateway.MethodSettings(
            name,
            rest_api=self._site.cell.api,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings={
                # Metrics by stage are free and always on; these would be billed for each method.
                "metrics_enabled": False,
                # Else the gateway writes to a group under a name of its own, and makes it again when a call
                # outlives the stage: without retention or key, and in the way of a tenant that comes back.
                "logging_level": "OFF",
                "data_trace_enabled": False,  # it would log bodies and tokens
                # A plan counts per key; this holds each method for all keys, and for calls without one.
                "throttling_rate_limit": limits.rate_per_second,
                "throttling_burst_limit": limits.burst,
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
