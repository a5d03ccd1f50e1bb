"""Declare a topic that alarms, and only this stack's alarms, may publish to."""

import json

import pulumi
import pulumi_aws as aws

from tenantry import policies
from tenantry.deployment import Deployment


def alarm_topic(
    logical_name: str,
    physical_name: str,
    deployment: Deployment,
    tags: dict[str, str],
    parent: pulumi.Resource,
) -> aws.sns.Topic:
    opts = pulumi.ResourceOptions(parent=parent)
    topic = aws.sns.Topic(logical_name, name=physical_name, tags=tags, opts=opts)
    alarms = deployment.arns.alarm(deployment.names.tenant("*"))
    aws.sns.TopicPolicy(
        logical_name,
        arn=topic.arn,
        policy=topic.arn.apply(
            lambda arn: json.dumps(policies.alarm_topic(arn, deployment.arns.account, alarms))
        ),
        opts=opts,
    )
    return topic
