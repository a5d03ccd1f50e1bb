"""Declare a queue of a tenant's and its dead letters; what takes from it is declared with the functions.

What cannot be handled is kept aside for an operator, for longer than the queue itself keeps anything.
"""

import json

import pulumi
import pulumi_aws as aws

from agreed.declarations import Queue
from tenantry.components.site import Site

VISIBILITIES = 6  # times the consumer's own: "Creating an SQS event source mapping", AWS Lambda
DEAD_LETTER_DAYS = 14  # SQS's longest; a message's age counts from when it was first sent

DAY = 86_400  # seconds


class TenantQueue(pulumi.ComponentResource):
    """A queue and its dead letters.

    Neither has a policy of its own: so none but this account's roles, by their own policies, reach it.
    """

    def __init__(self, site: Site, declared: Queue, opts: pulumi.ResourceOptions | None = None) -> None:
        logical = f"{site.slug}.{declared.name}"
        super().__init__("tenantry:index:TenantQueue", logical, None, opts)
        names, arns = site.deployment.names, site.deployment.arns
        children = pulumi.ResourceOptions(parent=self)
        name = names.queue(site.slug, declared.name)
        dead_letters = aws.sqs.Queue(
            f"{logical}.dead",
            name=names.dead_letters(site.slug, declared.name),
            message_retention_seconds=DEAD_LETTER_DAYS * DAY,
            redrive_allow_policy=json.dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [arns.queue(name)]}
            ),
            sqs_managed_sse_enabled=True,
            tags=site.tags,
            opts=children,
        )
        queue = aws.sqs.Queue(
            logical,
            name=name,
            message_retention_seconds=declared.retention_days * DAY,
            visibility_timeout_seconds=VISIBILITIES * declared.function.timeout_seconds,
            redrive_policy=dead_letters.arn.apply(
                lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": declared.max_receives})
            ),
            sqs_managed_sse_enabled=True,
            tags=site.tags,
            opts=children,
        )
        self.arn: pulumi.Output[str] = queue.arn
        self.url: pulumi.Output[str] = queue.url
        self.register_outputs({"arn": self.arn, "url": self.url})
