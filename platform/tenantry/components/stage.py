"""Declare a tenant's stage: the address its clients call, naming the functions that serve them."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tenantry.components.cell import Cell
from tenantry.config import Tenant
from tenantry.deployment import Deployment

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


class Stage(pulumi.ComponentResource):
    """Stage, its access log and the settings of all its methods."""

    def __init__(self, name: str, args: StageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantry:index:Stage", name, None, opts)
        children = pulumi.ResourceOptions(parent=self)
        slug, cell = args.tenant.slug, args.cell
        log = aws.cloudwatch.LogGroup(
            name,
            name=args.deployment.names.access_log(slug),
            retention_in_days=args.tenant.tier.log_retention_days,
            tags=args.tags,
            opts=children,
        )
        stage = aws.apigateway.Stage(
            name,
            rest_api=cell.api.id,
            deployment=cell.api.deployment_id,
            stage_name=slug,
            variables=args.variables,
            access_log_settings={"destination_arn": log.arn, "format": json.dumps(ACCESS_LOG_FORMAT)},
            xray_tracing_enabled=True,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*args.serving, *cell.api.logging]),
        )
        limits = args.tenant.limits
        aws.apigateway.MethodSettings(
            name,
            rest_api=cell.api.id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings={
                "metrics_enabled": True,
                "logging_level": "ERROR",
                "data_trace_enabled": False,  # it would log bodies and tokens
                # A plan counts per key; this holds each method for all keys, and for calls without one.
                "throttling_rate_limit": limits.rate_per_second,
                "throttling_burst_limit": limits.burst,
            },
            opts=children,
        )
        self.name: pulumi.Output[str] = stage.stage_name
        self.url: pulumi.Output[str] = stage.invoke_url
        self.register_outputs({"url": self.url})
