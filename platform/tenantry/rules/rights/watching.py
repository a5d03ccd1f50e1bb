"""Logs, alarms, dashboards, topics and the budget."""

from tenantry.rules import naming
from tenantry.rules.rights.shape import TAGGING, TAGS_READ, Place, Right, named


def _log_groups(place: Place) -> list[str]:
    """Each pattern ends so that it takes in a group's streams."""
    names = place.names
    groups = (
        naming.log_group(names.function("*", "*")),
        names.access_log("*").removesuffix("access") + "*",
    )
    return [place.arns.log_group(group) for group in groups]


LOG_GROUPS = Right(
    "LogGroups",
    "logs",
    "AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteRetentionPolicy DisassociateKmsKey "
    f"PutRetentionPolicy {TAGGING}",
    TAGS_READ,
    _log_groups,
)
LISTED = Right(
    "LogsByNoName",
    "logs",
    "DeleteQueryDefinition PutQueryDefinition",
    "DescribeLogGroups DescribeQueryDefinitions",
)
ALARMS = Right(
    "Alarms",
    "cloudwatch",
    f"DeleteAlarms PutMetricAlarm {TAGGING}",
    TAGS_READ,
    named(lambda arns, names: [arns.alarm(f"{names.cell}_*")]),
)
# A composite alarm is made under a right on all: CloudWatch's reference, PutCompositeAlarm.
ALL_ALARMS = Right("AlarmsByNoName", "cloudwatch", "PutCompositeAlarm", "DescribeAlarms")
DASHBOARDS = Right(
    "Dashboards",
    "cloudwatch",
    "DeleteDashboards PutDashboard",
    "GetDashboard",
    named(lambda arns, names: [arns.dashboard(names.cell), arns.dashboard(f"{names.cell}_*")]),
)
TOPICS = Right(
    "Topics",
    "sns",
    f"CreateTopic DeleteTopic SetSubscriptionAttributes SetTopicAttributes Subscribe Unsubscribe {TAGGING}",
    f"GetSubscriptionAttributes GetTopicAttributes {TAGS_READ}",
    named(lambda arns, names: [arns.topic(names.cell), arns.topic(f"{names.cell}_*")]),
)
BUDGETS = Right(
    "Budget",
    "budgets",
    f"ModifyBudget {TAGGING}",
    f"ViewBudget {TAGS_READ}",
    named(lambda arns, names: [arns.budget(names.cell)]),
)
