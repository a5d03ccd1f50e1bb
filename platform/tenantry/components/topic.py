"""Declare a topic that this stack's alarms, and its budget if it has one, may publish to; nobody else."""

import json

import pulumi
import pulumi_aws as aws

from tenantry.deployment import Deployment
from tenantry.rules import policies


def alarm_topic(
    logical_name: str,
    physical_name: str,
    deployment: Deployment,
    tags: dict[str, str],
    parent: pulumi.Resource,
    budget: str | None = None,
) -> aws.sns.TopicPolicy:
    """The topic's policy, whose `arn` is the topic's: whoever publishes to it is made after it lets them.

    Args:
        budget: name of the one that may publish as well.
    """
    opts = pulumi.ResourceOptions(parent=parent)
    topic = aws.sns.Topic(logical_name, name=physical_name, tags=tags, opts=opts)
    return aws.sns.TopicPolicy(
        logical_name,
        arn=topic.arn,
        policy=topic.arn.apply(lambda arn: json.dumps(_policy(arn, deployment, budget))),
        opts=opts,
    )


def _policy(topic: str, deployment: Deployment, budget: str | None) -> policies.Policy:
    arns, account = deployment.arns, deployment.arns.account
    alarms = policies.alarm_topic(topic, account, arns.alarm(deployment.names.tenant("*")))
    if budget is None:
        return alarms
    return policies.extended(alarms, [policies.budget_notices(topic, account, arns.budget(budget))])
