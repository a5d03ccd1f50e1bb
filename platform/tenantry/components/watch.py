"""Declare a tenant's alarms and, where its tier has one, its own dashboard."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from tenantry.components.alarms import metric_alarm
from tenantry.components.cell import Cell
from tenantry.components.topic import alarm_topic
from tenantry.config import Tenant
from tenantry.deployment import Deployment
from tenantry.monitoring import alarms, dashboards, watched
from tenantry.monitoring.alarms import UNHEALTHY, Alarm


@dataclass(frozen=True, slots=True)
class WatchArgs:
    deployment: Deployment
    cell: Cell
    tenant: Tenant
    tags: dict[str, str]


class Watch(pulumi.ComponentResource):
    """Alarms go to the operator's topic and to the tenant's own e-mail, never to another tenant's."""

    def __init__(self, name: str, args: WatchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantry:index:Watch", name, None, opts)
        deployment = args.deployment
        self._args = args
        own = watched.of_tenant(deployment.names, args.tenant, args.cell.routes)
        self._declare_alarms(name, alarms.of_tenant(own), self._topics(name))
        if args.tenant.tier.dashboard == "dedicated":
            body = dashboards.of_tenant(deployment.arns, deployment.names, own, deployment.runbooks)
            aws.cloudwatch.Dashboard(
                name,
                dashboard_name=deployment.names.tenant(args.tenant.slug),
                dashboard_body=json.dumps(body),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})

    def _topics(self, name: str) -> list[pulumi.Output[str]]:
        args = self._args
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

    def _declare_alarms(self, name: str, declared: list[Alarm], topics: list[pulumi.Output[str]]) -> None:
        deployment, slug, tags = self._args.deployment, self._args.tenant.slug, self._args.tags
        joined: dict[str, pulumi.Resource] = {}
        for alarm in declared:
            physical = deployment.names.alarm(slug, alarm.condition)
            description = alarm.described(slug, deployment.runbooks)
            notified = topics if alarm.lasting else []
            made = metric_alarm(
                f"{name}.{alarm.condition}", physical, alarm, description, notified, tags, self
            )
            if not alarm.lasting:
                joined[physical] = made
        aws.cloudwatch.CompositeAlarm(
            f"{name}.{UNHEALTHY}",
            alarm_name=deployment.names.alarm(slug, UNHEALTHY),
            alarm_description=alarms.unhealthy(slug, deployment.runbooks),
            alarm_rule=alarms.rule(joined),
            alarm_actions=topics,
            ok_actions=topics,
            tags=tags,
            # The rule names them, and AWS refuses a rule over alarms that are not there.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(joined.values())),
        )
