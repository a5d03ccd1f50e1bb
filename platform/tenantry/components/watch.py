"""Declare a tenant's alarms and, where its tier has one, its own dashboard."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tenantry import monitoring
from tenantry.components.cell import Cell
from tenantry.components.topic import alarm_topic
from tenantry.config import Tenant
from tenantry.deployment import Deployment


@dataclass(frozen=True, slots=True)
class WatchArgs:
    """`functions`: function name by group, authorizer and notifier too; `queues`: None without delivery."""

    deployment: Deployment
    cell: Cell
    tenant: Tenant
    functions: dict[str, str]
    tags: dict[str, str]
    queues: monitoring.Queues | None = None


class Watch(pulumi.ComponentResource):
    """Alarms go to the operator's topic and to the tenant's own e-mail, never to another tenant's."""

    def __init__(self, name: str, args: WatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantry:index:Watch", name, None, opts)
        self._declare_alarms(name, args, self._topics(name, args))
        if args.tenant.tier.dashboard == "dedicated":
            body = monitoring.tenant_dashboard(
                args.deployment.arns.region, args.tenant.slug, args.cell.api.name, args.functions, args.queues
            )
            aws.cloudwatch.Dashboard(
                name,
                dashboard_name=args.deployment.names.tenant(args.tenant.slug),
                dashboard_body=json.dumps(body),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})

    def _topics(self, name: str, args: WatchArgs) -> list[pulumi.Output[str]]:
        topics: list[pulumi.Output[str]] = [args.cell.topic.arn]
        email = args.tenant.alarms.email
        if email:
            physical = args.deployment.names.tenant(args.tenant.slug)
            own = alarm_topic(name, physical, args.deployment, args.tags, self)
            aws.sns.TopicSubscription(
                name,
                topic=own.arn,
                protocol="email",
                endpoint=email,
                opts=pulumi.ResourceOptions(parent=self),
            )
            topics.append(own.arn)
        return topics

    def _declare_alarms(self, name: str, args: WatchArgs, topics: list[pulumi.Output[str]]) -> None:
        for alarm in monitoring.alarms(args.tenant.slug, args.cell.api.name, args.functions, args.queues):
            percentile = alarm.statistic.startswith("p")
            aws.cloudwatch.MetricAlarm(
                f"{name}.{alarm.condition}",
                name=args.deployment.names.alarm(args.tenant.slug, alarm.condition),
                alarm_description=alarm.description,
                namespace=alarm.namespace,
                metric_name=alarm.metric,
                dimensions=alarm.dimensions,
                statistic=None if percentile else alarm.statistic,
                extended_statistic=alarm.statistic if percentile else None,
                period=monitoring.PERIOD_SECONDS,
                evaluation_periods=alarm.periods,
                threshold=alarm.threshold,
                comparison_operator=alarm.comparison,
                treat_missing_data=alarm.missing_data,
                alarm_actions=topics,
                ok_actions=topics,
                tags=args.tags,
                opts=pulumi.ResourceOptions(parent=self),
            )
