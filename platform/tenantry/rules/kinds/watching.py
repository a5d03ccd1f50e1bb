"""What watches: logs, alarms, dashboards, saved queries, the budget, and the topics that they notify."""

from tenantry.rules.arns import Arns
from tenantry.rules.kinds import tokens
from tenantry.rules.kinds.kind import Kind

NOTIFIED = {"alarmActions": tokens.TOPIC, "okActions": tokens.TOPIC}
METRIC = ("dimensions", "metricName", "namespace", "period")

KINDS = (
    Kind(
        token=tokens.LOG_GROUP,
        name="name",
        arn=Arns.log_group,
        references={"kmsKeyId": tokens.KEY},
        settings=("retentionInDays",),
        target="logs",
    ),
    Kind(
        token=tokens.METRIC_ALARM,
        name="name",
        references=NOTIFIED,
        settings=(
            "alarmDescription",
            "comparisonOperator",
            "evaluationPeriods",
            "extendedStatistic",
            "statistic",
            "threshold",
            "treatMissingData",
            *METRIC,
            *(f"metricQueries.{member}" for member in ("expression", "id", "label", "returnData")),
            *(f"metricQueries.metric.{member}" for member in (*METRIC, "stat")),
        ),
    ),
    Kind(
        token=tokens.COMPOSITE_ALARM,
        name="alarmName",
        references=NOTIFIED,
        settings=("alarmDescription", "alarmRule"),
    ),
    Kind(token=tokens.DASHBOARD, name="dashboardName", taggable=False, settings=("dashboardBody",)),
    Kind(token=tokens.QUERY_DEFINITION, name="name", unique=False, taggable=False, settings=("queryString",)),
    Kind(token=tokens.TOPIC, name="name", arn=Arns.topic, policies=("policy",), target="topics"),
    Kind(token=tokens.TOPIC_POLICY, taggable=False, policies=("policy",), references={"arn": tokens.TOPIC}),
    Kind(
        token=tokens.TOPIC_SUBSCRIPTION,
        taggable=False,
        judged=("protocol",),
        references={"topic": tokens.TOPIC},
        settings=("endpoint",),
    ),
    Kind(
        token=tokens.BUDGET,
        name="name",
        references={"notifications.subscriberSnsTopicArns": tokens.TOPIC},
        settings=(
            "budgetType",
            "costFilters",
            "limitAmount",
            "limitUnit",
            "timeUnit",
            *(
                f"notifications.{member}"
                for member in ("comparisonOperator", "notificationType", "threshold", "thresholdType")
            ),
        ),
    ),
)
