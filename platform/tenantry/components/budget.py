"""Declare what a cell may cost a month, and notify the operator before and when it costs more.

AWS counts by the tag `cell`, from the day on which that tag is activated in Billing.
"""

import pulumi
import pulumi_aws as aws

from tenantry.deployment import Deployment

# Percent of the limit: by AWS's forecast for the month, and by what was spent.
NOTICES = {"FORECASTED": 80, "ACTUAL": 100}


def budget(
    logical_name: str, limit: int, deployment: Deployment, topic: pulumi.Input[str], parent: pulumi.Resource
) -> aws.budgets.Budget:
    return aws.budgets.Budget(
        logical_name,
        name=deployment.names.cell,
        budget_type="COST",
        limit_amount=str(limit),
        limit_unit="USD",
        time_unit="MONTHLY",
        cost_filters=[{"name": "TagKeyValue", "values": [f"user:cell${deployment.cell}"]}],
        notifications=[
            {
                "notification_type": kind,
                "comparison_operator": "GREATER_THAN",
                "threshold": percent,
                "threshold_type": "PERCENTAGE",
                "subscriber_sns_topic_arns": [topic],
            }
            for kind, percent in NOTICES.items()
        ],
        tags=deployment.tags(),
        opts=pulumi.ResourceOptions(parent=parent),
    )
