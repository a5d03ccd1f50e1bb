"""What watches: logs, alarms, dashboards, saved queries, the budget, and the topics that they notify."""

from tenantry.rules.arns import Arns
from tenantry.rules.kinds import tokens
from tenantry.rules.kinds.kind import Kind
from tenantry.rules.rights.watching import ALARMS, ALL_ALARMS, BUDGET, DASHBOARDS, LISTED, LOG_GROUPS, TOPICS

NOTIFIED = {"alarmActions": tokens.TOPIC, "okActions": tokens.TOPIC}
METRIC = ("dimensions", "metricName", "namespace", "period")

KINDS = (
    Kind(
        token=tokens.LOG_GROUP,
        free="it holds what a role may write to it, and roles are judged by themselves",
        rights=(LOG_GROUPS, LISTED),
        name="name",
        arn=Arns.log_group,
        references={"kmsKeyId": tokens.KEY},
        settings=("retentionInDays",),
        target="logs",
    ),
    Kind(
        token=tokens.METRIC_ALARM,
        rights=(ALARMS, ALL_ALARMS),
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
            *(f"metricQueries.{member}" for member in ("expression", "id", "label", "period", "returnData")),
            *(f"metricQueries.metric.{member}" for member in (*METRIC, "stat")),
        ),
    ),
    Kind(
        token=tokens.COMPOSITE_ALARM,
        rights=(ALARMS, ALL_ALARMS),
        name="alarmName",
        references=NOTIFIED,
        settings=("alarmDescription", "alarmRule"),
    ),
    Kind(
        token=tokens.DASHBOARD,
        rights=(DASHBOARDS,),
        name="dashboardName",
        taggable=False,
        settings=("dashboardBody",),
    ),
    Kind(
        token=tokens.QUERY_DEFINITION,
        rights=(LISTED,),
        name="name",
        unique=False,
        taggable=False,
        settings=("queryString",),
    ),
    Kind(
        token=tokens.TOPIC,
        rights=(TOPICS,),
        name="name",
        arn=Arns.topic,
        policies=("policy",),
        target="topics",
    ),
    Kind(
        token=tokens.TOPIC_POLICY,
        rights=(TOPICS,),
        taggable=False,
        policies=("policy",),
        references={"arn": tokens.TOPIC},
    ),
    Kind(
        token=tokens.TOPIC_SUBSCRIPTION,
        rights=(TOPICS,),
        taggable=False,
        judged=("protocol",),
        references={"topic": tokens.TOPIC},
        settings=("endpoint",),
    ),
    Kind(
        token=tokens.BUDGET,
        rights=(BUDGET,),
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
