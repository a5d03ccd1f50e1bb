"""Declare one metric alarm as the monitoring names it, on a metric or on an expression over several."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from tenantry.monitoring.alarms import Alarm, Input


def metric_alarm(
    logical_name: str,
    physical_name: str,
    alarm: Alarm,
    description: str,
    notified: Sequence[pulumi.Input[str]],
    tags: dict[str, str],
    parent: pulumi.Resource,
) -> aws.cloudwatch.MetricAlarm:
    """`notified` are the topics that hear of it, when it begins and when it ends."""
    return aws.cloudwatch.MetricAlarm(
        logical_name,
        name=physical_name,
        alarm_description=description,
        evaluation_periods=alarm.periods,
        threshold=alarm.threshold,
        comparison_operator=alarm.comparison,
        treat_missing_data=alarm.missing_data,
        alarm_actions=notified,
        ok_actions=notified,
        tags=tags,
        opts=pulumi.ResourceOptions(parent=parent),
        **_watched(alarm),
    )


def _watched(alarm: Alarm) -> dict[str, Any]:
    if alarm.expression is not None:
        result = {
            "id": "result",
            "expression": alarm.expression,
            "label": alarm.condition,
            "return_data": True,
            **({"period": alarm.period} if alarm.is_query else {}),
        }
        return {"metric_queries": [*(_query(each, alarm.period) for each in alarm.inputs), result]}
    [only] = alarm.inputs
    percentile = only.statistic.startswith("p")
    return {
        "namespace": only.metric.namespace,
        "metric_name": only.metric.name,
        "dimensions": dict(only.metric.dimensions),
        "statistic": None if percentile else only.statistic,
        "extended_statistic": only.statistic if percentile else None,
        "period": alarm.period,
    }


def _query(given: Input, period: int) -> dict[str, Any]:
    metric = {
        "namespace": given.metric.namespace,
        "metric_name": given.metric.name,
        "dimensions": dict(given.metric.dimensions),
        "stat": given.statistic,
        "period": period,
    }
    return {"id": given.id, "metric": metric, "return_data": False}
