"""Declare one function of one tenant with all that is its own: role, policy, log group, permission."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tenantry.components.site import Site
from tenantry.rules import naming, policies


@dataclass(frozen=True, slots=True)
class FunctionArgs:
    """`policy` is the whole of what the function may do; `memory_mb` None takes the tier's.

    `source_arn` is the only one at the gateway who may call; None for a function that serves no route. A rule
    is let in where it is declared, and Lambda's poller needs no permission but the function's own role.
    """

    site: Site
    name: str
    handler: str
    policy: pulumi.Input[str]
    environment: dict[str, pulumi.Input[str]]
    layers: list[pulumi.Input[str]]
    timeout_seconds: int
    memory_mb: int | None = None
    reserved_concurrency: int | None = None
    source_arn: pulumi.Input[str] | None = None


class Function(pulumi.ComponentResource):
    """A function whose role no other function shares."""

    def __init__(self, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        site = args.site
        name = f"{site.slug}.{args.name}"
        super().__init__("tenantry:index:Function", name, None, opts)
        self._args = args
        self._children = pulumi.ResourceOptions(parent=self)
        self.name = site.deployment.names.function(site.slug, args.name)
        role, policy = self._role(name)
        log = aws.cloudwatch.LogGroup(
            name,
            name=naming.log_group(self.name),
            retention_in_days=site.tenant.tier.log_retention_days,
            kms_key_id=site.key,
            tags=site.tags,
            opts=self._children,
        )
        # Without its log group the first call would make one that never expires.
        function = self._function(name, role, [log, policy])
        self.resource = function
        self.arn: pulumi.Output[str] = function.arn
        self.permissions = (
            [self._permission(name, function, args.source_arn)] if args.source_arn is not None else []
        )
        self.register_outputs({"arn": self.arn})

    def _role(self, name: str) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        role = aws.iam.Role(
            name,
            name=self.name,
            assume_role_policy=json.dumps(policies.trust()),
            permissions_boundary=self._args.site.cell.boundary,
            tags=self._args.site.tags,
            opts=self._children,
        )
        policy = aws.iam.RolePolicy(
            name, name="own", role=role.name, policy=self._args.policy, opts=self._children
        )
        return role, policy

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

    def _function(self, name: str, role: aws.iam.Role, first: list[pulumi.Resource]) -> aws.lambda_.Function:
        args, site, target = self._args, self._args.site, self._args.site.deployment.target
        return aws.lambda_.Function(
            name,
            name=self.name,
            role=role.arn,
            runtime=target.runtime,
            architectures=[target.architecture],
            handler=args.handler,
            s3_bucket=site.cell.code.bucket,
            s3_key=site.cell.code.key,
            layers=args.layers,
            memory_size=args.memory_mb or site.tenant.tier.memory_mb,
            timeout=args.timeout_seconds,
            reserved_concurrent_executions=args.reserved_concurrency,
            environment={"variables": args.environment},
            tracing_config={"mode": "Active" if site.tenant.traced else "PassThrough"},
            tags=site.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=first),
        )
