"""Declare how a tenant's contact messages leave it: a queue, a function that delivers from it, dead letters.

The queue holds messages' ids alone; the messages are in the table. What cannot be delivered is kept aside for
an operator, for longer than the queue itself keeps anything.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
import pulumi_random as random

from tenantry.components.encryption import Encryption
from tenantry.components.function import Function
from tenantry.config import Tenant
from tenantry.deployment import Deployment
from tenantry.rules import policies
from tenantry.rules.naming import NOTIFIER, log_group

NOTIFIER_TIMEOUT_SECONDS = 30
VISIBILITY_SECONDS = 6 * NOTIFIER_TIMEOUT_SECONDS  # "Creating an SQS event source mapping", AWS Lambda
BATCH = 10
MAX_RECEIVES = 12
RETENTION_DAYS = 4
DEAD_LETTER_DAYS = 14  # SQS's longest; a message's age counts from when it was first sent
MAX_CONCURRENCY = 2  # AWS's least; keeps one tenant's backlog from eating the account's concurrency

DAY = 86_400  # seconds

Declare = Callable[[str, pulumi.Input[str], dict[str, pulumi.Input[str]]], Function]
"""Declares a function of the tenant, that nobody invokes, by its group, policy and environment."""


@dataclass(frozen=True, slots=True)
class QueuesArgs:
    deployment: Deployment
    tenant: Tenant
    tags: dict[str, str]


class Queues(pulumi.ComponentResource):
    """The queue that the contact function fills, and its dead letters.

    Neither has a policy of its own: so none but this account's roles, by their own policies, reach it.
    """

    def __init__(self, name: str, args: QueuesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantry:index:Queues", name, None, opts)
        names, arns, slug = args.deployment.names, args.deployment.arns, args.tenant.slug
        children = pulumi.ResourceOptions(parent=self)
        self.name, self.dead_name = names.queue(slug), names.dead_letters(slug)
        dead_letters = aws.sqs.Queue(
            f"{name}.dead",
            name=self.dead_name,
            message_retention_seconds=DEAD_LETTER_DAYS * DAY,
            redrive_allow_policy=json.dumps(
                {"redrivePermission": "byQueue", "sourceQueueArns": [arns.queue(self.name)]}
            ),
            sqs_managed_sse_enabled=True,
            tags=args.tags,
            opts=children,
        )
        queue = aws.sqs.Queue(
            name,
            name=self.name,
            message_retention_seconds=RETENTION_DAYS * DAY,
            visibility_timeout_seconds=VISIBILITY_SECONDS,
            redrive_policy=dead_letters.arn.apply(_redrive),
            sqs_managed_sse_enabled=True,
            tags=args.tags,
            opts=children,
        )
        self.arn: pulumi.Output[str] = queue.arn
        self.url: pulumi.Output[str] = queue.url
        self.register_outputs({"arn": self.arn, "url": self.url})


@dataclass(frozen=True, slots=True)
class DeliveryArgs:
    deployment: Deployment
    tenant: Tenant
    table: aws.dynamodb.Table
    queues: Queues
    encryption: Encryption | None
    declare: Declare
    tags: dict[str, str]


class Delivery(pulumi.ComponentResource):
    """The notifier and what feeds it; a suspended tenant's goes on, because its messages were accepted."""

    def __init__(self, name: str, args: DeliveryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tenantry:index:Delivery", name, None, opts)
        self._args = args
        self._children = pulumi.ResourceOptions(parent=self)
        environment: dict[str, pulumi.Input[str]] = {
            "TABLE": args.table.name,
            "QUEUE_URL": args.queues.url,
            "MAX_RECEIVES": str(MAX_RECEIVES),
        }
        if args.tenant.webhook:
            secret = self._secret(name)
            means = secret.arn.apply(policies.by_webhook)
            environment |= {
                "DELIVERY": _compact({"webhook": args.tenant.webhook}),
                "DELIVERY_SECRET_ARN": secret.arn,
            }
        else:
            sender = str(args.deployment.mail_from)
            means = pulumi.Output.from_input(policies.by_email(args.deployment.sender_identities(), sender))
            environment["DELIVERY"] = _compact({"email": args.tenant.mailbox, "from": sender})
        self.function = args.declare(NOTIFIER, self._policy(means), environment)
        aws.lambda_.EventSourceMapping(
            name,
            event_source_arn=args.queues.arn,
            function_name=self.function.arn,
            batch_size=BATCH,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": MAX_CONCURRENCY},
            tags=args.tags,
            opts=self._children,
        )
        self.register_outputs({})

    def _policy(self, means: pulumi.Output[policies.Statement]) -> pulumi.Output[str]:
        deployment, slug = self._args.deployment, self._args.tenant.slug
        logs = deployment.arns.log_group(log_group(deployment.names.function(slug, NOTIFIER)))
        encryption = self._args.encryption
        decrypt: pulumi.Input[list[policies.Statement]] = encryption.granted(NOTIFIER) if encryption else []
        return pulumi.Output.all(self._args.table.arn, self._args.queues.arn, means, decrypt).apply(
            lambda known: json.dumps(
                policies.extended(policies.notifier(slug, known[0], logs, *known[1:3]), known[3])
            )
        )

    def _secret(self, name: str) -> aws.secretsmanager.Secret:
        """It starts with a key of 32 random bytes; what operators rotate it to is left alone."""
        slug = self._args.tenant.slug
        logical = f"{name}.delivery"
        secret = aws.secretsmanager.Secret(
            logical,
            name=self._args.deployment.names.delivery_secret(slug),
            description=f"What webhooks of {slug} are signed with",
            recovery_window_in_days=0,  # the name is free when the webhook comes back
            kms_key_id=self._args.encryption.key if self._args.encryption else None,
            tags=self._args.tags,
            opts=self._children,
        )
        key = random.RandomBytes(logical, length=32, opts=self._children)
        content: pulumi.Output[str] = pulumi.Output.secret(
            key.base64.apply(lambda key: json.dumps({"webhook_secret": f"whsec_{key}"}))
        )
        aws.secretsmanager.SecretVersion(
            logical,
            secret_id=secret.id,
            secret_string=content,
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["secretString"]),
        )
        return secret


def _redrive(dead_letters: str) -> str:
    return json.dumps({"deadLetterTargetArn": dead_letters, "maxReceiveCount": MAX_RECEIVES})


def _compact(value: dict[str, str | None]) -> str:
    return json.dumps(value, separators=(",", ":"))
