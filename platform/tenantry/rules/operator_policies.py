"""State what an operator who only looks may do: read one stack's figures; change and decrypt nothing."""

from typing import Any

from tenantry.rules.arns import Arns
from tenantry.rules.naming import Names, log_group


def console(names: Names, arns: Arns) -> dict[str, Any]:
    """All that `tenantry console` asks of AWS. Lists of queues and rules, and CloudWatch's figures, have no
    names to narrow.

    Who may list API keys may have their values listed too: IAM knows no finer right.
    """
    paths = ("restapis", "restapis/*/stages", "usageplans", "usageplans/*/usage", "apikeys")
    groups = [arns.log_group(names.access_log("*")), arns.log_group(log_group(names.function("*", "*")))]
    allowed = {
        "Tenants": (["apigateway:GET"], [arns.gateway(f"/{path}") for path in paths]),
        "Queues": (["sqs:ListQueues"], ["*"]),
        "Schedules": (["events:ListRules"], ["*"]),
        "Figures": (["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData"], ["*"]),
        # With and without the streams' part, which AWS appends to a group's ARN.
        "Errors": (["logs:FilterLogEvents"], [*groups, *(f"{group}:*" for group in groups)]),
        "Sizes": (["dynamodb:DescribeTable"], [arns.table(names.table), arns.table(names.tenant("*"))]),
    }
    statements = [
        {"Sid": name, "Effect": "Allow", "Action": actions, "Resource": resources}
        for name, (actions, resources) in allowed.items()
    ]
    return {"Version": "2012-10-17", "Statement": statements}
