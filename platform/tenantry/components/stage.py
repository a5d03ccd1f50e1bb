"""Declare a tenant's stage: the address its clients call, naming the functions that serve them."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tenantry.components.cell import Cell
from tenantry.config import Tenant
from tenantry.deployment import Deployment
from tenantry.rules import naming

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


@dataclass(frozen=True, slots=True)
class StageArgs:
    """`variables` name the tenant's functions; `serving` must exist before the stage and outlive it."""

    deployment: Deployment
    cell: Cell
    tenant: Tenant
    variables: dict[str, str]
    serving: list[pulumi.Resource]
    tags: dict[str, str]
    log_key: pulumi.Input[str] | None = None


class Stage(pulumi.ComponentResource):
    """Stage, its two logs and the settings of all its methods."""

    def __init__(self, name: str, args: StageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantry:index:Stage", name, None, opts)
        self._args = args
        slug, cell = args.tenant.slug, args.cell
        access_log = self._log(name, args.deployment.names.access_log(slug))
        execution_log = self._log(
            f"{name}.execution", cell.api.id.apply(lambda api: naming.execution_log(api, slug))
        )
        first = [*args.serving, *cell.api.logging, execution_log]
        stage = aws.apigateway.Stage(
            name,
            rest_api=cell.api.id,
            deployment=cell.api.deployment_id,
            stage_name=slug,
            variables=args.variables,
            access_log_settings={"destination_arn": access_log.arn, "format": json.dumps(ACCESS_LOG_FORMAT)},
            xray_tracing_enabled=True,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=first),
        )
        self._set_methods(name, stage)
        self.name: pulumi.Output[str] = stage.stage_name
        self.url: pulumi.Output[str] = stage.invoke_url
        self.register_outputs({"url": self.url})

    def _log(self, logical_name: str, name: pulumi.Input[str]) -> aws.cloudwatch.LogGroup:
        return aws.cloudwatch.LogGroup(
            logical_name,
            name=name,
            retention_in_days=self._args.tenant.tier.log_retention_days,
            kms_key_id=self._args.log_key,
            tags=self._args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _set_methods(self, name: str, stage: aws.apigateway.Stage) -> None:
        limits = self._args.tenant.limits
        aws.apigateway.MethodSettings(
            name,
            rest_api=self._args.cell.api.id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings={
                # Metrics by stage are free and always on; these would be billed for each method.
                "metrics_enabled": False,
                "logging_level": "ERROR",
                "data_trace_enabled": False,  # it would log bodies and tokens
                # A plan counts per key; this holds each method for all keys, and for calls without one.
                "throttling_rate_limit": limits.rate_per_second,
                "throttling_burst_limit": limits.burst,
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
