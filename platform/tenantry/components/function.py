"""Declare one function of one tenant with all that is its own: log group, permission, and its role's use."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tenantry.components.role import Role
from tenantry.components.site import Site
from tenantry.rules import naming


@dataclass(frozen=True, slots=True)
class FunctionArgs:
    """`role` is its own; `memory_mb` None takes the tier's.

    `source_arn` is the only one at the gateway who may call; None for a function that serves no route. A rule
    is let in where it is declared, and Lambda's poller needs no permission but the function's own role.
    `first` are resources beyond its own that must be in place before it is.
    """

    site: Site
    name: str
    handler: str
    role: Role
    environment: dict[str, pulumi.Input[str]]
    layers: list[pulumi.Input[str]]
    timeout_seconds: int
    memory_mb: int | None = None
    reserved_concurrency: int | None = None
    source_arn: pulumi.Input[str] | None = None
    first: tuple[pulumi.Resource, ...] = ()


class Function(pulumi.ComponentResource):
    """A function under a role of its own."""

    def __init__(self, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        site = args.site
        name = f"{site.slug}.{args.name}"
        super().__init__("tenantry:index:Function", name, None, opts)
        self._args = args
        self._children = pulumi.ResourceOptions(parent=self)
        self.name = site.deployment.names.function(site.slug, args.name)
        log = aws.cloudwatch.LogGroup(
            name,
            name=naming.log_group(self.name),
            retention_in_days=site.tenant.tier.log_retention_days,
            kms_key_id=site.key,
            tags=site.tags,
            opts=self._children,
        )
        # Without its log group the first call would make one that never expires.
        function = self._function(name, [log, args.role.policy, *args.first])
        self.resource = function
        self.arn: pulumi.Output[str] = function.arn
        self.permissions = (
            [self._permission(name, function, args.source_arn)] if args.source_arn is not None else []
        )
        self.register_outputs({"arn": self.arn})

    def _permission(
        self, name: str, function: aws.lambda_.Function, source_arn: pulumi.Input[str]
    ) -> pulumi.Resource:
        return aws.lambda_.Permission(
            name,
            statement_id="gateway",
            function=function.name,
            action="lambda:InvokeFunction",
            principal="apigateway.amazonaws.com",
            source_arn=source_arn,
            opts=self._children,
        )

    def _function(self, name: str, first: list[pulumi.Resource]) -> aws.lambda_.Function:
        args, site, release = self._args, self._args.site, self._args.site.release
        return aws.lambda_.Function(
            name,
            name=self.name,
            role=args.role.resource.arn,
            runtime=release.runtime,
            architectures=[release.architecture],
            handler=args.handler,
            s3_bucket=site.cell.bucket,
            s3_key=site.cell.codes[release.code.digest],
            layers=args.layers,
            memory_size=args.memory_mb or site.tenant.tier.memory_mb,
            timeout=args.timeout_seconds,
            reserved_concurrent_executions=args.reserved_concurrency,
            environment={"variables": args.environment},
            tracing_config={"mode": "Active" if site.tenant.traced else "PassThrough"},
            tags=site.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=first),
        )
