"""What is looked at: alarms, dashboards, saved queries, and whom an alarm tells."""

import json
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch  # type: ignore[import-not-found]
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns

from benches.speed.peers.cdk.declared import Declare, Declared, tags


def alarm(d: Declared, s: Any, n: str, i: dict[str, Any]) -> Any:
    return cloudwatch.CfnAlarm(
        s,
        n,
        alarm_name=i["name"],
        alarm_description=i["alarmDescription"],
        comparison_operator=i["comparisonOperator"],
        evaluation_periods=i["evaluationPeriods"],
        threshold=i["threshold"],
        treat_missing_data=i["treatMissingData"],
        namespace=i.get("namespace"),
        metric_name=i.get("metricName"),
        statistic=i.get("statistic"),
        extended_statistic=i.get("extendedStatistic"),
        period=i.get("period"),
        dimensions=_dimensions(i),
        metrics=[_query(each) for each in i["metricQueries"]] if "metricQueries" in i else None,
        alarm_actions=d.topics(i["alarmActions"]),
        ok_actions=d.topics(i["okActions"]),
        tags=tags(i),
    )


def _dimensions(i: dict[str, Any]) -> list[Any] | None:
    if "dimensions" not in i:
        return None
    dimension = cloudwatch.CfnAlarm.DimensionProperty
    return [dimension(name=name, value=value) for name, value in i["dimensions"].items()]


def _query(q: dict[str, Any]) -> Any:
    of = q.get("metric")
    alarm = cloudwatch.CfnAlarm
    metric = of and alarm.MetricStatProperty(
        metric=alarm.MetricProperty(
            namespace=of["namespace"], metric_name=of["metricName"], dimensions=_dimensions(of)
        ),
        period=of["period"],
        stat=of["stat"],
    )
    return alarm.MetricDataQueryProperty(
        id=q["id"],
        expression=q.get("expression"),
        label=q.get("label"),
        return_data=q.get("returnData"),
        metric_stat=metric,
    )


DECLARE: dict[str, Declare] = {
    "MetricAlarm": alarm,
    "CompositeAlarm": lambda d, s, n, i: cloudwatch.CfnCompositeAlarm(
        s,
        n,
        alarm_name=i["alarmName"],
        alarm_description=i["alarmDescription"],
        alarm_rule=i["alarmRule"],
        alarm_actions=d.topics(i["alarmActions"]),
        ok_actions=d.topics(i["okActions"]),
        tags=tags(i),
    ),
    "Dashboard": lambda _d, s, n, i: cloudwatch.CfnDashboard(
        s, n, dashboard_name=i["dashboardName"], dashboard_body=i["dashboardBody"]
    ),
    "QueryDefinition": lambda _d, s, n, i: logs.CfnQueryDefinition(
        s, n, name=i["name"], query_string=i["queryString"]
    ),
    "Topic": lambda _d, s, n, i: sns.CfnTopic(s, n, topic_name=i["name"], tags=tags(i)),
    "TopicPolicy": lambda d, s, n, i: sns.CfnTopicPolicy(
        s, n, topics=d.topics([i["arn"]]), policy_document=json.loads(i["policy"])
    ),
    "TopicSubscription": lambda d, s, n, i: sns.CfnSubscription(
        s, n, topic_arn=d.ref("Topic", i["topic"]), endpoint=i["endpoint"], protocol=i["protocol"]
    ),
}
