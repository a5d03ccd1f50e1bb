"""Declare what runs a function of a tenant's by the clock: a rule of EventBridge's, which needs no role.

The function itself lets in this one rule (docs/decisions/0017-rules-for-schedules.md).
"""

import json

import pulumi
import pulumi_aws as aws

from agreed import declarations, schedules
from tenantry.components.function import Function
from tenantry.components.site import Site

RETRIES = 2  # Lambda's most: a minute after a run that failed, and two minutes after the next
# Three runs of Lambda's longest, 15 minutes, and the rests between them. What is older is not made up for:
# the next run is due, or the rule is rare enough for somebody to look.
AGE_SECONDS = 3_600
DELIVERIES = 185  # EventBridge's most, within that age, while Lambda takes no event at all


class Schedule(pulumi.ComponentResource):
    """A tenant's rule, off while the tenant is suspended, and all that leads from it to one function."""

    def __init__(
        self,
        site: Site,
        declared: declarations.Schedule,
        function: Function,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        name = f"{site.slug}.{declared.name}"
        super().__init__("tenantry:index:Schedule", name, None, opts)
        children = pulumi.ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            name,
            name=site.deployment.names.schedule(site.slug, declared.name),
            description=f"Runs {declared.name} of {site.slug}",
            schedule_expression=declared.rate,
            state="ENABLED" if site.tenant.status == "active" else "DISABLED",
            tags=site.tags,
            opts=children,
        )
        permission = aws.lambda_.Permission(
            name,
            statement_id="schedule",
            function=function.resource.name,
            action="lambda:InvokeFunction",
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=children,
        )
        retries = aws.lambda_.FunctionEventInvokeConfig(
            name,
            function_name=function.resource.name,
            maximum_event_age_in_seconds=AGE_SECONDS,
            maximum_retry_attempts=RETRIES,
            opts=children,
        )
        aws.cloudwatch.EventTarget(
            name,
            rule=rule.name,
            target_id="function",
            arn=function.arn,
            input_transformer={
                "input_paths": {"run": "$.id", "due": "$.time"},
                "input_template": _template(declared.name),
            },
            retry_policy={
                "maximum_event_age_in_seconds": AGE_SECONDS,
                "maximum_retry_attempts": DELIVERIES,
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission, retries]),
        )
        self.register_outputs({"rule": rule.arn})


def _template(name: str) -> str:
    """EventBridge puts its texts in quotes of its own."""
    text = json.dumps(schedules.event(name, "<run>", "<due>"))
    return text.replace('"<run>"', "<run>").replace('"<due>"', "<due>")
