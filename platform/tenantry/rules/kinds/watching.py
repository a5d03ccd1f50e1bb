"""What watches: logs, alarms, dashboards, saved queries, the budget, and the topics that they notify."""

from tenantry.rules.arns import Arns
from tenantry.rules.kinds.identity import KEY
from tenantry.rules.kinds.kind import Calls, Kind
from tenantry.rules.rights.watching import ALARMS, ALL_ALARMS, BUDGETS, DASHBOARDS, LISTED, LOG_GROUPS, TOPICS

BUDGET = "aws:budgets/budget:Budget"
COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
QUERY_DEFINITION = "aws:cloudwatch/queryDefinition:QueryDefinition"
TOPIC = "aws:sns/topic:Topic"
TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
TOPIC_SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

NOTIFIED = {"alarmActions": TOPIC, "okActions": TOPIC}
METRIC = ("dimensions", "metricName", "namespace", "period")

KINDS: tuple[Kind, ...] = (
    Kind(
        token=LOG_GROUP,
        calls=Calls.of(
            "logs",
            "CreateLogGroup PutRetentionPolicy DescribeLogGroups TagResource",
            "CreateLogGroup PutRetentionPolicy DescribeLogGroups TagResource",
            "DeleteLogGroup",
        ),
        free="it holds what a role may write to it, and roles are judged by themselves",
        rights=(LOG_GROUPS, LISTED),
        name="name",
        arn=Arns.log_group,
        references={"kmsKeyId": KEY},
        settings=("retentionInDays",),
        target="logs",
    ),
    Kind(
        token=METRIC_ALARM,
        calls=Calls.of("cloudwatch", "PutMetricAlarm", "PutMetricAlarm TagResource", "DeleteAlarms"),
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
        token=COMPOSITE_ALARM,
        calls=Calls.of("cloudwatch", "PutCompositeAlarm", "PutCompositeAlarm TagResource", "DeleteAlarms"),
        rights=(ALARMS, ALL_ALARMS),
        name="alarmName",
        references=NOTIFIED,
        settings=("alarmDescription", "alarmRule"),
    ),
    Kind(
        token=DASHBOARD,
        calls=Calls.of("cloudwatch", "PutDashboard", "PutDashboard", "DeleteDashboards"),
        rights=(DASHBOARDS,),
        name="dashboardName",
        taggable=False,
        settings=("dashboardBody",),
    ),
    Kind(
        token=QUERY_DEFINITION,
        calls=Calls.of("logs", "PutQueryDefinition", "PutQueryDefinition", "DeleteQueryDefinition"),
        rights=(LISTED,),
        name="name",
        unique=False,
        taggable=False,
        settings=("queryString",),
    ),
    Kind(
        token=TOPIC,
        calls=Calls.of("sns", "CreateTopic", "TagResource", "DeleteTopic"),
        rights=(TOPICS,),
        name="name",
        arn=Arns.topic,
        policies=("policy",),
        target="topics",
    ),
    Kind(
        token=TOPIC_POLICY,
        calls=Calls.of("sns", "SetTopicAttributes", "SetTopicAttributes"),
        rights=(TOPICS,),
        taggable=False,
        policies=("policy",),
        references={"arn": TOPIC},
    ),
    Kind(
        token=TOPIC_SUBSCRIPTION,
        calls=Calls.of("sns", "Subscribe", "", "Unsubscribe"),
        rights=(TOPICS,),
        taggable=False,
        judged=("protocol",),
        references={"topic": TOPIC},
        settings=("endpoint",),
    ),
    Kind(
        token=BUDGET,
        calls=Calls.of("budgets", "CreateBudget", "UpdateBudget", "DeleteBudget"),
        rights=(BUDGETS,),
        name="name",
        references={"notifications.subscriberSnsTopicArns": TOPIC},
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
