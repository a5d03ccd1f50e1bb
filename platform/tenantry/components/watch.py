"""Declare a tenant's alarms and, where its tier has one, its own dashboard."""

import json

import pulumi
import pulumi_aws as aws

from tenantry.components.alarms import metric_alarm
from tenantry.components.site import Site
from tenantry.components.topic import alarm_topic
from tenantry.gateway import contract
from tenantry.monitoring import alarms, dashboards, watched
from tenantry.monitoring.alarms import UNHEALTHY, Alarm


class Watch(pulumi.ComponentResource):
    """Alarms go to the operator's topic and to the tenant's own e-mail, never to another tenant's."""

    def __init__(self, site: Site, opts: pulumi.ResourceOptions | None = None) -> None:
        name = site.slug
        super().__init__("tenantry:index:Watch", name, None, opts)
        deployment = site.deployment
        self._site = site
        own = watched.of_tenant(deployment.names, site.tenant, contract.installed_routes())
        self._declare_alarms(name, alarms.of_tenant(own), self._topics(name))
        if site.tenant.tier.dashboard == "dedicated":
            body = dashboards.of_tenant(deployment.arns, deployment.names, own, deployment.runbooks)
            aws.cloudwatch.Dashboard(
                name,
                dashboard_name=deployment.names.tenant(site.slug),
                dashboard_body=json.dumps(body),
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})

    def _topics(self, name: str) -> list[pulumi.Input[str]]:
        site = self._site
        topics: list[pulumi.Input[str]] = [site.cell.topic]
        email = site.tenant.alarms.email
        if email:
            physical = site.deployment.names.tenant(site.slug)
            own = alarm_topic(name, physical, site.deployment, site.tags, self)
            aws.sns.TopicSubscription(
                name,
                topic=own.arn,
                protocol="email",
                endpoint=email,
                opts=pulumi.ResourceOptions(parent=self),
            )
            topics.append(own.arn)
        return topics

    def _declare_alarms(self, name: str, declared: list[Alarm], topics: list[pulumi.Input[str]]) -> None:
        deployment, slug, tags = self._site.deployment, self._site.slug, self._site.tags
        joined: dict[str, pulumi.Resource] = {}
        composite = self._site.tenant.tier.monitoring.alarms == "own"
        for alarm in declared:
            physical = deployment.names.alarm(slug, alarm.name)
            description = alarm.described(slug, deployment.runbooks)
            notified = topics if alarm.lasting else []
            made = metric_alarm(f"{name}.{alarm.name}", physical, alarm, description, notified, tags, self)
            if not alarm.lasting:
                joined[physical] = made
        if composite:
            self._join(name, joined, topics)

    def _join(self, name: str, joined: dict[str, pulumi.Resource], topics: list[pulumi.Input[str]]) -> None:
        deployment, slug = self._site.deployment, self._site.slug
        aws.cloudwatch.CompositeAlarm(
            f"{name}.{UNHEALTHY}",
            alarm_name=deployment.names.alarm(slug, UNHEALTHY),
            alarm_description=alarms.unhealthy(slug, deployment.runbooks),
            alarm_rule=alarms.rule(joined),
            alarm_actions=topics,
            ok_actions=topics,
            tags=self._site.tags,
            # The rule names them, and AWS refuses a rule over alarms that are not there.
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(joined.values())),
        )
